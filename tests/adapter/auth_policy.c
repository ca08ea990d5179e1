/* SPDX-License-Identifier: ISC */
/*
 * Rows for adapters/dovecot/auth_policy.h.
 */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "adapters/dovecot/auth_policy.h"

#include "allocation.h"
#include "suite.h"

/* As Dovecot 2.3.19 sent it. */
static const char real[] =
	"{\"client_id\":\"\\\"name\\\" \\\"Outlook\\\" \\\"version\\\" "
	"\\\"16.0.12345\\\" \\\"os\\\" \\\"Windows\\\" \\\"x-guid\\\" "
	"\\\"abc\\\"\",\"domain\":\"\",\"local\":\"127.0.0.1\","
	"\"local_name\":\"\",\"login\":\"alice\",\"lport\":\"21143\","
	"\"mech\":\"PLAIN\",\"pid\":\"\",\"protocol\":\"imap\","
	"\"remote\":\"127.0.0.1\",\"rport\":\"35754\","
	"\"secured\":\"secured\",\"session_id\":\"OyNMhc5gqot/AAAB\","
	"\"user\":\"alice\",\"success\":true,\"policy_reject\":false,"
	"\"tls\":false}";

static void reads_what_dovecot_sends(void **state)
{
	struct lg_auth_policy r;
	struct lg_buffer client = {0};

	assert_int_equal(lg_auth_policy_parse(real, sizeof(real) - 1, &r, NULL),
			 LG_OK);
	assert_string_equal(r.login, "alice");
	assert_string_equal(lg_auth_policy_name(&r), "alice");
	assert_null(r.master);
	assert_string_equal(r.remote, "127.0.0.1");
	assert_string_equal(r.remote_port, "35754");
	assert_int_equal(r.protocol, LG_PROTOCOL_IMAP);
	assert_int_equal(r.is_decided, 1);
	assert_string_equal(r.session_id, "OyNMhc5gqot/AAAB");
	assert_int_equal(r.success, 1);
	assert_int_equal(r.policy_reject, 0);
	lg_imap_id_client(r.client_id, &client);
	assert_string_equal(client.data, "Outlook 16.0.12345 Windows");
	lg_buffer_release(&client);
	lg_auth_policy_release(&r);
	assert_null(r.json);
}

static void master_is_who_logs_on(void **state)
{
	static const char in[] = "{\"user\":\"alice\",\"login\":\"alice\","
				 "\"master\":\"root\",\"protocol\":\"smtp\"}";
	struct lg_auth_policy r;

	assert_int_equal(lg_auth_policy_parse(in, sizeof(in) - 1, &r, NULL),
			 LG_OK);
	assert_string_equal(lg_auth_policy_name(&r), "root");
	/* Postfix does not know him. */
	assert_int_equal(r.is_decided, 1);
	assert_int_equal(r.success, -1);
	lg_auth_policy_release(&r);
}

static void protocols(void **state)
{
	static const struct {
		const char *text;
		enum lg_protocol protocol;
		int is_decided;
	} row[] = {
		{"imap", LG_PROTOCOL_IMAP, 1},
		{"pop3", LG_PROTOCOL_POP3, 1},
		{"sieve", LG_PROTOCOL_IMAP, 1},
		{"smtp", LG_PROTOCOL_SMTP, 0},
		{"submission", LG_PROTOCOL_SMTP, 1},
		{"lmtp", LG_PROTOCOL_UNKNOWN, 0},
		{"doveadm", LG_PROTOCOL_UNKNOWN, 0},
		{"xmpp", LG_PROTOCOL_UNKNOWN, 1},
	};
	struct lg_buffer in = {0};
	struct lg_auth_policy r;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		lg_buffer_clear(&in);
		lg_buffer_format(&in, "{\"protocol\":\"%s\"}", row[i].text);
		assert_int_equal(
			lg_auth_policy_parse(in.data, in.len, &r, NULL), LG_OK);
		assert_int_equal(r.protocol, row[i].protocol);
		assert_int_equal(r.is_decided, row[i].is_decided);
		lg_auth_policy_release(&r);
		/* Postfix does not know a master. */
		lg_buffer_clear(&in);
		lg_buffer_format(&in, "{\"protocol\":\"%s\",\"master\":\"m\"}",
				 row[i].text);
		assert_int_equal(
			lg_auth_policy_parse(in.data, in.len, &r, NULL), LG_OK);
		assert_int_equal(r.is_decided,
				 row[i].is_decided ||
					 row[i].protocol == LG_PROTOCOL_SMTP);
		lg_auth_policy_release(&r);
	}
	lg_buffer_release(&in);
}

