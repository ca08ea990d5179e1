/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/core/mapi/mapi_gate.h: what contract 8 says of requests of
 * MAPI over HTTP, without a lock and with each kind of one.
 */
#include <stdlib.h>
#include <string.h>

#include "core/mapi/mapi_gate.h"

#include "suite.h"

#define KEY LG_KEY_PARAMETERS_SYSTEM
#define TESTER "/o=Org/ou=Site/cn=Recipients/cn=tester"
#define OTHER "/o=Org/ou=Site/cn=Recipients/cn=other"

static struct lg_mapi_scratch scratch;

/* A Connect body: DN and process names in plain AUX blocks. */
struct body {
	unsigned char bytes[1024];
	size_t len;
};

static void put(struct body *body, const void *bytes, size_t len)
{
	assert_true(len <= sizeof(body->bytes) - body->len);
	memcpy(body->bytes + body->len, bytes, len);
	body->len += len;
}

static void put16(struct body *body, size_t value)
{
	const unsigned char le[2] = {(unsigned char)value,
				     (unsigned char)(value >> 8)};

	put(body, le, 2);
}

static void put_process(struct body *aux, const char *name, int terminated)
{
	static const unsigned char guid[16];
	size_t len = strlen(name), i;

	put16(aux, 28 + 2 * len + (terminated ? 2 : 0));
	put(aux, "\x02\x0b\x01\0\0\0", 6);
	put(aux, guid, sizeof(guid));
	put16(aux, 28);
	put16(aux, 0);
	for (i = 0; i < len; i++)
		put16(aux, (unsigned char)name[i]);
	if (terminated)
		put16(aux, 0);
}

static void connect_of(struct body *body, const char *dn,
		       const struct body *blocks)
{
	static const unsigned char numbers[16];

	body->len = 0;
	put(body, dn, strlen(dn) + 1);
	put(body, numbers, sizeof(numbers));
	put16(body, blocks ? blocks->len + 8 : 0);
	put16(body, 0);
	if (blocks) {
		put16(body, 0);
		put16(body, 4);
		put16(body, blocks->len);
		put16(body, blocks->len);
		put(body, blocks->bytes, blocks->len);
	}
}

