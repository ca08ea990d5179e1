/* SPDX-License-Identifier: ISC */
/*
 * doors.c - what a server's configuration says about asking the gate
 *
 * The texts are what doveconf, postconf and nginx print and what haproxy.cfg
 * and pam.d hold. The servers themselves are asked in the live tests.
 */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "app/doors/doors.h"

struct file {
	const char *path;
	const char *text;
};

static const struct file files_there[] = {
	{"/etc/dovecot/gate-dict.conf",
	 "uri = proxy:/run/logongate/dict.sock:logongate\n"},
	{"/etc/haproxy/spoe.cfg",
	 "[gate]\nspoe-agent gate-agent\n    groups g\n"
	 "    use-backend spoe-gate\n"},
	{"/etc/haproxy/other.cfg",
	 "[x]\nspoe-agent other\n    use-backend elsewhere\n"},
	{"/pam/common-account",
	 "account required pam_logongate.so timeout=500\n"},
};

static enum lg_status read_file(void *context, const char *path,
				struct lg_buffer *out_text,
				struct lg_error *err)
{
	size_t i;

	(void)context;
	for (i = 0; i < sizeof(files_there) / sizeof(*files_there); i++) {
		if (strcmp(path, files_there[i].path) != 0)
			continue;
		lg_buffer_text(out_text, files_there[i].text);
		return LG_OK;
	}
	return lg_error_set(err, LG_ERR_IO, path, "is not there");
}

static const struct lg_doors_files files = {NULL, read_file};

static struct lg_gate_addresses the_gate(void)
{
	struct lg_gate_addresses gate = {0};
	struct lg_error err;

	lg_strlist_add(&gate.http, "127.0.0.1:4191", 14, &err);
	lg_strlist_add(&gate.http, "/run/logongate/http.sock", 24, &err);
	lg_strlist_add(&gate.postfix, "/run/logongate/postfix.sock", 27, &err);
	lg_strlist_add(&gate.spop, "/run/logongate/spop.sock", 24, &err);
	lg_strlist_add(&gate.dict, "/run/logongate/dict.sock", 24, &err);
	return gate;
}

/* What one configuration must say of the way called way. */
struct row {
	enum {
		DOVECOT,
		POSTFIX,
		NGINX,
		HAPROXY,
		PAM
	} server;
	const char *text;
	const char *more; /* postconf -M, the PAM service */
	const char *way;
	enum lg_asks asks;
	enum lg_when_down when_down;
};

#define DICT "passdb {\n  args = /etc/dovecot/gate-dict.conf\n  driver = dict\n"
#define POLICY "auth_policy_server_url = http://127.0.0.1:4191/v1/dovecot\n"
#define SUBMISSION                                                             \
	"submission inet n - n - - smtpd\n"                                    \
	"    -o smtpd_sasl_auth_enable=yes\n"
#define CHECK "check_policy_service { unix:/run/logongate/postfix.sock, "
#define NGINX_GATE                                                             \
	"upstream gate { server unix:/run/logongate/http.sock; }\n"            \
	"server { listen 443 ssl; server_name mail;\n"                         \
	"location = /_gate { internal; proxy_pass http://gate/v1/check; }\n"
#define SPOE_BACKEND                                                           \
	"backend spoe-gate\n  mode tcp\n"                                      \
	"  server s1 unix@/run/logongate/spop.sock check\n"                    \
	"backend elsewhere\n  server s 127.0.0.1:1\n"
#define FRONTEND "defaults\n  mode http\nfrontend fe\n  bind :443\n"

