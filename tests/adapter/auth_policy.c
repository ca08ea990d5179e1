/* SPDX-License-Identifier: ISC */
/*
 * Rows for adapters/dovecot/auth_policy.h.
 */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "adapters/dovecot/auth_policy.h"

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
	assert_int_equal(r.is_decided, 0);
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
	}
	lg_buffer_release(&in);
}

static void refuses_what_is_none(void **state)
{
	static const char *const row[] = {
		"",
		"[]",
		"null",
		"\"alice\"",
		"{\"user\":\"alice\"",
		"{\"user\":\"alice\\u0000x\"}",
		"{\"user\":\"\\\\\\u0000x\"}",
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
	/* A backslash before u0000 that is one itself is no NUL. */
	assert_int_equal(
		lg_auth_policy_parse("{\"user\":\"a\\\\u0000\"}", 19, &r, NULL),
		LG_OK);
	assert_string_equal(r.user, "a\\u0000");
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
	};

	return suite_run(rows);
}
