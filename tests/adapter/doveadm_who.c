/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/dovecot/doveadm_who.h: answers as Dovecot 2.3.19 gave
 * them.
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include "adapters/dovecot/doveadm_who.h"

static enum lg_status parse(const char *json, struct lg_session_list *list,
			    struct lg_error *err)
{
	return lg_doveadm_who_parse(json, strlen(json), list, err);
}

static void expect(const struct lg_session_list *list, size_t index,
		   const char *id, const char *user, const char *address,
		   enum lg_protocol protocol)
{
	const struct lg_session *session = &list->session[index];

	assert_true(index < list->count);
	assert_string_equal(session->id, id);
	assert_string_equal(session->door, "dovecot");
	assert_string_equal(session->user, user);
	if (address)
		assert_string_equal(session->address, address);
	else
		assert_null(session->address);
	assert_int_equal(session->protocol, protocol);
}

static void one_row_a_connection(void **state)
{
	static const char json[] =
		"[[\"doveadmResponse\",["
		"{\"username\":\"bob\",\"service\":\"pop3\",\"pid\":\"19591\","
		"\"ip\":\"127.0.0.1\"},"
		"{\"username\":\"alice\",\"service\":\"imap\",\"pid\":\"19587\""
		",\"ip\":\"::1\"}],\"t\"]]";
	struct lg_session_list list = {0};

	assert_int_equal(parse(json, &list, NULL), LG_OK);
	assert_int_equal(list.count, 2);
	expect(&list, 0, "pop3-19591", "bob", "127.0.0.1", LG_PROTOCOL_POP3);
	expect(&list, 1, "imap-19587", "alice", "::1", LG_PROTOCOL_IMAP);
	/* A second answer is added to the first. */
	assert_int_equal(parse(json, &list, NULL), LG_OK);
	assert_int_equal(list.count, 4);
	lg_session_list_release(&list);
}

static void rows_beside_the_array(void **state)
{
	static const char json[] =
		"[[\"doveadmResponse\",["
		"{\"username\":\"alice\",\"connections\":\"3\",\"service\":"
		"\"imap\",\"pids\":\"(11 12 13)\",\"ips\":\"(10.0.0.1 "
		"10.0.0.2)\"}],"
		"{\"username\":\"bob\",\"connections\":\"1\",\"service\":"
		"\"pop3\",\"pids\":\"(14)\",\"ips\":\"(127.0.0.1)\"},"
		"\"tag1\"]]";
	struct lg_session_list list = {0};

	assert_int_equal(parse(json, &list, NULL), LG_OK);
	assert_int_equal(list.count, 4);
	expect(&list, 0, "imap-11", "alice", "10.0.0.1", LG_PROTOCOL_IMAP);
	expect(&list, 1, "imap-12", "alice", "10.0.0.2", LG_PROTOCOL_IMAP);
	expect(&list, 2, "imap-13", "alice", "10.0.0.1", LG_PROTOCOL_IMAP);
	expect(&list, 3, "pop3-14", "bob", "127.0.0.1", LG_PROTOCOL_POP3);
	lg_session_list_release(&list);
}

/* Where Dovecot 2.4 has been told to say it. */
static void who_opened_is_read(void **state)
{
	static const char json[] =
		"[[\"doveadmResponse\",["
		"{\"username\":\"bob\",\"service\":\"imap\",\"pid\":\"19\","
		"\"ip\":\"::1\",\"user_logongate\":\"master:mover\"},"
		"{\"username\":\"bob\",\"service\":\"imap\",\"pid\":\"20\","
		"\"ip\":\"::1\",\"user_logongate\":\"master:\"},"
		"{\"username\":\"bob\",\"service\":\"imap\",\"pid\":\"21\","
		"\"ip\":\"::1\",\"user_logongate\":\"\"}],\"t\"]]";
	struct lg_session_list list = {0};

	assert_int_equal(parse(json, &list, NULL), LG_OK);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.session[0].master, "mover");
	assert_null(list.session[1].master);
	assert_null(list.session[2].master);
	assert_true(list.session[0].is_opener_known);
	assert_true(list.session[1].is_opener_known);
	assert_false(list.session[2].is_opener_known);
	lg_session_list_release(&list);
}

/* Dovecot 2.4.1 lists what a proxy passes on under its login service, whose
 * process may be that of many. */
