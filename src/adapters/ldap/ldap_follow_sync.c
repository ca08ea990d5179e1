/* SPDX-License-Identifier: ISC */
/*
 * ldap_follow_sync.c - OpenLDAP followed by refreshAndPersist
 *
 * The control is our own: libldap's ldap_sync_* blocks for the whole refresh
 * and loses entries when several come at once (facts/directory.md C). A cookie
 * is taken over when what it stands for was told, never before: the end of the
 * refresh, then with each change.
 */
#include "ldap_follow.h"

#include "adapters/system/steady.h"

#include <string.h>
#include <sys/time.h>

#include "ldap_sync.h"

static const char filter_locks[] = "(objectClass=logongateEvent)";
static const char filter_gates[] = "(objectClass=logongateGate)";
static const char filter_both[] =
	"(|(objectClass=logongateEvent)(objectClass=logongateGate))";

static int follows_both(const struct lg_ldap_fleet *fleet)
{
	return fleet->branches == (LG_FLEET_LOCKS | LG_FLEET_GATES);
}

static const char *base_of(const struct lg_ldap_fleet *fleet)
{
	if (follows_both(fleet))
		return fleet->base.data;
	return fleet->branches & LG_FLEET_GATES ? fleet->gates.data
						: fleet->locks.data;
}

static enum lg_status begin(struct lg_ldap_fleet *fleet, struct lg_error *err)
{
	LDAPControl sync = {.ldctl_oid = (char *)(uintptr_t)LDAP_CONTROL_SYNC,
			    .ldctl_iscritical = 1};
	LDAPControl *controls[2] = {&sync, NULL};
	int both = follows_both(fleet);
	const char *filter = both                               ? filter_both
			     : fleet->branches & LG_FLEET_GATES ? filter_gates
								: filter_locks;
	enum lg_status status;
	int code;

	/* Another provider may lack what that one had: all of it, then. */
	if (fleet->cookie_at != fleet->seat.at) {
		ber_memfree(fleet->cookie.bv_val);
		fleet->cookie = (struct berval){0, NULL};
	}
	status = lg_ldap_sync_request(&fleet->cookie, &sync.ldctl_value, err);
	if (status != LG_OK)
		return status;
	fleet->had_cookie = fleet->cookie.bv_len > 0;
	fleet->refreshing = 1;
	fleet->present_phase = 0;
	code = ldap_search_ext(
		fleet->follow.ld, base_of(fleet),
		both ? LDAP_SCOPE_SUBTREE : LDAP_SCOPE_ONELEVEL, filter,
		lg_ldap_fleet_attributes(LG_LDAP_FLEET_OPENLDAP), 0, controls,
		NULL, NULL, LDAP_NO_LIMIT, &fleet->search_id);
	ber_memfree(sync.ldctl_value.bv_val);
	return code == LDAP_SUCCESS
		       ? LG_OK
		       : lg_ldap_failed(&fleet->follow, code, "following", err);
}

/* Takes the cookie over; nothing of it is left to the caller. */
static void keep_cookie(struct lg_ldap_fleet *fleet, struct berval *cookie)
{
	if (cookie->bv_len > 0) {
		ber_memfree(fleet->cookie.bv_val);
		fleet->cookie = *cookie;
		fleet->cookie_at = fleet->seat.at;
		lg_ldap_sync_forget_sid(&fleet->cookie);
	} else {
		ber_memfree(cookie->bv_val);
	}
	*cookie = (struct berval){0, NULL};
}

static enum lg_status take_entry(struct lg_ldap_fleet *fleet,
				 LDAPMessage *message,
				 const struct lg_fleet_sink *sink,
				 struct lg_error *err)
{
	LDAP *ld = fleet->follow.ld;
	struct lg_ldap_sync_state state = {0};
	struct lg_ldap_fleet_read read;
	LDAPControl **controls = NULL;
	LDAPControl *control;
	enum lg_status status;

