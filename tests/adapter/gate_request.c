/* SPDX-License-Identifier: ISC */
/*
 * Rows for adapters/http/gate_request.h.
 */
#include <string.h>
#include <strings.h>

#include "adapters/http/gate_request.h"

#include "suite.h"

/* Pairs of name and value, ended by NULL. */
static const char *get(const void *context, const char *name)
{
	const char *const *pair = context;

	for (; *pair; pair += 2)
		if (!strcasecmp(*pair, name))
			return pair[1];
	return NULL;
}

static size_t count(const void *context, const char *name)
{
	const char *const *pair = context;
	size_t n = 0;

	for (; *pair; pair += 2)
		n += !strcasecmp(*pair, name);
	return n;
}

static struct lg_http_check read_pairs(const char *const *pairs)
{
	struct lg_http_headers headers = {pairs, get, count, NULL};
	struct lg_http_check check;

	lg_http_check_read(&headers, &check);
	return check;
}

static void nginx_asks(void **state)
{
	static const char *const pairs[] = {"X-Gate-User",
					    "alice",
					    "X-Gate-Protocol",
					    "owa",
					    "X-Original-URI",
					    "/owa/",
					    "X-Original-Method",
					    "GET",
					    "X-Real-IP",
					    "192.0.2.1",
					    "User-Agent",
					    "Mozilla/5.0",
					    NULL};
	struct lg_http_check c = read_pairs(pairs);
	struct lg_attempt attempt;

	assert_string_equal(c.user, "alice");
	assert_string_equal(c.uri, "/owa/");
	assert_string_equal(c.method, "GET");
	assert_string_equal(c.address, "192.0.2.1");
	assert_int_equal(c.address_len, 9);
	assert_int_equal(c.protocol, LG_PROTOCOL_HTTP);
	assert_int_equal(c.service, LG_HTTP_SERVICE_OWA);
	lg_http_check_attempt(&c, &attempt);
	assert_int_equal(attempt.user_len, 5);
	assert_int_equal(attempt.protocol, LG_PROTOCOL_HTTP);
	assert_int_equal(attempt.version.known, LG_VERSION_UNKNOWN);
}

static void traefik_asks(void **state)
{
	static const char *const pairs[] = {"X-Forwarded-Uri",
					    "/x",
					    "X-Forwarded-Method",
					    "POST",
					    "X-Forwarded-For",
					    "2001:db8::1 , 10.0.0.1",
					    NULL};
	struct lg_http_check c = read_pairs(pairs);

	assert_string_equal(c.uri, "/x");
	assert_string_equal(c.method, "POST");
	assert_int_equal(c.address_len, 11);
	assert_memory_equal(c.address, "2001:db8::1", 11);
	assert_null(c.user);
	assert_int_equal(c.service, LG_HTTP_SERVICE_WEB);
	assert_int_equal(c.request_type_count, 0);
}

static void mapi_is_known_by_the_proxys_word(void **state)
{
	static const char *const pairs[] = {"X-Gate-Protocol",
					    "MAPI",
					    "X-Gate-User",
					    "  ",
					    "X-RequestType",
					    "Connect",
					    "X-RequestType",
					    "Execute",
					    "X-ClientApplication",
					    "Outlook/16.0.1.2",
					    "X-ClientInfo",
					    "{A}:1",
					    "Content-Length",
					    "3",
					    NULL};
	struct lg_http_check c = read_pairs(pairs);
	struct lg_mapi_http request;
	struct lg_attempt attempt;

	assert_null(c.user);
	assert_int_equal(c.protocol, LG_PROTOCOL_MAPI);
	assert_int_equal(c.service, LG_HTTP_SERVICE_MAPI);
	assert_int_equal(lg_http_check_is_connect(&c), 1);
	lg_http_check_attempt(&c, &attempt);
	assert_int_equal(attempt.version.known, LG_VERSION_FOUR);
	lg_http_check_mapi(&c, (const unsigned char *)"abc", 3, &request);
	assert_int_equal(request.request_type_count, 2);
	assert_int_equal(request.body_len, 3);
	assert_int_equal(request.content_length.len, 1);
	assert_null(request.content_encoding.text);
	assert_null(request.user.text);
	assert_int_equal(request.also_http, 0);
}

