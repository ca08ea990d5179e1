/* SPDX-License-Identifier: ISC */
/*
 * doors_web.c - what the configuration of a web front says of asking the gate
 *
 * The texts are what nginx prints and what haproxy.cfg holds.
 */
#include "doors_scene.h"

#include <string.h>

#include "suite.h"

#define NGINX_GATE                                                             \
	"upstream gate { server unix:/run/logongate/http.sock; }\n"            \
	"server { listen 443 ssl; server_name mail;\n"                         \
	"location = /_gate { internal; proxy_pass http://gate/v1/check; }\n"
#define SPOE_BACKEND                                                           \
	"backend spoe-gate\n  mode tcp\n"                                      \
	"  server s1 unix@/run/logongate/spop.sock check\n"                    \
	"backend elsewhere\n  server s 127.0.0.1:1\n"
#define APP "backend app\n  server a 127.0.0.1:2\n"
#define SPOE                                                                   \
	"  filter spoe engine gate config /etc/haproxy/spoe.cfg\n"             \
	"  http-request send-spoe-group gate g\n"
#define DENY "  http-request deny if { var(txn.gate.action) -m str render }\n"
#define FRONTEND "defaults\n  mode http\nfrontend fe\n  bind :443\n"

static const struct doors_row rows[] = {
	{NGINX,
	 "http { " NGINX_GATE
	 "location / { auth_request /_gate; proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_YES, LG_WHEN_DOWN_CLOSED},
	{NGINX,
	 "http { " NGINX_GATE
	 "location / { auth_request /_gate; error_page 500 = @app;"
	 " proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{NGINX,
	 "http { " NGINX_GATE
	 "location / { auth_request /_gate; error_page 500 = @down;"
	 " proxy_pass http://app; }\n"
	 "location @down { internal; return 503 later; } } }",
	 NULL, "server mail listen 443", LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{NGINX,
	 "http { " NGINX_GATE
	 "location / { auth_request /_gate; proxy_pass http://app; }\n"
	 "location /EWS/ { proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_PARTLY, LG_WHEN_DOWN_CLOSED},
	{NGINX,
	 "http { " NGINX_GATE "auth_request /_gate;\n"
	 "location / { proxy_pass http://app; }\n"
	 "location /x { auth_request off; proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_PARTLY, LG_WHEN_DOWN_CLOSED},
	{NGINX,
	 "http { server { listen 80; location = /a { internal; proxy_pass "
	 "http://127.0.0.1:9/x; } location / { auth_request /a; proxy_pass "
	 "http://app; } } }",
	 NULL, "server _ listen 80", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{NGINX,
	 "http { " NGINX_GATE
	 "location / { auth_request /_gate; satisfy any; auth_basic mail;"
	 " proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{NGINX,
	 "http { satisfy any; " NGINX_GATE
	 "location / { auth_request /_gate; proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_YES, LG_WHEN_DOWN_CLOSED},
	{NGINX,
	 "http { " NGINX_GATE
	 "location / { auth_request /_gate; proxy_pass http://app; }\n"
	 "location /x { if ($arg_a) { proxy_pass http://app; } } } }",
	 NULL, "server mail listen 443", LG_ASKS_PARTLY, LG_WHEN_DOWN_CLOSED},
	{NGINX,
	 "http { " NGINX_GATE
	 "location / { auth_request /_gate; proxy_pass http://app;"
	 " if ($arg_a) { proxy_pass http://b; } }\n"
	 "location /d { limit_except GET { proxy_pass http://app; } } } }",
	 NULL, "server mail listen 443", LG_ASKS_PARTLY, LG_WHEN_DOWN_CLOSED},
	{NGINX,
	 "http { " NGINX_GATE
	 "location / { auth_request /_gate; try_files $uri @app; }\n"
	 "location @app { proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_YES, LG_WHEN_DOWN_CLOSED},
	{NGINX,
	 "http { " NGINX_GATE
	 "location / { auth_request /_gate; try_files $uri @app; }\n"
	 "location /pub { try_files $uri @app; }\n"
	 "location @app { proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_PARTLY, LG_WHEN_DOWN_CLOSED},
	/* who was refused is led on; a return comes before the question */
	{NGINX,
	 "http { " NGINX_GATE
	 "location / { auth_request /_gate; error_page 403 = @app;"
	 " proxy_pass http://app; }\n"
	 "location @app { proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{NGINX,
	 "http { " NGINX_GATE
	 "location / { auth_request /_gate; error_page 418 = @app;"
	 " if ($http_upgrade) { return 418; } proxy_pass http://app; }\n"
	 "location @app { proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_PARTLY, LG_WHEN_DOWN_CLOSED},
	{NGINX,
	 "http { " NGINX_GATE
	 "location / { auth_request /_gate; error_page 413 = @app;"
	 " proxy_pass http://app; }\n"
	 "location @app { proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_PARTLY, LG_WHEN_DOWN_CLOSED},
	/* a page of words is no way in while the gate is down */
	{NGINX,
	 "http { " NGINX_GATE "error_page 500 502 /50x.html;\n"
	 "location = /50x.html { root /usr/share/nginx/html; }\n"
	 "location / { auth_request /_gate; proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_YES, LG_WHEN_DOWN_CLOSED},
	/* what lies open is inherited, and is no question for plain paths */
	{NGINX,
	 "http { " NGINX_GATE "auth_request /_open;\n"
	 "location = /_open { internal; if ($plain) { return 204; }"
	 " proxy_pass http://gate/v1/check; }\n"
	 "location /owa/auth/ { proxy_pass http://app; }\n"
	 "location / { auth_request /_gate; proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_PARTLY, LG_WHEN_DOWN_CLOSED},
	/* something else of the gate answers 200 to everybody */
	{NGINX,
	 "http { server { listen 443; location = /a { internal; proxy_pass "
	 "http://127.0.0.1:4191/v1/status; } location / { auth_request /a; "
	 "proxy_pass http://app; } } }",
	 NULL, "server _ listen 443", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{NGINX,
	 "http { " NGINX_GATE "location /x { js_content site.go; }\n"
	 "location @app { proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{NGINX,
	 "http { " NGINX_GATE "location /x { auth_request /_gate; js_content "
	 "site.go; }\nlocation @app { proxy_pass http://app; } } }",
	 NULL, "server mail listen 443", LG_ASKS_UNKNOWN, LG_WHEN_DOWN_CLOSED},
	{NGINX, "stream { server { listen 993; proxy_pass 10.0.0.1:993; } }",
	 NULL, "stream 993", LG_ASKS_NOT_NEEDED, LG_WHEN_DOWN_NOT_ASKED},
	{HAPROXY, FRONTEND "  default_backend app\n" APP, NULL,
	 "frontend fe bind :443", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{HAPROXY, FRONTEND SPOE DENY SPOE_BACKEND, NULL,
	 "frontend fe bind :443", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{HAPROXY,
	 FRONTEND SPOE DENY
	 "  http-request return status 503 if { var(txn.gate.error) "
	 "-m found }\n" SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{HAPROXY,
	 FRONTEND "  filter spoe engine gate config /etc/haproxy/other.cfg\n"
		  "  http-request send-spoe-group gate g\n" SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{HAPROXY,
	 "global\n  chroot /var/lib/haproxy\n" FRONTEND SPOE DENY SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_NO, LG_WHEN_DOWN_OPEN},
	/* asks, and nobody hears what came back */
	{HAPROXY, FRONTEND SPOE SPOE_BACKEND, NULL, "frontend fe bind :443",
	 LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{HAPROXY,
	 FRONTEND
	 "  http-request allow if { src 10.0.0.0/8 }\n" SPOE DENY SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_PARTLY, LG_WHEN_DOWN_OPEN},
	{HAPROXY,
	 FRONTEND "  use_backend app if { path_beg /x }\n" SPOE
		  "  use_backend no if { var(txn.gate.action) -m str x }\n" APP
			  SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_PARTLY, LG_WHEN_DOWN_OPEN},
	{HAPROXY,
	 FRONTEND "  filter spoe engine gate config /etc/haproxy/spoe.cfg\n"
		  "  http-request send-spoe-group gate g if { path /x }\n" DENY
			  SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_PARTLY, LG_WHEN_DOWN_OPEN},
	/* an event sends the message, no rule does */
	{HAPROXY,
	 FRONTEND
	 "  filter spoe engine gate config /etc/haproxy/event.cfg\n" DENY
		 SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	/* the scope of another engine */
	{HAPROXY,
	 FRONTEND "  filter spoe engine gate config /etc/haproxy/scopes.cfg\n"
		  "  http-request send-spoe-group gate g\n" DENY SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	/* named defaults: mode http, whatever the last ones say */
	{HAPROXY,
	 "defaults web\n  mode http\ndefaults\n  mode tcp\n"
	 "frontend fe from web\n  bind :443\n  default_backend app\n" APP,
	 NULL, "frontend fe bind :443", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{HAPROXY,
	 "defaults base\n  mode http\ndefaults more from base\n  retries 2\n"
	 "frontend fe\n  bind :443\n  default_backend app\n" APP,
	 NULL, "frontend fe bind :443", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	/* the backends ask, one of them, none is known */
	{HAPROXY,
	 FRONTEND
	 "  default_backend asks\nbackend asks\n" SPOE DENY SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{HAPROXY,
	 FRONTEND "  use_backend app if { path /x }\n  default_backend asks\n"
		  "backend asks\n" SPOE DENY APP SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_PARTLY, LG_WHEN_DOWN_OPEN},
	{HAPROXY, FRONTEND "  use_backend %[req.hdr(x)]\n", NULL,
	 "frontend fe bind :443", LG_ASKS_UNKNOWN, LG_WHEN_DOWN_UNKNOWN},
	{HAPROXY,
	 FRONTEND "  filter spoe engine gate config /secret/spoe.cfg\n"
		  "  http-request send-spoe-group gate g\n" DENY SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_UNKNOWN, LG_WHEN_DOWN_UNKNOWN},
	{HAPROXY, FRONTEND ".if defined(X)\n" SPOE DENY ".endif\n" SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_UNKNOWN, LG_WHEN_DOWN_UNKNOWN},
	{HAPROXY, "frontend mail\n  mode tcp\n  bind :993\n", NULL,
	 "frontend mail bind :993", LG_ASKS_NOT_NEEDED, LG_WHEN_DOWN_NOT_ASKED},
};

static void every_row(void **unused)
{
	doors_rows(rows, sizeof(rows) / sizeof(*rows));
}

#define NGINX_ASKING(http, server, user)                                       \
	"http { " http                                                         \
	" upstream gate { server unix:/run/logongate/http.sock; }\n"           \
	"server { listen 443; " server "\n"                                    \
	"location = /_gate { internal; proxy_pass http://gate/v1/check;"       \
	" proxy_set_header X-Gate-User " user "; }\n"                          \
	"location / { auth_request /_gate; proxy_pass http://app; } } }"
#define IDENTITY "  http-request set-var(txn.logongate_identity) str(own)\n"

/* What is said of who verifies names; NULL: nothing. */
static const struct {
	int is_haproxy;
	const char *text;
	const char *says;
} names[] = {
	{0, NGINX_ASKING("", "", "$remote_user"), "believes any name"},
	{0, NGINX_ASKING("", "", "$logongate_user"), "nobody is named"},
	{0,
	 NGINX_ASKING("", "set $logongate_identity client-certificate;",
		      "$logongate_user"),
	 "verifies names: client-certificate"},
	{0,
	 NGINX_ASKING("map \"\" $logongate_identity { default \"\"; }"
		      "map $uri $logongate_identity { default own; ~^/x y; }",
		      "", "$logongate_user"),
	 "verifies names: by a map"},
	{0, NGINX_ASKING("", "", "$site_user"), NULL},
	{1,
	 FRONTEND "  filter spoe engine gate config /etc/haproxy/claimed.cfg\n"
		  "  http-request send-spoe-group gate g\n" DENY SPOE_BACKEND,
	 "believes any name"},
	{1,
	 FRONTEND "  filter spoe engine gate config /etc/haproxy/named.cfg\n"
		  "  http-request send-spoe-group gate g\n" DENY SPOE_BACKEND,
	 "nobody is named"},
	{1,
	 FRONTEND IDENTITY
	 "  filter spoe engine gate config /etc/haproxy/named.cfg\n"
	 "  http-request send-spoe-group gate g\n" DENY SPOE_BACKEND,
	 "verifies names: own"},
	{1, FRONTEND SPOE DENY SPOE_BACKEND, NULL},
};

static void who_verifies_names_is_said(void **state)
{
	struct lg_gate_addresses gate = doors_gate();
	struct lg_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t len = strlen(names[i].text);
		struct lg_ways ways = {0};
		enum lg_status status =
			names[i].is_haproxy
				? lg_doors_haproxy(names[i].text, len, &gate,
						   &doors_files, &ways, &err)
				: lg_doors_nginx(names[i].text, len, &gate,
						 &ways, &err);

		assert_int_equal(status, LG_OK);
		assert_int_equal(ways.way[0].asks, LG_ASKS_YES);
		if (names[i].says && (!ways.way[0].note ||
				      !strstr(ways.way[0].note, names[i].says)))
			fail_msg("\"%s\" does not say \"%s\"",
				 ways.way[0].note ? ways.way[0].note : "",
				 names[i].says);
		if (!names[i].says && ways.way[0].note)
			assert_null(strstr(ways.way[0].note, "name"));
		lg_ways_release(&ways);
	}
	lg_gate_addresses_release(&gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		suite_row("each configuration says what it does", every_row),
		suite_row("of a front it is said who verifies names",
			  who_verifies_names_is_said),
	};

	return suite_run(tests);
}