static void refuses_what_is_none(void **state)
{
	static const char *const row[] = {
		"", "[]", "null", "\"alice\"", "{\"user\":\"alice\"",
	};
	static const struct {
		const char *text;
		size_t len;
	} with_nul[] = {
		{"{\"user\":\"alice\\u0000x\"}", 23},
		{"{\"user\":\"\\\\\\u0000x\"}", 20},
		{"{\"user\":\"alice\0x\"}", 18},
	};
	struct lg_auth_policy r, untouched;
	struct lg_error err;
	size_t i;

	memset(&untouched, 0x5a, sizeof(untouched));
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		r = untouched;
		assert_int_equal(
			lg_auth_policy_parse(row[i], strlen(row[i]), &r, &err),
			LG_ERR_SYNTAX);
		assert_true(err.text[0] != '\0');
		assert_memory_equal(&r, &untouched, sizeof(r));
	}
	/* Dovecot admits whom it gets no answer about: this is a request. */
	for (i = 0; i < sizeof(with_nul) / sizeof(with_nul[0]); i++) {
		assert_int_equal(lg_auth_policy_parse(with_nul[i].text,
						      with_nul[i].len, &r,
						      NULL),
				 LG_OK);
		assert_true(r.has_nul);
		lg_auth_policy_release(&r);
	}
	/* A backslash before u0000 that is one itself is no NUL. */
	assert_int_equal(
		lg_auth_policy_parse("{\"user\":\"a\\\\u0000\"}", 19, &r, NULL),
		LG_OK);
	assert_string_equal(r.user, "a\\u0000");
	assert_false(r.has_nul);
	lg_auth_policy_release(&r);
}

static void answers(void **state)
{
	struct lg_buffer answer = {0};
	cJSON *json;

	lg_auth_policy_admit(&answer);
	assert_string_equal(answer.data, "{\"status\":0}");
	lg_buffer_clear(&answer);
	lg_auth_policy_refuse(LG_PROTOCOL_POP3, "Later.", &answer);
	assert_string_equal(answer.data,
			    "{\"status\":-1,\"msg\":\"[SYS/TEMP] Later.\"}");
	lg_buffer_clear(&answer);
	lg_auth_policy_refuse(LG_PROTOCOL_SMTP, "Later.", &answer);
	assert_string_equal(answer.data, "{\"status\":-1,\"msg\":\"Later.\"}");
	lg_buffer_clear(&answer);
	lg_auth_policy_refuse(LG_PROTOCOL_IMAP,
			      "\"quoted\" line1\r\na1 OK injected", &answer);
	json = cJSON_Parse(answer.data);
	assert_non_null(json);
	assert_string_equal(
		cJSON_GetStringValue(cJSON_GetObjectItem(json, "msg")),
		"[UNAVAILABLE] \"quoted\" line1 a1 OK injected");
	cJSON_Delete(json);
	lg_buffer_release(&answer);
}

static void imap_ids(void **state)
{
	static const struct {
		const char *id;
		const char *client;
	} row[] = {
		{"\"name\" \"Thunderbird\" \"version\" \"115.4\"",
		 "Thunderbird 115.4"},
		{"(\"VERSION\" \"1\" \"Name\" \"a \\\"b\\\"\")", "a \"b\" 1"},
		{"\"name\" NIL \"os\" \"Linux\"", "Linux"},
		{"\"vendor\" \"x\"", "\"vendor\" \"x\""},
		{"\"name\" \"half", "\"name\" \"half"},
		{"no list\r\nat all", "no list at all"},
		{"", ""},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_buffer client = {0};

		lg_imap_id_client(row[i].id, &client);
		assert_string_equal(client.data ? client.data : "",
				    row[i].client);
		lg_buffer_release(&client);
	}
}