	if (ldap_get_entry_controls(ld, message, &controls) != LDAP_SUCCESS)
		controls = NULL;
	control = ldap_control_find(LDAP_CONTROL_SYNC_STATE, controls, NULL);
	status = control ? lg_ldap_sync_state_parse(&control->ldctl_value,
						    &state, err)
			 : lg_ldap_failed(&fleet->follow, LDAP_DECODING_ERROR,
					  "an entry without its state", err);
	ldap_controls_free(controls);
	if (status != LG_OK)
		return status;
	if (state.state == LDAP_SYNC_DELETE ||
	    state.state == LDAP_SYNC_PRESENT) {
		status = lg_ldap_follow_id(fleet, state.uuid,
					   state.state == LDAP_SYNC_DELETE,
					   sink, err);
	} else {
		lg_ldap_fleet_read(LG_LDAP_FLEET_OPENLDAP, ld, message, &read);
		memcpy(read.entry.id.byte, state.uuid, sizeof(state.uuid));
		read.gate.id = read.entry.id;
		status = lg_ldap_follow_tell(fleet, &read, sink, err);
		lg_ldap_fleet_release(&read);
	}
	if (status == LG_OK && !fleet->refreshing)
		keep_cookie(fleet, &state.cookie);
	ber_memfree(state.cookie.bv_val);
	return status;
}

/* The end of a refresh. All was given where we began with nothing, or where
 * the server listed what stayed; else it listed what went. */
static enum lg_status end_refresh(struct lg_ldap_fleet *fleet,
				  const struct lg_fleet_sink *sink,
				  struct lg_error *err)
{
	fleet->refreshing = 0;
	return lg_ldap_follow_refreshed(fleet,
					fleet->had_cookie &&
							!fleet->present_phase
						? LG_FLEET_REFRESH_CHANGES
						: LG_FLEET_REFRESH_WHOLE,
					sink, err);
}

static enum lg_status take_ids(struct lg_ldap_fleet *fleet,
			       const struct lg_ldap_sync_info *info,
			       const struct lg_fleet_sink *sink,
			       struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < info->count; i++)
		status = lg_ldap_follow_id(
			fleet, info->uuid + i * LG_LDAP_SYNC_UUID_SIZE,
			info->deletes, sink, err);
	return status;
}

static enum lg_status take_info(struct lg_ldap_fleet *fleet,
				LDAPMessage *message,
				const struct lg_fleet_sink *sink,
				struct lg_error *err)
{
	struct lg_ldap_sync_info info = {0};
	struct berval *value = NULL;
	char *oid = NULL;
	enum lg_status status = LG_OK;
	int code = ldap_parse_intermediate(fleet->follow.ld, message, &oid,
					   &value, NULL, 0);

	if (code != LDAP_SUCCESS)
		return lg_ldap_failed(&fleet->follow, code, "following", err);
	/* What else a server may say in between is not for us. */
	if (!oid || strcmp(oid, LDAP_SYNC_INFO) != 0 || !value)
		goto out;
	status = lg_ldap_sync_info_parse(value, &info, err);
	if (status != LG_OK)
		goto out;
	if (info.said == LG_LDAP_SYNC_REFRESH_PRESENT)
		fleet->present_phase = 1;
	if (info.said == LG_LDAP_SYNC_ID_SET)
		status = take_ids(fleet, &info, sink, err);
	else if (info.done && fleet->refreshing)
		status = end_refresh(fleet, sink, err);
	if (status == LG_OK && !fleet->refreshing)
		keep_cookie(fleet, &info.cookie);
out:
	lg_ldap_sync_info_release(&info);
	ldap_memfree(oid);
	ber_bvfree(value);
	return status;
}

/* A server ends a search like this one only where it cannot go on. */
static enum lg_status take_end(struct lg_ldap_fleet *fleet,
			       LDAPMessage *message, struct lg_error *err)
{
	int had_cookie = fleet->cookie.bv_len > 0;
	int code = LDAP_OTHER;

	if (ldap_parse_result(fleet->follow.ld, message, &code, NULL, NULL,
			      NULL, NULL, 0) != LDAP_SUCCESS)
		code = LDAP_DECODING_ERROR;
	ber_memfree(fleet->cookie.bv_val);
	fleet->cookie = (struct berval){0, NULL};
	/* The cookie was too old, another's or from the future (53): once
	 * more, from nothing. */
	if (had_cookie &&
	    (code == LDAP_SYNC_REFRESH_REQUIRED ||
	     code == LDAP_UNWILLING_TO_PERFORM || code == LDAP_PROTOCOL_ERROR))
		return begin(fleet, err);
	if (code == LDAP_SUCCESS)
		code = LDAP_OTHER;
	return lg_ldap_seat_failed(&fleet->follow, code, base_of(fleet), err);
}