static void what_is_there_twice_says_nothing(void **state)
{
	static const char *const named[] = {"X-Gate-User", "alice",
					    "X-Gate-User", "bob", NULL};
	static const char *const checked[] = {
		"X-Gate-User", "alice",         "Authorization",
		"Basic x",     "Authorization", "Basic y",
		NULL};
	static const char *const protocol[] = {"X-Gate-Protocol", "mapi",
					       "X-Gate-Protocol", "web", NULL};
	static const char *const judged[] = {"X-Gate-Protocol",
					     "mapi",
					     "X-RequestType",
					     "Connect",
					     "X-ClientApplication",
					     "Outlook/16.0.1.1",
					     "X-ClientApplication",
					     "Outlook/15.0.1.1",
					     NULL};

	assert_null(read_pairs(named).user);
	assert_null(read_pairs(checked).user);
	assert_int_equal(read_pairs(protocol).protocol, LG_PROTOCOL_HTTP);
	assert_int_equal(read_pairs(judged).request_type_count, 2);
}

static void credentials_are_what_the_front_says(void **state)
{
	static const struct {
		const char *pairs[7];
		int has;
	} rows[] = {
		{{NULL}, 0},
		{{"Cookie", "a=b", NULL}, 1},
		{{"Authorization", "Basic x", NULL}, 1},
		{{"X-Gate-Credentials", "none", "Cookie", "a=b", NULL}, 0},
		{{"X-Gate-Credentials", "some", NULL}, 1},
		{{"X-Gate-Credentials", "server", NULL}, 1},
		/* A front that lets by must say what its client sent. */
		{{"X-Gate-Challenge", "server", NULL}, 1},
		{{"X-Gate-Challenge", "server", "X-Gate-Credentials", "none",
		  NULL},
		 0},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(read_pairs(rows[i].pairs).has_credentials,
				 rows[i].has);
}

static void mapi_on_another_path_is_http_too(void **state)
{
	static const struct {
		const char *uri;
		int also_http;
	} rows[] = {
		{"/mapi/emsmdb/?MailboxId=x@example.org", 0},
		{"/mapi/%65msmdb/", 0},
		{"/ews%5Cexchange.asmx%5Cx/../mapi/emsmdb/", 1},
		{"/mapi/emsmdb/..%5cowa", 1},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *pairs[] = {"X-Gate-Protocol", "mapi",
				       "X-Original-URI", rows[i].uri, NULL};
		struct lg_http_check c = read_pairs(pairs);
		struct lg_mapi_http request;

		lg_http_check_mapi(&c, NULL, 0, &request);
		assert_int_equal(request.also_http, rows[i].also_http);
	}
}

static void other_protocols_are_http(void **state)
{
	static const char *const words[] = {"ews",  "eas",  "web",
					    "http", "imap", "mapix"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *pairs[] = {"X-Gate-Protocol", words[i], NULL};
		struct lg_mapi_http request;
		struct lg_http_check c = read_pairs(pairs);

		assert_int_equal(c.protocol, LG_PROTOCOL_HTTP);
		assert_int_equal(c.service, LG_HTTP_SERVICE_WEB);
		lg_http_check_mapi(&c, NULL, 0, &request);
		assert_int_equal(request.also_http, 1);
	}
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("nginx's headers are read", nginx_asks),
		suite_row("Traefik's and Caddy's headers are read",
			  traefik_asks),
		suite_row("a MAPI request keeps what its judge needs",
			  mapi_is_known_by_the_proxys_word),
		suite_row("what is there twice says nothing",
			  what_is_there_twice_says_nothing),
		suite_row("credentials are what the front says",
			  credentials_are_what_the_front_says),
		suite_row("MAPI on another path is HTTP, too",
			  mapi_on_another_path_is_http_too),
		suite_row("every other service is protocol http",
			  other_protocols_are_http),
	};

	return suite_run(rows);
}