/* id NULL: the standing values. */
static struct lg_policy *policy_with(const char *id, const char *const *pairs,
				     const struct lg_findings *findings)
{
	struct lg_policy_layer layer = {.id = id,
					.profile = id ? "upgrade" : NULL,
					.facts = findings ? LG_FACTS_FINDINGS
							  : LG_FACTS_ALL_FOUND,
					.findings = findings};
	const struct lg_policy_input input = {.dialect = LG_DIALECT_GATE,
					      .generation = 1,
					      .layer = &layer,
					      .layer_count = 1};
	struct lg_registry *values;
	struct lg_policy *policy = NULL;
	struct lg_error err;

	assert_int_equal(lg_registry_new(&values, NULL), LG_OK);
	for (; *pairs; pairs += 2) {
		struct lg_strlist list = {0};

		if (strncmp(*pairs, LG_VALUE_LOGON_ONLY_AS,
			    strlen(LG_VALUE_LOGON_ONLY_AS)) != 0 &&
		    strncmp(*pairs, LG_VALUE_APPLIES_TO,
			    strlen(LG_VALUE_APPLIES_TO)) != 0) {
			assert_int_equal(lg_registry_set_text(values, KEY,
							      pairs[0],
							      pairs[1], NULL),
					 LG_OK);
			continue;
		}
		lg_strlist_add(&list, pairs[1], strlen(pairs[1]), NULL);
		assert_int_equal(lg_registry_set_list(values, KEY, pairs[0],
						      &list, NULL),
				 LG_OK);
		lg_strlist_release(&list);
	}
	layer.values = values;
	if (lg_policy_compile(&input, &policy, NULL, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	lg_registry_free(&values);
	return policy;
}

static struct lg_policy *policy_of(const char *const *pairs)
{
	return policy_with(NULL, pairs, NULL);
}

static struct lg_policy *lock_of(const char *const *pairs)
{
	return policy_with("lg-0123456789ab", pairs, NULL);
}

static struct lg_policy *policy_off(void)
{
	static const char *const pairs[] = {NULL};

	return policy_of(pairs);
}

static struct lg_policy *policy_listed(void)
{
	static const char *const pairs[] = {LG_VALUE_LOGON_ONLY_AS,
					    TESTER,
					    LG_VALUE_LOGON_ONLY_AS_USERS,
					    "rescue@example.org",
					    LG_VALUE_WHEN_INVALID,
					    "closed",
					    NULL};

	return policy_of(pairs);
}

static struct lg_policy *policy_clients(void)
{
	static const char *const pairs[] = {
		LG_VALUE_DISABLE_MAPI_CLIENTS,
		"-5.65535.65535;7.0.0-15.0.0",
		LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
		"evil.exe",
		LG_VALUE_UNKNOWN_PROCESS,
		"refuse",
		NULL};

	return policy_of(pairs);
}

static struct lg_mapi_text text(const char *text)
{
	struct lg_mapi_text t = {text, text ? strlen(text) : 0};

	return t;
}

static struct lg_mapi_http request_of(const char *type, const struct body *body)
{
	struct lg_mapi_http request = {.request_type = text(type),
				       .application =
					       text("Outlook/16.0.15928.20006"),
				       .request_type_count = 1,
				       .body_size = -1};

	if (body) {
		request.body = body->bytes;
		request.body_len = body->len;
	}
	return request;
}

static struct lg_mapi_judgement judge(const struct lg_policy *policy,
				      const struct lg_mapi_http *request,
				      const struct lg_session *known)
{
	struct lg_mapi_judgement j;

	lg_mapi_judge(policy, request, known, &scratch, &j);
	return j;
}

static void assert_way(const struct lg_policy *policy,
		       const struct lg_mapi_http *request, enum lg_mapi_way way,
		       enum lg_mapi_code code)
{
	struct lg_mapi_judgement j = judge(policy, request, NULL);

	assert_int_equal(j.way, way);
	assert_int_equal(j.code, code);
	assert_int_equal(j.decision.verdict == LG_REFUSE,
			 way != LG_MAPI_WAY_ADMIT &&
				 way != LG_MAPI_WAY_NOT_MAPI);
}

static void connect_by_dn(void **state)
{
	struct lg_policy *policy = policy_listed();
	struct lg_mapi_judgement j;
	struct lg_mapi_http request;
	struct body body;

	connect_of(&body, TESTER, NULL);
	request = request_of("connect", &body);
	assert_way(policy, &request, LG_MAPI_WAY_ADMIT, 0);
	connect_of(&body, OTHER, NULL);
	request = request_of("Connect", &body);
	j = judge(policy, &request, NULL);
	assert_int_equal(j.way, LG_MAPI_WAY_DENY);
	assert_int_equal(j.decision.reason, LG_REASON_NOT_LISTED);
	assert_int_equal(j.attempt.dn_len, strlen(OTHER));
	assert_int_equal(j.attempt.version.known, LG_VERSION_FOUR);
	assert_null(j.fault);
	/* A name of the proxy's lets in whoever has no DN... */
	request.user = text("rescue@example.org");
	assert_way(policy, &request, LG_MAPI_WAY_ADMIT, 0);
	/* ... but not beside a DN that nobody can list. */
	connect_of(&body, "/o=Org/cn=M\xfcller", NULL);
	request = request_of("Connect", &body);
	request.user = text("rescue@example.org");
	assert_way(policy, &request, LG_MAPI_WAY_DENY, 0);
	connect_of(&body, "", NULL);
	request = request_of("Connect", &body);
	assert_way(policy, &request, LG_MAPI_WAY_DENY, 0);
	lg_policy_free(&policy);
}

static void connect_by_client(void **state)
{
	struct lg_policy *policy = policy_clients();
	struct body body, blocks = {{0}, 0};
	struct lg_mapi_judgement j;
	struct lg_mapi_http request;

	put_process(&blocks, "OUTLOOK.EXE", 1);
	connect_of(&body, OTHER, &blocks);
	request = request_of("Connect", &body);
	assert_way(policy, &request, LG_MAPI_WAY_ADMIT, 0);
	request.application = text("Outlook/14.0.1.2");
	j = judge(policy, &request, NULL);
	assert_int_equal(j.way, LG_MAPI_WAY_DENY);
	assert_int_equal(j.decision.reason, LG_REASON_VERSION_BLOCKED);
	/* Every process that is named counts, not the first. */
	put_process(&blocks, "EVIL.exe", 1);
	connect_of(&body, OTHER, &blocks);
	request = request_of("Connect", &body);
	j = judge(policy, &request, NULL);
	assert_int_equal(j.way, LG_MAPI_WAY_DENY);
	assert_int_equal(j.decision.reason, LG_REASON_PROCESS_BLOCKED);
	assert_memory_equal(j.attempt.process, "EVIL.exe", 8);
	connect_of(&body, OTHER, NULL);
	request = request_of("Connect", &body);
	j = judge(policy, &request, NULL);
	assert_int_equal(j.decision.reason, LG_REASON_PROCESS_UNKNOWN);
	lg_policy_free(&policy);
}

/* The directory was asked: TESTER's account has one logon name. */
static struct lg_policy *policy_named(void)
{
	static const char *const pairs[] = {LG_VALUE_LOGON_ONLY_AS, TESTER,
					    LG_VALUE_WHEN_INVALID, "closed",
					    NULL};
	static struct lg_login login[] = {{.name = "tester@example.org"}};
	static struct lg_account account[] = {{.asked = TESTER,
					       .asked_as = LG_ASKED_DN,
					       .finding = LG_FINDING_ONE,
					       .dn = TESTER,
					       .login_count = 1}};
	static struct lg_findings findings = {.account = account,
					      .account_count = 1,
					      .login = login,
					      .login_count = 1};

	return policy_with(NULL, pairs, &findings);
}

static void names_belong_to_their_dn(void **state)
{
	struct lg_policy *listed = policy_listed();
	struct lg_policy *named = policy_named();
	struct lg_session tester = {.dn = TESTER};
	struct lg_mapi_http execute = request_of("Execute", NULL);
	struct lg_mapi_http request;
	struct body body;

	connect_of(&body, TESTER, NULL);
	request = request_of("Connect", &body);
	request.user = text("tester@example.org");
	execute.user = request.user;
	assert_way(named, &request, LG_MAPI_WAY_ADMIT, 0);
	assert_int_equal(judge(named, &execute, &tester).way,
			 LG_MAPI_WAY_ADMIT);
	request.user = text("other@example.org");
	execute.user = request.user;
	assert_way(named, &request, LG_MAPI_WAY_DENY, 0);
	assert_int_equal(judge(named, &execute, &tester).code, 10);
	tester.user = "other@example.org";
	execute.user = text(NULL);
	assert_int_equal(judge(named, &execute, &tester).code, 10);
	/* Whose names nobody knows is who the server says. */
	assert_way(listed, &request, LG_MAPI_WAY_ADMIT, 0);
	lg_policy_free(&listed);
	lg_policy_free(&named);
}

/* Each breaks one thing of a sound Connect of a listed person. */
static void unreadable(void **state)
{
	struct lg_policy *locks[] = {policy_listed(), policy_clients()};
	struct lg_policy *off = policy_off();
	struct body body, blocks = {{0}, 0};
	struct lg_mapi_http sound, broken;
	size_t i;

	put_process(&blocks, "OUTLOOK.EXE", 1);
	connect_of(&body, TESTER, &blocks);
	sound = request_of("Connect", &body);
	for (i = 0; i < 2; i++) {
		assert_way(locks[i], &sound, LG_MAPI_WAY_ADMIT, 0);
		broken = sound;
		broken.body_len--;
		assert_way(locks[i], &broken, LG_MAPI_WAY_CODE, 12);
		assert_way(off, &broken, LG_MAPI_WAY_ADMIT, 0);
		broken = sound;
		broken.content_length = text("9999");
		assert_way(locks[i], &broken, LG_MAPI_WAY_CODE, 12);
		assert_way(off, &broken, LG_MAPI_WAY_ADMIT, 0);
		broken.content_length = text("0x10");
		assert_way(locks[i], &broken, LG_MAPI_WAY_CODE, 12);
		broken = sound;
		broken.body_size = 9999;
		assert_way(locks[i], &broken, LG_MAPI_WAY_CODE, 12);
		broken = sound;
		broken.content_encoding = text("gzip");
		assert_way(locks[i], &broken, LG_MAPI_WAY_CODE, 12);
		assert_way(off, &broken, LG_MAPI_WAY_ADMIT, 0);
		broken = sound;
		broken.request_type_count = 2;
		assert_way(locks[i], &broken, LG_MAPI_WAY_CODE, 4);
		assert_way(off, &broken, LG_MAPI_WAY_ADMIT, 0);
		broken = sound;
		broken.request_type = text("Execute,Connect");
		assert_way(locks[i], &broken, LG_MAPI_WAY_CODE, 4);
		/* Nothing came, and nobody said that nothing would. */
		broken = sound;
		broken.body_len = 0;
		assert_way(locks[i], &broken, LG_MAPI_WAY_CODE, 12);
		/* The first leg of NTLM. */
		broken.content_length = text("0");
		assert_way(locks[i], &broken, LG_MAPI_WAY_ADMIT, 0);
	}
	blocks.len = 0;
	put_process(&blocks, "OUTLOOK.EXE", 0);
	connect_of(&body, TESTER, &blocks);
	broken = request_of("Connect", &body);
	assert_way(locks[0], &broken, LG_MAPI_WAY_CODE, 12);
	assert_string_equal(judge(locks[0], &broken, NULL).fault,
			    "process-unterminated");
	lg_policy_free(&locks[0]);
	lg_policy_free(&locks[1]);
	lg_policy_free(&off);
}

static void session_of_a_known_client(void **state)
{
	struct lg_policy *listed = policy_listed();
	struct lg_policy *clients = policy_clients();
	struct lg_policy *off = policy_off();
	struct lg_session tester = {.dn = TESTER, .process = "outlook.exe"};
	struct lg_session other = {.dn = OTHER, .process = "evil.exe"};
	struct lg_mapi_http execute = request_of("Execute", NULL);

	assert_int_equal(judge(listed, &execute, &tester).way,
			 LG_MAPI_WAY_ADMIT);
	assert_int_equal(judge(listed, &execute, &other).way, LG_MAPI_WAY_CODE);
	assert_int_equal(judge(listed, &execute, &other).code, 10);
	assert_int_equal(judge(listed, &execute, &other).decision.reason,
			 LG_REASON_SESSION_ENDED);
	assert_int_equal(judge(off, &execute, &other).way, LG_MAPI_WAY_ADMIT);
	assert_int_equal(judge(clients, &execute, &tester).way,
			 LG_MAPI_WAY_ADMIT);
	assert_int_equal(judge(clients, &execute, &other).code, 10);
	/* One that was cut is over, whoever may log on. */
	execute.session_ended = 1;
	assert_int_equal(judge(listed, &execute, &tester).code, 10);
	assert_int_equal(judge(off, &execute, &tester).code, 10);
	lg_policy_free(&listed);
	lg_policy_free(&clients);
	lg_policy_free(&off);
}

static void session_of_a_stranger(void **state)
{
	struct lg_policy *listed = policy_listed();
	struct lg_policy *clients = policy_clients();
	struct lg_mapi_http request = request_of("NotificationWait", NULL);

	assert_way(listed, &request, LG_MAPI_WAY_CODE, 10);
	/* By the version alone: only a Connect names its process. */
	assert_way(clients, &request, LG_MAPI_WAY_ADMIT, 0);
	request.application = text("Outlook/14.0.1.2");
	assert_way(clients, &request, LG_MAPI_WAY_CODE, 10);
	request = request_of("Unheard-Of", NULL);
	assert_way(listed, &request, LG_MAPI_WAY_CODE, 10);
	/* A name that gets in is not the session's owner. */
	request.user = text("rescue@example.org");
	assert_way(listed, &request, LG_MAPI_WAY_CODE, 10);
	request.user = text("other@example.org");
	assert_way(listed, &request, LG_MAPI_WAY_CODE, 10);
	lg_policy_free(&listed);
	lg_policy_free(&clients);
}

/* Contract 12: under any lock, also one that is about others. */
static void session_of_a_stranger_under_any_lock(void **state)
{
	static const char *const blocks[] = {LG_VALUE_DISABLE_MAPI_CLIENTS,
					     "7.0.0-15.0.0", NULL};
	static const char *const imap[] = {LG_VALUE_REFUSE_PROTOCOLS, "imap",
					   NULL};
	static const char *const domain[] = {LG_VALUE_APPLIES_TO_DOMAINS,
					     "example.net", NULL};
	static const char *const *const of[] = {blocks, imap, domain};
	struct lg_session tester = {.dn = TESTER, .user = "t@example.org"};
	struct lg_mapi_http request = request_of("Execute", NULL);
	struct lg_policy *policy;
	size_t i;

	request.user = text("rescue@example.org");
	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		policy = lock_of(of[i]);
		assert_way(policy, &request, LG_MAPI_WAY_CODE, 10);
		assert_int_equal(judge(policy, &request, NULL).decision.reason,
				 LG_REASON_SESSION_ENDED);
		request.user = text(NULL);
		assert_way(policy, &request, LG_MAPI_WAY_CODE, 10);
		assert_int_equal(judge(policy, &request, &tester).way,
				 LG_MAPI_WAY_ADMIT);
		lg_policy_free(&policy);
	}
}

static void always_admitted(void **state)
{
	struct lg_policy *listed = policy_listed();
	struct lg_mapi_http request = request_of("disconnect", NULL);

	assert_way(listed, &request, LG_MAPI_WAY_ADMIT, 0);
	request = request_of("QueryRows", NULL);
	assert_way(listed, &request, LG_MAPI_WAY_ADMIT, 0);
	request = request_of("PING", NULL);
	assert_way(listed, &request, LG_MAPI_WAY_CODE, 10);
	request.path = text("/mapi/nspi/?MailboxId=x");
	assert_way(listed, &request, LG_MAPI_WAY_ADMIT, 0);
	request.request_type = text("Unheard-Of");
	assert_way(listed, &request, LG_MAPI_WAY_ADMIT, 0);
	request.request_type = text("Execute");
	assert_way(listed, &request, LG_MAPI_WAY_CODE, 10);
	request = request_of(NULL, NULL);
	assert_way(listed, &request, LG_MAPI_WAY_NOT_MAPI, 0);
	lg_policy_free(&listed);
}

static void a_header_opens_no_webmail(void **state)
{
	static const char *const pairs[] = {LG_VALUE_REFUSE_PROTOCOLS, "http",
					    NULL};
	static const char *const types[] = {"Disconnect", "Bind", "Connect",
					    "Execute", "PING"};
	struct lg_policy *listed = policy_listed();
	struct lg_policy *no_http = policy_of(pairs);
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct lg_mapi_http request = request_of(types[i], NULL);
		struct lg_mapi_judgement j;

		request.also_http = 1;
		request.content_length = text("0");
		j = judge(listed, &request, NULL);
		assert_int_equal(j.decision.verdict, LG_REFUSE);
		j = judge(no_http, &request, NULL);
		assert_int_equal(j.way, LG_MAPI_WAY_PAGE);
		assert_int_equal(j.decision.reason, LG_REASON_PROTOCOL_REFUSED);
		request.user = text("rescue@example.org");
		j = judge(listed, &request, NULL);
		if (i < 3)
			assert_int_equal(j.way, LG_MAPI_WAY_ADMIT);
	}
	lg_policy_free(&listed);
	lg_policy_free(&no_http);
}