static void rows_of_a_login_service(void **state)
{
	static const char json[] =
		"[[\"doveadmResponse\",["
		"{\"username\":\"bob\",\"service\":\"imap-login\",\"pid\":"
		"\"20\",\"ip\":\"::1\",\"dest_ip\":\"::2\"},"
		"{\"username\":\"carl\",\"service\":\"pop3-login\",\"pid\":"
		"\"20\",\"ip\":\"::1\",\"dest_ip\":\"::2\"},"
		"{\"username\":\"dora\",\"service\":\"-login\",\"pid\":"
		"\"21\",\"ip\":\"::1\"}],\"t\"]]";
	struct lg_session_list list = {0};

	assert_int_equal(parse(json, &list, NULL), LG_OK);
	assert_int_equal(list.count, 3);
	expect(&list, 0, "imap-login-20-bob", "bob", "::1", LG_PROTOCOL_IMAP);
	expect(&list, 1, "pop3-login-20-carl", "carl", "::1", LG_PROTOCOL_POP3);
	expect(&list, 2, "-login-21", "dora", "::1", LG_PROTOCOL_UNKNOWN);
	lg_session_list_release(&list);
}

/* As Dovecot 2.3.19 and 2.4.1 gave them. */
static void sessions_that_a_proxy_passes_on(void **state)
{
	static const char old[] =
		"[[\"doveadmResponse\",[],\"logongate\"],"
		"[\"doveadmResponse\",[{\"username\":\"bob\",\"service\":\"imap\","
		"\"src-ip\":\"10.0.0.1\",\"dest-ip\":\"10.9.9.9\",\"dest-port\":"
		"\"143\"},{\"username\":\"username\",\"service\":\"service\","
		"\"src-ip\":\"src-ip\",\"dest-ip\":\"dest-ip\",\"dest-port\":"
		"\"dest-port\"},{\"username\":\"alice\",\"service\":\"pop3\","
		"\"src-ip\":\"10.0.0.2\",\"dest-ip\":\"10.9.9.9\",\"dest-port\":"
		"\"110\"}],\"proxy\"]]";
	static const char new[] =
		"[[\"doveadmResponse\",[{\"username\":\"bob\",\"service\":"
		"\"imap\",\"pid\":\"1011\",\"ip\":\"::1\",\"dest_ip\":\"\"}],"
		"\"logongate\"],[\"doveadmResponse\",[{\"username\":\"bob\","
		"\"connections\":\"1\",\"service\":\"imap\",\"pids\":\"(1011)\","
		"\"ips\":\"(::1)\"}],\"proxy\"]]";
	struct lg_session_list list = {0};

	assert_int_equal(parse(old, &list, NULL), LG_OK);
	assert_int_equal(list.count, 2);
	expect(&list, 0, "proxy-imap-bob-10.0.0.1", "bob", "10.0.0.1",
	       LG_PROTOCOL_IMAP);
	expect(&list, 1, "proxy-pop3-alice-10.0.0.2", "alice", "10.0.0.2",
	       LG_PROTOCOL_POP3);
	lg_session_list_release(&list);
	assert_int_equal(parse(new, &list, NULL), LG_OK);
	assert_int_equal(list.count, 1);
	expect(&list, 0, "imap-1011", "bob", "::1", LG_PROTOCOL_IMAP);
	lg_session_list_release(&list);
}

static void nobody_is_there(void **state)
{
	static const char *const json[] = {
		"[[\"doveadmResponse\",[],\"t\"]]",
		"[[\"error\",{\"type\":\"exitCode\", \"exitCode\":68},\"t\"]]",
	};
	struct lg_session_list list = {0};
	size_t i;

	for (i = 0; i < 2; i++) {
		assert_int_equal(parse(json[i], &list, NULL), LG_OK);
		assert_int_equal(list.count, 0);
	}
}

static void rows_without_some_members(void **state)
{
	static const char json[] =
		"[[\"doveadmResponse\",["
		"{\"username\":\"a\"},"
		"{\"username\":\"b\",\"service\":\"sieve\",\"pids\":\"()\","
		"\"ips\":\"( )\",\"connections\":\"0\"},"
		"{\"username\":\"\",\"service\":\"imap\"},"
		"{\"username\":5},{}],\"t\"]]";
	struct lg_session_list list = {0};

	assert_int_equal(parse(json, &list, NULL), LG_OK);
	assert_int_equal(list.count, 1);
	expect(&list, 0, "-a-0", "a", NULL, LG_PROTOCOL_UNKNOWN);
	lg_session_list_release(&list);
}

