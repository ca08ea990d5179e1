/* SPDX-License-Identifier: ISC */
/*
 * ldap_fleet_calls.c - what is asked of a fleet's directory and waited for
 *
 * A provider that does not answer is given up and the next one asked, also
 * when a write may have arrived there: the same entry is written again, and
 * two providers that both have it keep one.
 */
#include "ldap_follow.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include "ldap_search.h"
#include "ldap_sigpipe.h"

/* How often it is looked whether a provider says anything. */
#define SLICE_MS 50

struct telling {
	struct lg_ldap_fleet *fleet;
	const struct lg_fleet_sink *sink;
};

static enum lg_status tell_entry(void *context, LDAPMessage *message,
				 struct lg_error *err)
{
	const struct telling *telling = context;
	struct lg_ldap_fleet *fleet = telling->fleet;
	struct lg_ldap_fleet_read read;
	enum lg_status status;

	lg_ldap_fleet_read(fleet->seat.dialect, fleet->seat.calls.ld, message,
			   &read);
	status = lg_ldap_follow_tell(fleet, &read, telling->sink, err);
	lg_ldap_fleet_release(&read);
	return status;
}

enum lg_status lg_ldap_follow_read(struct lg_ldap_fleet *fleet,
				   const char *base, const char *filter,
				   const struct lg_fleet_sink *sink,
				   struct lg_error *err)
{
	struct telling telling = {fleet, sink};
	const struct lg_ldap_search search = {
		&fleet->seat.calls, base, LDAP_SCOPE_ONELEVEL,
		lg_ldap_fleet_attributes(fleet->seat.dialect)};
	const struct lg_ldap_pipeline pipeline = {.context = &telling,
						  .message = tell_entry,
						  .failed =
							  lg_ldap_seat_failed};
	int referred;

	return lg_ldap_search_paged(&search, filter, &pipeline, &referred, err);
}

/* A request, at one provider after another until one answers. */
struct request {
	void *context;
	enum lg_status (*send)(struct lg_ldap_fleet *fleet, void *context,
			       struct lg_error *err);
};

/* hurries: one that stands still keeps nobody waiting while there is another
 * one to ask. */
static enum lg_status ask_each(struct lg_ldap_fleet *fleet,
			       const struct request *request, int hurries,
			       struct lg_error *err)
{
	struct lg_ldap_seat *seat = &fleet->seat;
	size_t count = seat->settings.uri.count;
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < count; i++) {
		status = lg_ldap_seat_take(seat, hurries, err);
		if (status != LG_OK)
			break;
		lg_ldap_seat_hurry(seat, hurries && i + 1 < count);
		status = request->send(fleet, request->context, err);
		lg_ldap_seat_hurry(seat, 0);
		if (fleet->sink_failed || !lg_ldap_seat_is_elsewhere(status))
			break;
		lg_ldap_seat_leave(seat);
	}
	return status;
}

static enum lg_status ask(struct lg_ldap_fleet *fleet,
			  const struct request *request, struct lg_error *err)
{
	struct lg_ldap_sigpipe sigpipe = lg_ldap_sigpipe_hold_off();
	int hurries = lg_ldap_seat_can_hurry(&fleet->seat);
	enum lg_status status;

	fleet->sink_failed = 0;
	status = ask_each(fleet, request, hurries, err);
	/* Those that were hurried have all the time now. */
	if (hurries && !fleet->sink_failed && lg_ldap_seat_is_elsewhere(status))
		status = ask_each(fleet, request, 0, err);
	lg_ldap_sigpipe_let_be(&sigpipe);
	return status;
}

struct reading {
	const char *base;
	enum lg_ldap_fleet_class class;
	const char *lock;
	const struct lg_fleet_sink *sink;
};

static enum lg_status send_reading(struct lg_ldap_fleet *fleet, void *context,
				   struct lg_error *err)
{
	struct reading *reading = context;
	struct lg_buffer filter = {0};
	enum lg_status status =
		lg_ldap_fleet_filter(fleet->seat.dialect, reading->class,
				     reading->lock, &filter, err);

	if (status == LG_OK)
		status = lg_ldap_follow_read(fleet, reading->base, filter.data,
					     reading->sink, err);
	lg_buffer_release(&filter);
	return status;
}

enum lg_status lg_ldap_fleet_events(void *self, const char *lock,
				    const struct lg_fleet_sink *sink,
				    struct lg_error *err)
{
	struct lg_ldap_fleet *fleet = self;
	struct reading reading = {fleet->locks.data, LG_LDAP_FLEET_EVENT, lock,
				  sink};
	const struct request request = {&reading, send_reading};

	return ask(fleet, &request, err);
}