static enum lg_status take_message(struct lg_ldap_fleet *fleet,
				   LDAPMessage *message,
				   const struct lg_fleet_sink *sink,
				   struct lg_error *err)
{
	/* Of a search whose cookie was refused. */
	if (ldap_msgid(message) != fleet->search_id)
		return LG_OK;
	switch (ldap_msgtype(message)) {
	case LDAP_RES_SEARCH_ENTRY:
		return take_entry(fleet, message, sink, err);
	case LDAP_RES_INTERMEDIATE:
		return take_info(fleet, message, sink, err);
	case LDAP_RES_SEARCH_RESULT:
		return take_end(fleet, message, err);
	default:
		return LG_OK;
	}
}

/* Whoever takes longer than that is left; the next has more time, in case that
 * all of them are slow. */
static enum lg_status miss_beat(struct lg_ldap_fleet *fleet,
				struct lg_error *err)
{
	fleet->beat_limit_ms *= 2;
	if (fleet->beat_limit_ms > fleet->seat.timeout_ms)
		fleet->beat_limit_ms = fleet->seat.timeout_ms;
	return lg_ldap_failed(&fleet->seat.calls, LDAP_TIMEOUT,
			      "no answer in time", err);
}

static enum lg_status send_beat(struct lg_ldap_fleet *fleet,
				struct lg_error *err)
{
	struct lg_ldap_connection *calls = &fleet->seat.calls;
	char none[] = LDAP_NO_ATTRS;
	char *attributes[2] = {none, NULL};
	int code = ldap_search_ext(calls->ld, base_of(fleet), LDAP_SCOPE_BASE,
				   "(objectClass=*)", attributes, 0, NULL, NULL,
				   NULL, LDAP_NO_LIMIT, &fleet->beat_id);

	if (code != LDAP_SUCCESS) {
		fleet->beat_id = 0;
		return lg_ldap_failed(calls, code, "heartbeat", err);
	}
	fleet->beat_end = lg_steady_ms() + fleet->beat_limit_ms;
	return LG_OK;
}

/* Its answer, where it has come; *out_came: it has. */
static enum lg_status take_beat(struct lg_ldap_fleet *fleet, int *out_came,
				struct lg_error *err)
{
	struct lg_ldap_connection *calls = &fleet->seat.calls;
	struct timeval at_once = {0, 0};
	LDAPMessage *message = NULL;
	int code = LDAP_OTHER;
	int type;

	do {
		ldap_msgfree(message);
		message = NULL;
		type = ldap_result(calls->ld, fleet->beat_id, LDAP_MSG_ONE,
				   &at_once, &message);
	} while (type > 0 && type != LDAP_RES_SEARCH_RESULT);
	if (type == 0)
		return lg_steady_ms() < fleet->beat_end ? LG_OK
							: miss_beat(fleet, err);
	*out_came = 1;
	fleet->beat_id = 0;
	if (type < 0)
		return lg_ldap_lost(calls, err);
	if (ldap_parse_result(calls->ld, message, &code, NULL, NULL, NULL, NULL,
			      1) != LDAP_SUCCESS)
		code = LDAP_DECODING_ERROR;
	return code == LDAP_SUCCESS
		       ? LG_OK
		       : lg_ldap_seat_failed(calls, code, base_of(fleet), err);
}

/* A server that was stopped says nothing; neither does one with no news. The
 * answer is not waited for: others may be heard meanwhile. */
static enum lg_status due(struct lg_ldap_fleet *fleet,
			  const struct lg_fleet_sink *sink,
			  int64_t *out_next_at, struct lg_error *err)
{
	enum lg_status status = LG_OK;
	int came = 0;

	if (!fleet->beat_id && lg_steady_ms() >= fleet->beat_at)
		status = send_beat(fleet, err);
	if (status == LG_OK && fleet->beat_id)
		status = take_beat(fleet, &came, err);
	if (status == LG_OK && came)
		status = lg_ldap_follow_heard(fleet, sink, err);
	*out_next_at = fleet->beat_id ? fleet->beat_end : fleet->beat_at;
	return status;
}

const struct lg_ldap_follow_way lg_ldap_follow_openldap = {begin, take_message,
							   due};
