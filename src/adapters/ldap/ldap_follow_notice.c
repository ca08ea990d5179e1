/* SPDX-License-Identifier: ISC */
/*
 * ldap_follow_notice.c - Active Directory followed by notices and reading
 *
 * A notice is a hint: it may come late, once for several changes or not at all
 * (facts/directory.md D). So after one, and every few seconds without, what
 * changed since the last look is read (uSNChanged, from the number that the
 * server had before that look), and now and then everything: only so is a
 * deletion seen. The numbers are this server's own; with another one reading
 * begins anew.
 */
#include "ldap_follow.h"

#include "adapters/system/steady.h"

#include <inttypes.h>
#include <stdlib.h>

#define NOTIFICATION "1.2.840.113556.1.4.528"
#define CHANGES_MS 5000
/* Heartbeats from one look at everything to the next. */
#define WHOLE_BEATS 10
#define WHOLE_MS 10000

static enum lg_status watch(struct lg_ldap_fleet *fleet, const char *base,
			    struct lg_error *err)
{
	LDAPControl notify = {.ldctl_oid = (char *)(uintptr_t)NOTIFICATION,
			      .ldctl_iscritical = 1};
	LDAPControl *controls[2] = {&notify, NULL};
	char attribute[] = "objectGUID";
	char *attributes[2] = {attribute, NULL};
	int message_id;
	/* No other filter is taken. */
	int code = ldap_search_ext(fleet->follow.ld, base, LDAP_SCOPE_ONELEVEL,
				   "(objectClass=*)", attributes, 0, controls,
				   NULL, NULL, LDAP_NO_LIMIT, &message_id);

	return code == LDAP_SUCCESS
		       ? LG_OK
		       : lg_ldap_failed(&fleet->follow, code, "following", err);
}

static enum lg_status begin(struct lg_ldap_fleet *fleet, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	fleet->usn = 0;
	fleet->whole_at = 0;
	fleet->hinted = 0;
	if (fleet->branches & LG_FLEET_LOCKS)
		status = watch(fleet, fleet->locks.data, err);
	if (status == LG_OK && fleet->branches & LG_FLEET_GATES)
		status = watch(fleet, fleet->gates.data, err);
	return status;
}

static enum lg_status take(struct lg_ldap_fleet *fleet, LDAPMessage *message,
			   const struct lg_fleet_sink *sink,
			   struct lg_error *err)
{
	int code = LDAP_OTHER;

	if (ldap_msgtype(message) != LDAP_RES_SEARCH_RESULT) {
		fleet->hinted = 1;
		return LG_OK;
	}
	if (ldap_parse_result(fleet->follow.ld, message, &code, NULL, NULL,
			      NULL, NULL, 0) != LDAP_SUCCESS ||
	    code == LDAP_SUCCESS)
		code = LDAP_OTHER;
	return lg_ldap_seat_failed(&fleet->follow, code, "following", err);
}

/* The number of the last change that is there now. */
static enum lg_status ask_usn(struct lg_ldap_fleet *fleet, uint64_t *out_usn,
			      struct lg_error *err)
{
	struct berval **value = NULL;
	enum lg_status status = lg_ldap_seat_root(
		&fleet->seat.calls, "highestCommittedUSN", &value, err);

	if (status != LG_OK)
		return status;
	*out_usn = value ? strtoull(value[0]->bv_val, NULL, 10) : 0;
	ldap_value_free_len(value);
	return LG_OK;
}

static enum lg_status look(struct lg_ldap_fleet *fleet, const char *base,
			   enum lg_ldap_fleet_class class, uint64_t from,
			   const struct lg_fleet_sink *sink,
			   struct lg_error *err)
{
	struct lg_buffer filter = {0};
	enum lg_status status;

	lg_buffer_format(&filter, "(&(uSNChanged>=%" PRIu64 ")", from);
	status = lg_ldap_fleet_filter(LG_LDAP_FLEET_AD, class, NULL, &filter,
				      err);
	lg_buffer_text(&filter, ")");
	if (status == LG_OK)
		status = lg_buffer_status(&filter, err);
	if (status == LG_OK)
		status = lg_ldap_follow_read(fleet, base, filter.data, sink,
					     err);
	lg_buffer_release(&filter);
	return status;
}

static enum lg_status look_everywhere(struct lg_ldap_fleet *fleet,
				      const struct lg_fleet_sink *sink,
				      int whole, struct lg_error *err)
{
	uint64_t from = whole ? 0 : fleet->usn + 1;
	uint64_t usn = 0;
	enum lg_status status = ask_usn(fleet, &usn, err);

	if (status == LG_OK && (whole || usn >= from)) {
		if (fleet->branches & LG_FLEET_LOCKS)
			status = look(fleet, fleet->locks.data,
				      LG_LDAP_FLEET_EVENT, from, sink, err);
		if (status == LG_OK && fleet->branches & LG_FLEET_GATES)
			status = look(fleet, fleet->gates.data,
				      LG_LDAP_FLEET_GATE, from, sink, err);
	}
	if (status != LG_OK)
		return status;
	fleet->usn = usn;
	if (whole)
		return lg_ldap_follow_refreshed(fleet, LG_FLEET_REFRESH_WHOLE,
						sink, err);
	return lg_steady_ms() >= fleet->beat_at
		       ? lg_ldap_follow_heard(fleet, sink, err)
		       : LG_OK;
}

static enum lg_status due(struct lg_ldap_fleet *fleet,
			  const struct lg_fleet_sink *sink,
			  int64_t *out_next_at, struct lg_error *err)
{
	int64_t now = lg_steady_ms();
	int whole = now >= fleet->whole_at;
	enum lg_status status = LG_OK;

	if (whole || fleet->hinted || now >= fleet->changes_at) {
		fleet->hinted = 0;
		status = look_everywhere(fleet, sink, whole, err);
		now = lg_steady_ms();
		if (whole)
			fleet->whole_at =
				now +
				(WHOLE_BEATS * fleet->heartbeat_ms < WHOLE_MS
					 ? WHOLE_MS
					 : WHOLE_BEATS * fleet->heartbeat_ms);
		fleet->changes_at = now + (fleet->heartbeat_ms < CHANGES_MS
						   ? fleet->heartbeat_ms
						   : CHANGES_MS);
	}
	*out_next_at = fleet->changes_at;
	return status;
}

const struct lg_ldap_follow_way lg_ldap_follow_ad = {begin, take, due};