static void what_is_no_answer(void **state)
{
	static const char *const json[] = {
		"",
		"{}",
		"[]",
		"[[]]",
		"[\"doveadmResponse\"]",
		"[[5]]",
		"[[\"doveadmResponse\",[{\"username\":\"a\"}",
		"[[\"error\",{\"type\":\"exitCode\",\"exitCode\":75},\"t\"]]",
		"[[\"error\",{\"type\":\"unknownMethod\"},\"t\"]]",
		"[[\"doveadmResponse\",[{\"username\":\"a\",\"connections\":"
		"\"-1\"}]]]",
		"[[\"doveadmResponse\",[{\"username\":\"a\",\"connections\":"
		"\"99999999999\"}]]]",
		"[[\"doveadmResponse\",[[[[[[[[[[[{\"username\":\"a\"}]]]]]]]]]]"
		"]]]",
	};
	struct lg_session_list list = {0};
	struct lg_error err = {0};
	size_t i;

	for (i = 0; i < sizeof(json) / sizeof(json[0]); i++) {
		if (parse(json[i], &list, &err) != LG_ERR_IO)
			fail_msg("%s was read", json[i]);
		assert_int_equal(list.count, 0);
		assert_true(err.text[0]);
	}
}

static void kick_by_name_and_address(void **state)
{
	struct lg_buffer json = {0};

	lg_doveadm_kick_command("al\"ice", "::1", 0, &json);
	lg_doveadm_kick_command("a", NULL, 17, &json);
	assert_string_equal(json.data,
			    "[\"kick\",{\"mask\":[\"al\\\"ice\",\"::1\"]},"
			    "\"0\"][\"kick\",{\"mask\":[\"a\"]},\"17\"]");
	lg_buffer_release(&json);
}

static void each_kick_is_answered(void **state)
{
	static const char json[] =
		"[[\"doveadmResponse\",[{\"result\":\"a\"}],\"0\"],"
		"[\"error\",{\"type\":\"exitCode\", \"exitCode\":64},\"1\"],"
		"[\"error\",{\"type\":\"exitCode\", \"exitCode\":75},\"2\"],"
		"[\"error\",{\"type\":\"exitCode\", \"exitCode\":68},\"3\"]]";
	static const char *const bad[] = {"",
					  "[]",
					  "{}",
					  "[[]]",
					  "[[\"doveadmResponse\",[],\"9\"]]",
					  "[[\"doveadmResponse\",[],7]]"};
	unsigned char done[4] = {9, 9, 9, 9};
	struct lg_error err = {0};
	size_t i;

	assert_int_equal(
		lg_doveadm_kick_parse(json, strlen(json), 4, done, &err),
		LG_ERR_IO);
	assert_string_equal(err.text, "doveadm failed with exit code 64");
	assert_memory_equal(done, "\1\0\2\1", 4);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(lg_doveadm_kick_parse(bad[i], strlen(bad[i]),
						       4, done, &err),
				 LG_ERR_IO);
		assert_memory_equal(done, "\0\0\0\0", 4);
	}
}

static enum lg_status parse_once(void *context, struct lg_error *err)
{
	static const char json[] =
		"[[\"doveadmResponse\",["
		"{\"username\":\"alice\",\"connections\":\"2\",\"service\":"
		"\"imap\",\"pids\":\"(1 2)\",\"ips\":\"(::1)\"}],\"t\"]]";
	struct lg_session_list list = {0};
	enum lg_status status = parse(json, &list, err);

	lg_session_list_release(&list);
	/* cJSON does not tell want of memory from a bad text. */
	if (status == LG_ERR_IO)
		status = err->status = LG_ERR_NO_MEMORY;
	return status;
}

static void survives_failing_allocations(void **state)
{
	allocation_survive(parse_once, NULL);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("who opened a session is read", who_opened_is_read),
		suite_row("a login service speaks its protocol",
			  rows_of_a_login_service),
		suite_row("a row a connection is a session",
			  one_row_a_connection),
		suite_row("rows beside the array are read too",
			  rows_beside_the_array),
		suite_row("sessions that a proxy passes on",
			  sessions_that_a_proxy_passes_on),
		suite_row("nobody there is an answer", nobody_is_there),
		suite_row("rows without some members",
			  rows_without_some_members),
		suite_row("what is no answer is told", what_is_no_answer),
		suite_row("kick names a user and an address",
			  kick_by_name_and_address),
		suite_row("each kick of a request has its own answer",
			  each_kick_is_answered),
		suite_row("survives failing allocations",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
