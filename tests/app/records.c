/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/app/records: what is written is read back whole.
 */
#include <string.h>

#include "suite.h"

#include "app/records/json_member.h"
#include "app/records/logon_record.h"
#include "app/records/session_record.h"

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
	assert_true(lg_json_is_true(object, "allowed"));
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

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a logon comes back from its object",
			  a_logon_comes_back_from_its_object),
		suite_row("a logon comes back from its line",
			  a_logon_comes_back_from_its_line),
		suite_row("a session comes back whole",
			  a_session_comes_back_whole),
	};

	return suite_run(rows);
}