static const struct row rows[] = {
	{DOVECOT, "protocols = imap pop3\n", NULL, "imap", LG_ASKS_NO,
	 LG_WHEN_DOWN_NOT_ASKED},
	{DOVECOT, "protocols = \" imap pop3\"\n" POLICY, NULL, "pop3",
	 LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{DOVECOT, POLICY "auth_policy_reject_on_fail = yes\n", NULL, "imap",
	 LG_ASKS_YES, LG_WHEN_DOWN_CLOSED},
	{DOVECOT,
	 POLICY "auth_policy_check_after_auth = no\n"
		"auth_policy_check_before_auth = no\n",
	 NULL, "imap", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{DOVECOT,
	 "auth_policy_server_url = http://127.0.0.1:41910/v1/dovecot\n", NULL,
	 "imap", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{DOVECOT,
	 DICT "  result_failure = return-fail\n"
	      "  result_internalfail = return-fail\n}\n",
	 NULL, "imap", LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{DOVECOT, DICT "  result_failure = return-fail\n}\n", NULL, "imap",
	 LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{DOVECOT,
	 "passdb {\n  driver = pam\n}\n" DICT
	 "  result_failure = return-fail\n}\n",
	 NULL, "imap", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{DOVECOT,
	 "passdb {\n  driver = pam\n  result_success = continue-ok\n}\n"
	 "passdb {\n  driver = static\n  skip = unauthenticated\n  args = "
	 "nopassword=y allow_nets=%{if;%s;eq;smtp;%r;255.255.255.255/32}\n}\n" DICT
	 "  skip = unauthenticated\n  result_failure = return-fail\n}\n",
	 NULL, "imap", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{DOVECOT,
	 DICT "  skip = unauthenticated\n  result_failure = return-fail\n}\n"
	      "passdb {\n  driver = pam\n}\n",
	 NULL, "imap", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{DOVECOT, DICT "}\n", NULL, "imap", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{DOVECOT, "passdb {\n  driver = pam\n  master = yes\n}\n", NULL,
	 "master users", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{DOVECOT, POLICY "passdb {\n  driver = pam\n  master = yes\n}\n", NULL,
	 "master users", LG_ASKS_PARTLY, LG_WHEN_DOWN_OPEN},
	{DOVECOT,
	 POLICY "auth_policy_request_attributes = master=%{master_user}\n"
		"passdb {\n  driver = pam\n  master = yes\n}\n",
	 NULL, "master users", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{DOVECOT, "protocols = imap lmtp\n", NULL, "lmtp", LG_ASKS_NOT_NEEDED,
	 LG_WHEN_DOWN_NOT_ASKED},
	{DOVECOT,
	 "service auth {\n  unix_listener /var/spool/postfix/private/auth "
	 "{\n    mode = 0666\n  }\n}\n",
	 NULL, "sasl for others at /var/spool/postfix/private/auth",
	 LG_ASKS_NOT_NEEDED, LG_WHEN_DOWN_NOT_ASKED},
	{POSTFIX, "", SUBMISSION, "submission inet", LG_ASKS_NO,
	 LG_WHEN_DOWN_NOT_ASKED},
	{POSTFIX, "", "smtp inet n - y - - smtpd\n", "smtp inet",
	 LG_ASKS_NOT_NEEDED, LG_WHEN_DOWN_NOT_ASKED},
	{POSTFIX,
	 "smtpd_recipient_restrictions = " CHECK
	 "timeout=3s, default_action=DUNNO }, permit_sasl_authenticated\n",
	 SUBMISSION, "submission inet", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{POSTFIX,
	 "smtpd_recipient_restrictions = " CHECK "default_action=DUNNO }\n",
	 "submission inet n - y - - smtpd -o smtpd_sasl_auth_enable=yes\n",
	 "submission inet", LG_ASKS_NO, LG_WHEN_DOWN_OPEN},
	{POSTFIX, "smtpd_recipient_restrictions = " CHECK "timeout=3s }\n",
	 SUBMISSION, "submission inet", LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{POSTFIX,
	 "smtpd_recipient_restrictions = permit_sasl_authenticated, " CHECK
	 "default_action=DUNNO }\n",
	 SUBMISSION, "submission inet", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{POSTFIX, "gate = " CHECK "default_action=REJECT }\n",
	 SUBMISSION "    -o smtpd_sender_restrictions=$gate\n",
	 "submission inet", LG_ASKS_YES, LG_WHEN_DOWN_CLOSED},
	{POSTFIX, "",
	 SUBMISSION "    -o { smtpd_sender_restrictions = " CHECK
		    "default_action=DEFER_IF_PERMIT } }\n",
	 "submission inet", LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{POSTFIX,
	 "smtpd_delay_reject = no\nsmtpd_client_restrictions = " CHECK "}\n",
	 SUBMISSION, "submission inet", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
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
	{HAPROXY, FRONTEND "  default_backend app\n", NULL,
	 "frontend fe bind :443", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{HAPROXY,
	 FRONTEND "  filter spoe engine gate config /etc/haproxy/spoe.cfg\n"
		  "  http-request send-spoe-group gate g\n" SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{HAPROXY,
	 FRONTEND "  filter spoe engine gate config /etc/haproxy/spoe.cfg\n"
		  "  http-request send-spoe-group gate g\n"
		  "  http-request return status 503 if { var(txn.gate.error) "
		  "-m found }\n" SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{HAPROXY,
	 FRONTEND "  filter spoe engine gate config /etc/haproxy/other.cfg\n"
		  "  http-request send-spoe-group gate g\n" SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{HAPROXY,
	 "global\n  chroot /var/lib/haproxy\n" FRONTEND
	 "  filter spoe engine gate config /etc/haproxy/spoe.cfg\n"
	 "  http-request send-spoe-group gate g\n" SPOE_BACKEND,
	 NULL, "frontend fe bind :443", LG_ASKS_NO, LG_WHEN_DOWN_OPEN},
	{HAPROXY, "frontend mail\n  mode tcp\n  bind :993\n", NULL,
	 "frontend mail bind :993", LG_ASKS_NOT_NEEDED, LG_WHEN_DOWN_NOT_ASKED},
	{PAM, "auth required pam_unix.so\naccount required pam_unix.so\n",
	 "sshd", "sshd", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{PAM, "account required pam_logongate.so\n", "sshd", "sshd",
	 LG_ASKS_YES, LG_WHEN_DOWN_CLOSED},
	{PAM,
	 "account [success=ok authinfo_unavail=ignore default=bad] "
	 "pam_logongate.so\n",
	 "sshd", "sshd", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{PAM, "account optional pam_logongate.so\n", "sshd", "sshd", LG_ASKS_NO,
	 LG_WHEN_DOWN_NOT_ASKED},
	{PAM,
	 "account sufficient pam_ldap.so\naccount required "
	 "pam_logongate.so\n",
	 "imap", "imap", LG_ASKS_PARTLY, LG_WHEN_DOWN_CLOSED},
	{PAM, "@include common-account\n", "login", "login", LG_ASKS_YES,
	 LG_WHEN_DOWN_CLOSED},
	{PAM, "account include /pam/common-account\n", "login", "login",
	 LG_ASKS_YES, LG_WHEN_DOWN_CLOSED},
};

static enum lg_status read_row(const struct row *row, struct lg_ways *ways,
			       struct lg_error *err)
{
	struct lg_gate_addresses gate = the_gate();
	size_t len = strlen(row->text);
	enum lg_status status = LG_ERR_BUG;

	switch (row->server) {
	case DOVECOT:
		status = lg_doors_dovecot(row->text, len, &gate, &files, ways,
					  err);
		break;
	case POSTFIX:
		status = lg_doors_postfix(row->text, len, row->more,
					  strlen(row->more), &gate, ways, err);
		break;
	case NGINX:
		status = lg_doors_nginx(row->text, len, &gate, ways, err);
		break;
	case HAPROXY:
		status = lg_doors_haproxy(row->text, len, &gate, &files, ways,
					  err);
		break;
	case PAM:
		status = lg_doors_pam(row->more, row->text, len, "/pam", &files,
				      ways, err);
		break;
	}
	lg_gate_addresses_release(&gate);
	return status;
}

static void every_row(void **state)
{
	struct lg_ways ways;
	struct lg_error err;
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ways = (struct lg_ways){0};
		if (read_row(&rows[i], &ways, &err) != LG_OK)
			fail_msg("%s: %s", rows[i].text, err.text);
		for (j = 0; j < ways.count; j++) {
			if (strcmp(ways.way[j].way, rows[i].way) == 0)
				break;
		}
		if (j == ways.count)
			fail_msg("no way %s in: %s", rows[i].way, rows[i].text);
		if (ways.way[j].asks != rows[i].asks ||
		    ways.way[j].when_down != rows[i].when_down)
			fail_msg("%s: %s, %s in: %s", rows[i].way,
				 lg_asks_name(ways.way[j].asks),
				 lg_when_down_name(ways.way[j].when_down),
				 rows[i].text);
		if (rows[i].asks == LG_ASKS_NO)
			assert_non_null(ways.way[j].add);
		lg_ways_release(&ways);
	}
}

/* The way called name, of those that doveconf's text leads to. */
static const struct lg_way *dovecot_way(const char *text,
					const struct lg_gate_addresses *gate,
					const char *name, struct lg_ways *ways)
{
	struct lg_error err;
	size_t i;

	assert_int_equal(
		lg_doors_dovecot(text, strlen(text), gate, &files, ways, &err),
		LG_OK);
	for (i = 0; i < ways->count; i++) {
		if (strcmp(ways->way[i].way, name) == 0)
			return &ways->way[i];
	}
	fail_msg("no way %s", name);
	return NULL;
}

static void postfix_behind_a_dict_passdb(void **state)
{
	static const char rest[] =
		DICT "  result_failure = return-fail\n"
		     "  result_internalfail = return-fail\n}\n"
		     "service auth {\n  unix_listener /p/auth {\n  }\n}\n";
	static const char passes[] =
		"passdb {\n  driver = static\n  skip = unauthenticated\n"
		"  args = nopassword=y allow_nets=%{if;%s;eq;smtp;%r;255.255.255.255/32}\n"
		"}\n";
	struct lg_gate_addresses gate = the_gate();
	struct lg_buffer both = {0};
	struct lg_ways ways = {0};

	(void)state;
	assert_non_null(
		dovecot_way(rest, &gate, "sasl for others at /p/auth", &ways)
			->add);
	lg_ways_release(&ways);
	ways = (struct lg_ways){0};
	lg_buffer_text(&both, passes);
	lg_buffer_text(&both, rest);
	assert_null(dovecot_way(both.data, &gate, "sasl for others at /p/auth",
				&ways)
			    ->add);
	lg_buffer_release(&both);
	lg_ways_release(&ways);
	lg_gate_addresses_release(&gate);
}

static void a_gate_that_does_not_listen(void **state)
{
	static const char dict[] =
		"passdb {\n  driver = dict\n"
		"  args = /etc/dovecot/logongate-dict.conf.ext\n}\n";
	static const char main_cf[] =
		"smtpd_sender_restrictions = " CHECK "default_action=DUNNO }\n";
	static const char master_cf[] = SUBMISSION;
	struct lg_gate_addresses none = {0};
	struct lg_ways ways = {0};
	struct lg_error err;

	(void)state;
	assert_non_null(strstr(dovecot_way(dict, &none, "imap", &ways)->add,
			       "[listen.dict]"));
	lg_ways_release(&ways);
	ways = (struct lg_ways){0};
	assert_int_equal(lg_doors_postfix(main_cf, strlen(main_cf), master_cf,
					  strlen(master_cf), &none, &ways,
					  &err),
			 LG_OK);
	assert_non_null(strstr(ways.way[0].add, "[listen.postfix]"));
	lg_ways_release(&ways);
}

static void unbalanced_braces_are_an_error(void **state)
{
	struct lg_gate_addresses gate = the_gate();
	struct lg_ways ways = {0};
	struct lg_error err;

	(void)state;
	assert_int_equal(lg_doors_nginx("http {", 6, &gate, &ways, &err),
			 LG_ERR_SYNTAX);
	assert_int_equal(lg_doors_nginx("}", 1, &gate, &ways, &err),
			 LG_ERR_SYNTAX);
	assert_int_equal(
		lg_doors_dovecot("a {\n", 4, &gate, &files, &ways, &err),
		LG_ERR_SYNTAX);
	assert_int_equal(ways.count, 0);
	lg_gate_addresses_release(&gate);
}

static void ports_nobody_spoke_for(void **state)
{
	static const struct lg_listening listening[] = {
		{"0.0.0.0", 993, "dovecot"}, {"0.0.0.0", 143, "imapd"},
		{"0.0.0.0", 8080, "java"},   {"127.0.0.1", 8081, "java"},
		{"0.0.0.0", 22, "sshd"},
	};
	struct lg_ways ways = {0};
	const struct lg_way dovecot = {
		.door = "dovecot", .way = "imap", .asks = LG_ASKS_YES};
	struct lg_error err;

	(void)state;
	assert_int_equal(lg_ways_add(&ways, &dovecot, &err), LG_OK);
	lg_strlist_add(&ways.behind, "127.0.0.1:8080", 14, &err);
	lg_strlist_add(&ways.behind, "127.0.0.1:8081", 14, &err);
	assert_int_equal(lg_doors_listening(listening, 5, &ways, &err), LG_OK);
	assert_int_equal(ways.count, 3);
	assert_string_equal(ways.way[1].way,
			    "0.0.0.0 port 143 (imap) held by imapd");
	assert_string_equal(ways.way[2].way,
			    "0.0.0.0 port 8080 (behind a proxy) held by java");
	assert_int_equal(ways.way[2].asks, LG_ASKS_NO);
	lg_ways_release(&ways);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		suite_row("each configuration says what it does", every_row),
		suite_row("Postfix behind a dict passdb would tell its users "
			  "of a wrong password, and does not with the drop-in",
			  postfix_behind_a_dict_passdb),
		suite_row("a server that asks where the gate does not listen "
			  "is told what the gate needs",
			  a_gate_that_does_not_listen),
		suite_row("unbalanced braces are an error",
			  unbalanced_braces_are_an_error),
		suite_row("a port that nobody spoke for is a way in, and so "
			  "is one past a proxy",
			  ports_nobody_spoke_for),
	};

	return suite_run(tests);
}