/* cJSON is a shared library: its allocations go through the harness too. */
static void hook_json(void)
{
	cJSON_Hooks hooks = {malloc, free};

	cJSON_InitHooks(&hooks);
}

/* A parser that does not say why it failed: what counts is that a request is
 * read whole or not at all, so that nobody is judged by half a name. */
static void a_request_without_memory_is_none(void **state)
{
	struct lg_auth_policy r, untouched;
	enum lg_status status = LG_ERR_BUG;
	struct lg_error err;
	size_t nth;

	memset(&untouched, 0x5a, sizeof(untouched));
	hook_json();
	for (nth = 1; status != LG_OK; nth++) {
		r = untouched;
		err.text[0] = '\0';
		allocation_fail_at(nth);
		status = lg_auth_policy_parse(real, sizeof(real) - 1, &r, &err);
		allocation_stop_failing();
		if (status == LG_OK)
			break;
		assert_true(err.text[0] != '\0');
		assert_memory_equal(&r, &untouched, sizeof(r));
	}
	/* The object, and each member with its name and text. */
	assert_true(nth > 40);
	assert_string_equal(r.user, "alice");
	assert_string_equal(r.session_id, "OyNMhc5gqot/AAAB");
	lg_auth_policy_release(&r);
	cJSON_InitHooks(NULL);
}

static enum lg_status refuse(void *context, struct lg_error *err)
{
	struct lg_buffer answer = {0};
	enum lg_status status;

	lg_auth_policy_refuse(LG_PROTOCOL_IMAP, context, &answer);
	status = lg_buffer_status(&answer, err);
	lg_buffer_release(&answer);
	return status;
}

static enum lg_status admit(void *context, struct lg_error *err)
{
	struct lg_buffer answer = {0};
	enum lg_status status;

	lg_auth_policy_admit(&answer);
	status = lg_buffer_status(&answer, err);
	lg_buffer_release(&answer);
	return status;
}

static enum lg_status read_id(void *context, struct lg_error *err)
{
	struct lg_buffer client = {0};
	enum lg_status status;

	lg_imap_id_client(context, &client);
	status = lg_buffer_status(&client, err);
	lg_buffer_release(&client);
	return status;
}

static void answers_survive_each_allocation(void **state)
{
	char later[] = "Later.";
	char text[400];

	memset(text, '"', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_true(allocation_survive(refuse, text) >= 2);
	assert_true(allocation_survive(refuse, later) >= 2);
	allocation_survive(admit, NULL);
}

static void imap_ids_survive_each_allocation(void **state)
{
	char pairs[700] = "\"name\" \"";
	static const char tail[] = "\" \"os\" \"Linux\"";
	char no_list[700];
	char nil[] = "\"name\" NIL \"version\" \"1\"";

	/* Longer than what a buffer begins with. */
	memset(pairs + strlen(pairs), 'x', 600);
	memcpy(pairs + strlen(pairs), tail, sizeof(tail));
	memset(no_list, 'y', sizeof(no_list) - 1);
	no_list[sizeof(no_list) - 1] = '\0';
	assert_true(allocation_survive(read_id, pairs) >= 4);
	assert_true(allocation_survive(read_id, no_list) >= 1);
	assert_true(allocation_survive(read_id, nil) >= 2);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a request as Dovecot sends it is read",
			  reads_what_dovecot_sends),
		suite_row("a master logon is the master user's",
			  master_is_who_logs_on),
		suite_row("services are the protocols people know", protocols),
		suite_row("what is no request is refused whole",
			  refuses_what_is_none),
		suite_row("answers carry the code the protocol understands",
			  answers),
		suite_row("an IMAP ID becomes a client's name", imap_ids),
		suite_row("a request is read whole or not at all when memory "
			  "ends",
			  a_request_without_memory_is_none),
		suite_row("answers survive each allocation",
			  answers_survive_each_allocation),
		suite_row("IMAP IDs survive each allocation",
			  imap_ids_survive_each_allocation),
	};

	return suite_run(rows);
}