static void protocol_refused(void **state)
{
	static const char *const pairs[] = {LG_VALUE_REFUSE_PROTOCOLS, "mapi",
					    NULL};
	struct lg_policy *policy = policy_of(pairs);
	struct lg_mapi_http request;
	struct body body;

	connect_of(&body, TESTER, NULL);
	request = request_of("Connect", &body);
	assert_way(policy, &request, LG_MAPI_WAY_DENY, 0);
	request.body_len--;
	assert_way(policy, &request, LG_MAPI_WAY_DENY, 0);
	request.request_type_count = 2;
	assert_way(policy, &request, LG_MAPI_WAY_CODE, 4);
	request = request_of("Execute", NULL);
	assert_way(policy, &request, LG_MAPI_WAY_CODE, 10);
	request = request_of("Disconnect", NULL);
	assert_way(policy, &request, LG_MAPI_WAY_ADMIT, 0);
	lg_policy_free(&policy);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a Connect is judged by its DN", connect_by_dn),
		suite_row("a Connect is judged by version and every process",
			  connect_by_client),
		suite_row("a verified name belongs to the DN",
			  names_belong_to_their_dn),
		suite_row("what cannot be read is refused during a lock",
			  unreadable),
		suite_row("an open session is judged by its Connect",
			  session_of_a_known_client),
		suite_row("a session nobody has seen must connect again",
			  session_of_a_stranger),
		suite_row("... whatever the lock is about",
			  session_of_a_stranger_under_any_lock),
		suite_row("Disconnect and the address book always pass",
			  always_admitted),
		suite_row("X-RequestType opens no other service",
			  a_header_opens_no_webmail),
		suite_row("refusing MAPI refuses all but Disconnect",
			  protocol_refused),
	};

	return suite_run(rows);
}
