/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/app/records: what is written is read back whole.
 */
#include <string.h>

#include "suite.h"

#include "app/records/check_record.h"
#include "app/records/history_record.h"
#include "app/records/logon_record.h"
#include "app/records/session_record.h"
#include "app/records/status_record.h"

static const struct lg_logon logon = {
	.at_s = INT64_C(1795299360),
	.last_s = INT64_C(1795299400),
	.count = 7,
	.user = "alice",
	.dn = "/o=Org/cn=alice",
	.client = "Thunder\"bird",
	.version = "15.0.4420.1017",
	.process = "OUTLOOK.EXE",
	.address = "192.0.2.7",
	.door = "dovecot",
	.lock = "lg-0123456789ab",
	.profile = "upgrade",
	.protocol = LG_PROTOCOL_IMAP,
	.reason = LG_REASON_NOT_LISTED,
	.rule = LG_RULE_LOGON_ONLY_AS,
};

static void assert_same_logon(const struct lg_logon *read)
{
	assert_int_equal(read->at_s, logon.at_s);
	assert_int_equal(read->last_s, logon.last_s);
	assert_int_equal(read->count, logon.count);
	assert_string_equal(read->user, logon.user);
	assert_string_equal(read->dn, logon.dn);
	assert_string_equal(read->client, logon.client);
	assert_string_equal(read->version, logon.version);
	assert_string_equal(read->process, logon.process);
	assert_string_equal(read->address, logon.address);
	assert_string_equal(read->door, logon.door);
	assert_string_equal(read->lock, logon.lock);
	assert_string_equal(read->profile, logon.profile);
	assert_int_equal(read->protocol, logon.protocol);
	assert_int_equal(read->reason, logon.reason);
	assert_int_equal(read->rule, logon.rule);
}

static void a_logon_comes_back_from_its_object(void **unused)
{
	cJSON *object = lg_logon_object(&logon);
	struct lg_logon read = {0};

	assert_int_equal(lg_logon_read(object, &read), 1);
	assert_same_logon(&read);
	cJSON_Delete(object);
}

static void a_logon_comes_back_from_its_line(void **unused)
{
	struct lg_buffer line = {0};
	struct lg_logon read = {0};
	cJSON *object;

	lg_logon_write_line(&line, &logon);
	object = cJSON_Parse(line.data);
	assert_int_equal(lg_logon_read(object, &read), 1);
	assert_same_logon(&read);
	cJSON_Delete(object);
	lg_buffer_release(&line);
}

/* plan judges what it reads: nothing that decides may be missing. */
static void a_session_comes_back_whole(void **unused)
{
	struct lg_session session = {
		.id = "12",
		.door = "haproxy",
		.user = "alice",
		.master = "root",
		.dn = "/o=Org/cn=alice",
		.process = "OUTLOOK.EXE",
		.client = "Outlook",
		.address = "192.0.2.7",
		.protocol = LG_PROTOCOL_MAPI,
		.since_s = INT64_C(1795299360),
	};
	struct lg_session read = {0};
	cJSON *object;

	assert_int_equal(
		lg_version_parse("14.0.6.7", 8, &session.version, NULL), LG_OK);
	object = lg_session_object(&session, NULL);
	assert_true(lg_session_was_allowed(object));
	lg_session_read(object, &read);
	assert_string_equal(read.id, session.id);
	assert_string_equal(read.door, session.door);
	assert_string_equal(read.user, session.user);
	assert_string_equal(read.master, session.master);
	assert_string_equal(read.dn, session.dn);
	assert_string_equal(read.process, session.process);
	assert_string_equal(read.client, session.client);
	assert_string_equal(read.address, session.address);
	assert_int_equal(read.protocol, session.protocol);
	assert_int_equal(read.since_s, session.since_s);
	assert_int_equal(lg_version_compare(&read.version, &session.version),
			 0);
	assert_int_equal(read.version.known, session.version.known);
	cJSON_Delete(object);
}

static const struct lg_lock lock = {
	.id = "lg-0123456789ab",
	.profile = (char *)"upgrade",
	.by = (char *)"alice",
	.reason = (char *)"new disks",
	.since_s = INT64_C(1795299360),
	.until = {.wall_s = INT64_C(1795299400)},
	.confirm = {.wall_s = INT64_C(1795299410)},
	.cut = {.wall_s = INT64_C(1795299420)},
};

static void assert_same_lock(const struct lg_status_lock_said *said)
{
	assert_string_equal(said->profile, lock.profile);
	assert_string_equal(said->by, lock.by);
	assert_string_equal(said->reason, lock.reason);
	assert_string_equal(said->gate, "listed");
	assert_int_equal(said->since_s, lock.since_s);
	assert_int_equal(said->until_s, lock.until.wall_s);
	assert_int_equal(said->confirm_by_s, lock.confirm.wall_s);
	assert_int_equal(said->cut_at_s, lock.cut.wall_s);
	assert_int_equal(said->starts_s, 0);
}