enum lg_status lg_ldap_fleet_gates(void *self, const struct lg_fleet_sink *sink,
				   struct lg_error *err)
{
	struct lg_ldap_fleet *fleet = self;
	struct reading reading = {fleet->gates.data, LG_LDAP_FLEET_GATE, NULL,
				  sink};
	const struct request request = {&reading, send_reading};

	return ask(fleet, &request, err);
}

/* Waits for the answer as long as a provider says anything at all: one that
 * has much to do does so all the time. */
static enum lg_status wait_awake(struct lg_ldap_fleet *fleet, int message_id,
				 unsigned int patience_ms,
				 LDAPMessage **out_message,
				 struct lg_error *err)
{
	struct lg_ldap_connection *calls = &fleet->seat.calls;
	struct timeval slice = {0, SLICE_MS * 1000};
	unsigned int quiet_ms = 0, all_ms = 0;
	int follow = -1, before = 0, now = 0;
	int type;

	if (fleet->follow.ld)
		ldap_get_option(fleet->follow.ld, LDAP_OPT_DESC, &follow);
	while (quiet_ms < patience_ms && all_ms < fleet->seat.timeout_ms) {
		type = ldap_result(calls->ld, message_id, LDAP_MSG_ONE, &slice,
				   out_message);
		if (type > 0)
			return LG_OK;
		if (type < 0)
			return lg_ldap_lost(calls, err);
		all_ms += SLICE_MS;
		quiet_ms += SLICE_MS;
		if (follow >= 0 && ioctl(follow, FIONREAD, &now) == 0 &&
		    now != before)
			quiet_ms = 0;
		before = now;
	}
	return lg_ldap_failed(calls, LDAP_TIMEOUT, "no answer in time", err);
}

/* Waits for the result of a write. */
static enum lg_status written(struct lg_ldap_fleet *fleet, int code,
			      int message_id, unsigned int patience_ms,
			      const char *dn, struct lg_error *err)
{
	struct lg_ldap_connection *calls = &fleet->seat.calls;
	LDAPMessage *message = NULL;
	enum lg_status status = LG_OK;

	if (code == LDAP_SUCCESS)
		status = patience_ms > 0
				 ? wait_awake(fleet, message_id, patience_ms,
					      &message, err)
				 : lg_ldap_wait(calls, message_id, LDAP_MSG_ONE,
						&message, err);
	if (status != LG_OK)
		return status;
	if (message && ldap_parse_result(calls->ld, message, &code, NULL, NULL,
					 NULL, NULL, 0) != LDAP_SUCCESS)
		code = LDAP_DECODING_ERROR;
	ldap_msgfree(message);
	return code == LDAP_SUCCESS ? LG_OK
				    : lg_ldap_seat_failed(calls, code, dn, err);
}

struct publishing {
	const struct lg_fleet_entry *entry;
	const char *dn;
	int same;
};

static int is_equal(const struct lg_fleet_text *a,
		    const struct lg_fleet_text *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

static void compare(struct publishing *publishing,
		    const struct lg_ldap_fleet_read *read)
{
	const struct lg_fleet_entry *ours = publishing->entry;
	const struct lg_fleet_entry *theirs = &read->entry;

	publishing->same = read->class == LG_LDAP_FLEET_EVENT &&
			   theirs->fault == LG_FLEET_FAULT_NONE &&
			   is_equal(&ours->lock, &theirs->lock) &&
			   is_equal(&ours->number, &theirs->number) &&
			   is_equal(&ours->kind, &theirs->kind) &&
			   is_equal(&ours->body, &theirs->body) &&
			   is_equal(&ours->key, &theirs->key) &&
			   is_equal(&ours->signature, &theirs->signature);
}

/* Whether the entry of that name is the one to be written. */
static enum lg_status look_at_it(struct lg_ldap_fleet *fleet,
				 struct publishing *publishing,
				 struct lg_error *err)
{
	struct lg_ldap_connection *calls = &fleet->seat.calls;
	struct lg_ldap_fleet_read read;
	LDAPMessage *result = NULL;
	LDAPMessage *entry;
	enum lg_status status =
		lg_ldap_seat_look(calls, publishing->dn,
				  lg_ldap_fleet_attributes(fleet->seat.dialect),
				  publishing->dn, &result, err);

	if (status != LG_OK)
		return status;
	entry = ldap_first_entry(calls->ld, result);
	if (entry) {
		lg_ldap_fleet_read(fleet->seat.dialect, calls->ld, entry,
				   &read);
		compare(publishing, &read);
		lg_ldap_fleet_release(&read);
	}
	ldap_msgfree(result);
	if (publishing->same)
		return LG_OK;
	return lg_error_set(err, LG_ERR_CONFLICT, calls->uri,
			    "%s: another entry has this name", publishing->dn);
}

static enum lg_status send_event(struct lg_ldap_fleet *fleet, void *context,
				 struct lg_error *err)
{
	struct publishing *publishing = context;
	struct lg_ldap_fleet_mods mods;
	int message_id = 0;
	int code;
	enum lg_status status = lg_ldap_fleet_event_mods(
		fleet->seat.dialect, publishing->entry, &mods, err);

	if (status == LG_OK) {
		code = ldap_add_ext(fleet->seat.calls.ld, publishing->dn,
				    mods.list, NULL, NULL, &message_id);
		status = written(fleet, code, message_id, 0, publishing->dn,
				 err);
	}
	if (status == LG_ERR_CONFLICT)
		status = look_at_it(fleet, publishing, err);
	lg_ldap_fleet_mods_release(&mods);
	return status;
}

enum lg_status lg_ldap_fleet_publish(void *self,
				     const struct lg_fleet_entry *entry,
				     struct lg_error *err)
{
	struct lg_ldap_fleet *fleet = self;
	struct lg_buffer dn = {0};
	struct publishing publishing = {.entry = entry};
	const struct request request = {&publishing, send_event};
	enum lg_status status = lg_ldap_fleet_dn(&entry->cn, LG_LDAP_LOCKS,
						 fleet->base.data, &dn, err);

	publishing.dn = dn.data;
	if (status == LG_OK)
		status = ask(fleet, &request, err);
	lg_buffer_release(&dn);
	return status;
}

struct reporting {
	const char *dn;
	struct berval report;
	unsigned int patience_ms; /* 0: as all requests */
	int message_id;
};

static enum lg_status send_it(struct lg_ldap_fleet *fleet, void *context,
			      struct lg_error *err)
{
	struct reporting *reporting = context;
	struct lg_ldap_connection *calls = &fleet->seat.calls;
	struct berval *values[2] = {&reporting->report, NULL};
	LDAPMod mod = {.mod_op = LDAP_MOD_REPLACE | LDAP_MOD_BVALUES,
		       .mod_type = (char *)(uintptr_t)lg_ldap_fleet_report(
			       fleet->seat.dialect),
		       .mod_bvalues = values};
	LDAPMod *mods[2] = {&mod, NULL};
	int code = ldap_modify_ext(calls->ld, reporting->dn, mods, NULL, NULL,
				   &reporting->message_id);

	return written(fleet, code, reporting->message_id,
		       reporting->patience_ms, reporting->dn, err);
}

/* At the provider at hand, which is kept where it is only silent. Of several
 * that it did not answer the last one is waited for. */
static enum lg_status send_soon(struct lg_ldap_fleet *fleet,
				struct reporting *reporting,
				struct lg_error *err)
{
	struct lg_ldap_sigpipe sigpipe = lg_ldap_sigpipe_hold_off();
	struct lg_ldap_seat *seat = &fleet->seat;
	enum lg_status status = lg_ldap_seat_take(seat, 0, err);

	if (status == LG_OK) {
		status = send_it(fleet, reporting, err);
		if (status == LG_ERR_TIMEOUT)
			fleet->late_id = reporting->message_id;
		else if (lg_ldap_seat_is_elsewhere(status))
			lg_ldap_seat_leave(seat);
	}
	lg_ldap_sigpipe_let_be(&sigpipe);
	return status;
}

enum lg_status lg_ldap_fleet_send_report(void *self, const char *name,
					 const char *report, size_t len,
					 unsigned int patience_ms,
					 struct lg_error *err)
{
	struct lg_ldap_fleet *fleet = self;
	const struct lg_fleet_text cn = {name, strlen(name)};
	struct lg_buffer dn = {0};
	struct reporting reporting = {
		.report = {len, (char *)(uintptr_t)report},
		.patience_ms = patience_ms};
	const struct request request = {&reporting, send_it};
	enum lg_status status = lg_ldap_fleet_dn(&cn, LG_LDAP_GATES,
						 fleet->base.data, &dn, err);

	if (status == LG_OK && len > LG_FLEET_REPORT_MAX)
		status = lg_error_set(err, LG_ERR_LIMIT, NULL,
				      "the report is longer than %zu bytes",
				      LG_FLEET_REPORT_MAX);
	reporting.dn = dn.data;
	if (status == LG_OK && patience_ms > 0)
		status = send_soon(fleet, &reporting, err);
	reporting.patience_ms = 0;
	if ((status == LG_OK && patience_ms == 0) || status == LG_ERR_DIRECTORY)
		status = ask(fleet, &request, err);
	lg_buffer_release(&dn);
	return status;
}