static void a_status_comes_back_whole(void **unused)
{
	struct lg_lock_concerns concerns = {.some = 1, .accounts = 3};
	const struct lg_status_lock one = {
		.lock = &lock, .concerns = &concerns, .gate = "listed"};
	const struct lg_status_facts facts = {.lock = &one,
					      .count = 1,
					      .gate = "listed",
					      .dialect = LG_DIALECT_GATE,
					      .sessions = 4,
					      .sessions_note = "some",
					      .refused = 5};
	struct lg_status_lock_said said_lock;
	struct lg_status_said said;
	cJSON *object;

	assert_int_equal(lg_strlist_add(&concerns.domains, "x.org", 5, NULL),
			 LG_OK);
	object = lg_status_object(&facts);
	lg_status_add_loud(object, "look here");
	lg_status_add_way(object, LG_STATUS_NOT_CLOSED, "dovecot imap");
	lg_status_add_way(object, LG_STATUS_NOT_CLOSED, "dovecot imap");
	lg_status_read(object, &said);
	assert_true(said.is_active);
	assert_same_lock(&said.speaks);
	assert_string_equal(said.dialect, "gate");
	assert_string_equal(said.sessions_note, "some");
	assert_int_equal(said.sessions, 4);
	assert_int_equal(said.refused, 5);
	assert_string_equal(cJSON_GetStringValue(said.loud->child),
			    "look here");
	assert_int_equal(cJSON_GetArraySize(said.way[LG_STATUS_NOT_CLOSED]), 1);
	assert_null(said.way[LG_STATUS_DOORS_UNKNOWN]);
	assert_int_equal(cJSON_GetArraySize(said.locks), 1);
	lg_status_lock_read(said.locks->child, &said_lock);
	assert_same_lock(&said_lock);
	assert_string_equal(said_lock.id, lock.id);
	assert_int_equal(said_lock.accounts, 3);
	assert_string_equal(cJSON_GetStringValue(said_lock.domains->child),
			    "x.org");
	cJSON_Delete(object);
	lg_strlist_release(&concerns.domains);
}

static void a_check_comes_back_whole(void **unused)
{
	const struct lg_check check = {
		.decision = {.verdict = LG_REFUSE,
			     .reason = LG_REASON_NOT_LISTED,
			     .rule = LG_RULE_LOGON_ONLY_AS},
		.message = "come back later",
		.lock = "lg-0123456789ab",
		.profile = "upgrade"};
	struct lg_check_said said;
	cJSON *object = lg_check_object(&check);

	lg_check_read(object, &said);
	assert_true(said.is_refused);
	assert_string_equal(said.verdict, "refuse");
	assert_string_equal(said.reason, "not-listed");
	assert_string_equal(said.message, "come back later");
	assert_null(said.rules);
	cJSON_Delete(object);
	/* what is no answer is neither of both */
	lg_check_read(NULL, &said);
	assert_false(said.is_refused);
	assert_string_equal(said.verdict, "");
}

static void an_event_comes_back_whole(void **unused)
{
	const struct lg_journal_entry entry = {.at_s = INT64_C(1795299360),
					       .event = LG_EVENT_LIFT,
					       .id = (char *)"lg-0123456789ab",
					       .profile = (char *)"upgrade",
					       .by = (char *)"alice",
					       .reason = (char *)"done",
					       .result = (char *)"ok",
					       .target = (char *)"ex1",
					       .what = (char *)"restart"};
	struct lg_history_said said;
	cJSON *object = lg_history_object(&entry);

	lg_history_read(object, &said);
	assert_string_equal(said.at, "2026-11-21T22:16:00Z");
	assert_string_equal(said.event, "lift");
	assert_string_equal(said.profile, entry.profile);
	assert_string_equal(said.by, entry.by);
	assert_string_equal(said.reason, entry.reason);
	assert_string_equal(said.result, entry.result);
	assert_string_equal(said.target, entry.target);
	assert_string_equal(said.what, entry.what);
	cJSON_Delete(object);
}

static void a_target_comes_back_whole(void **unused)
{
	struct lg_target_now target = {.name = "ex1",
				       .is_reachable = 1,
				       .is_in_force = 1,
				       .step = "written",
				       .tells_whose = 1,
				       .profile = "upgrade",
				       .by = "alice",
				       .since_s = INT64_C(1795299360),
				       .until_s = INT64_C(1795299400),
				       .in_force_by_s = INT64_C(1795299410),
				       .service = "running",
				       .note = "a note"};
	struct lg_target_now read;
	cJSON *object = lg_target_object(&target);

	lg_target_read(object, &read);
	assert_string_equal(read.name, target.name);
	assert_true(read.is_reachable && read.is_in_force && !read.differs);
	assert_string_equal(read.step, target.step);
	assert_true(read.tells_whose);
	assert_string_equal(read.profile, target.profile);
	assert_string_equal(read.by, target.by);
	assert_int_equal(read.since_s, target.since_s);
	assert_int_equal(read.until_s, target.until_s);
	assert_int_equal(read.in_force_by_s, target.in_force_by_s);
	assert_string_equal(read.service, target.service);
	assert_string_equal(read.note, target.note);
	assert_null(read.error);
	assert_int_equal(cJSON_GetArraySize(read.lines), 0);
	cJSON_Delete(object);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a logon comes back from its object",
			  a_logon_comes_back_from_its_object),
		suite_row("a logon comes back from its line",
			  a_logon_comes_back_from_its_line),
		suite_row("a status comes back whole",
			  a_status_comes_back_whole),
		suite_row("a check comes back whole", a_check_comes_back_whole),
		suite_row("an event comes back whole",
			  an_event_comes_back_whole),
		suite_row("a target comes back whole",
			  a_target_comes_back_whole),
		suite_row("a session comes back whole",
			  a_session_comes_back_whole),
	};

	return suite_run(rows);
}
