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
	{"/etc/haproxy/event.cfg",
	 "[gate]\nspoe-agent a\n    messages m\n    use-backend spoe-gate\n"
	 "spoe-message m\n    args src=src\n"
	 "    event on-frontend-http-request\n"},
	{"/etc/haproxy/scopes.cfg",
	 "[other]\nspoe-agent a\n    use-backend spoe-gate\n"
	 "[gate]\nspoe-agent b\n    use-backend elsewhere\n"},
	{"/etc/haproxy/claimed.cfg",
	 "[gate]\nspoe-agent a\n    groups g\n    use-backend spoe-gate\n"
	 "spoe-message m\n    args src=src user=http_auth_user\n"},
	{"/etc/haproxy/named.cfg",
	 "[gate]\nspoe-agent a\n    groups g\n    use-backend spoe-gate\n"
	 "spoe-message m\n    args src=src user=var(txn.logongate_user)\n"},
	{"/etc/dovecot/alive.lua",
	 "local url = \"http://127.0.0.1:4191/healthz\"\n"},
	{"/etc/dovecot/gate.lua", "local sock = '/run/logongate/dict.sock'\n"},
	{"/etc/dovecot/alive-dict.conf",
	 "uri = proxy:/run/logongate/dict.sock:logongate\n"
	 "key gate {\n  key = gate/alive/%u\n}\n"},
	{"/pam/sub", "account sufficient pam_unix.so\n"
		     "account required pam_deny.so\n"},
	{"/pam/debian",
	 "account [success=1 new_authtok_reqd=done default=ignore] "
	 "pam_unix.so\n"
	 "account requisite pam_deny.so\n"
	 "account required pam_permit.so\n"},
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
	if (strncmp(path, "/secret/", 8) == 0)
		return lg_error_set(err, LG_ERR_DENIED, path,
				    "cannot be read: permission denied");
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

#define LIFE                                                                   \
	"protocol !smtp {\n  passdb {\n"                                       \
	"    args = /etc/dovecot/alive-dict.conf\n    driver = dict\n"         \
	"    mechanisms = PLAIN LOGIN\n"                                       \
	"    result_internalfail = return-fail\n  }\n}\n"
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
/* doveconf -n of 2.4.1, shortened */
#define DOVECOT_24                                                             \
	"dovecot_config_version = 2.4.1\n"                                     \
	"protocols {\n  imap = yes\n  lmtp = yes\n  sieve = yes\n}\n"
#define POLICY_24                                                              \
	"auth_policy {\n  check_before_auth = no\n"                            \
	"  hash_nonce = # hidden, use -P to show it\n"                         \
	"  server_url = http://127.0.0.1:4191/v1/dovecot\n"                    \
	"  request_attributes {\n    login = %{requested_username}\n"
#define PASSDB_24 "passdb pam {\n}\n"
#define PAM_GATE "account required pam_logongate.so\n"
#define APP "backend app\n  server a 127.0.0.1:2\n"
#define SPOE                                                                   \
	"  filter spoe engine gate config /etc/haproxy/spoe.cfg\n"             \
	"  http-request send-spoe-group gate g\n"
#define DENY "  http-request deny if { var(txn.gate.action) -m str render }\n"
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
	{DOVECOT, POLICY "auth_policy_log_only = yes\n", NULL, "imap",
	 LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	/* mechanisms that know somebody without a passdb */
	{DOVECOT,
	 "auth_mechanisms = plain gssapi external anonymous\n" DICT
	 "  result_failure = return-fail\n}\n",
	 NULL, "imap", LG_ASKS_PARTLY, LG_WHEN_DOWN_OPEN},
	{DOVECOT,
	 "auth_mechanisms = plain CRAM-MD5\n" DICT
	 "  result_failure = return-fail\n}\n",
	 NULL, "imap", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{DOVECOT, "auth_mechanisms = plain gssapi\n" POLICY, NULL, "imap",
	 LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{DOVECOT,
	 "auth_mechanisms = plain gssapi\n"
	 "auth_policy_check_after_auth = no\n" POLICY,
	 NULL, "imap", LG_ASKS_PARTLY, LG_WHEN_DOWN_OPEN},
	{DOVECOT,
	 "passdb {\n  driver = pam\n  mechanisms = gssapi\n}\n" DICT
	 "  result_failure = return-fail\n}\n",
	 NULL, "imap", LG_ASKS_PARTLY, LG_WHEN_DOWN_OPEN},
	{DOVECOT,
	 DICT "  result_failure = return-fail\n  username_filter = *@x\n}\n",
	 NULL, "imap", LG_ASKS_PARTLY, LG_WHEN_DOWN_OPEN},
	{DOVECOT,
	 "passdb {\n  args = /secret/gate-dict.conf\n  driver = dict\n}\n",
	 NULL, "imap", LG_ASKS_UNKNOWN, LG_WHEN_DOWN_UNKNOWN},
	/* settings of a protocol's own */
	{DOVECOT, POLICY "protocol imap {\n  auth_policy_server_url = \n}\n",
	 NULL, "imap", LG_ASKS_UNKNOWN, LG_WHEN_DOWN_UNKNOWN},
	{DOVECOT,
	 POLICY
	 "remote 10.0.0.0/8 {\n  passdb {\n    driver = static\n  }\n}\n",
	 NULL, "pop3", LG_ASKS_UNKNOWN, LG_WHEN_DOWN_UNKNOWN},
	{DOVECOT, POLICY "protocol lmtp {\n  auth_username_format = %n\n}\n",
	 NULL, "imap", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	/* the policy decides, the passdb proves that the gate lives */
	{DOVECOT,
	 POLICY
	 "passdb {\n  driver = pam\n  result_success = continue-ok\n}\n"
	 "passdb {\n  driver = dict\n  args = /etc/dovecot/alive-dict.conf\n"
	 "  skip = unauthenticated\n  result_failure = return-fail\n"
	 "  result_internalfail = return-fail\n}\n",
	 NULL, "imap", LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	/* as the drop-in has it: first, in a block */
	{DOVECOT, POLICY LIFE "", NULL, "imap", LG_ASKS_YES,
	 LG_WHEN_DOWN_TEMPORARY},
	{DOVECOT, "auth_mechanisms = plain login cram-md5\n" POLICY LIFE "",
	 NULL, "imap", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{DOVECOT, "auth_mechanisms = plain gssapi\n" POLICY LIFE "", NULL,
	 "imap", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{DOVECOT, LIFE "", NULL, "imap", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{DOVECOT, POLICY LIFE "passdb {\n  driver = pam\n  master = yes\n}\n",
	 NULL, "master users", LG_ASKS_PARTLY, LG_WHEN_DOWN_OPEN},
	/* asked behind what ends the asking */
	{DOVECOT,
	 POLICY
	 "passdb {\n  driver = pam\n}\n"
	 "passdb {\n  driver = dict\n  args = /etc/dovecot/alive-dict.conf\n"
	 "  result_internalfail = return-fail\n}\n",
	 NULL, "imap", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	/* without the policy it decides nothing */
	{DOVECOT,
	 "passdb {\n  driver = pam\n  result_success = continue-ok\n}\n"
	 "passdb {\n  driver = dict\n  args = /etc/dovecot/alive-dict.conf\n"
	 "  skip = unauthenticated\n  result_failure = return-fail\n}\n",
	 NULL, "imap", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	/* a master that goes on to the gate's passdb */
	{DOVECOT,
	 "passdb {\n  driver = pam\n  master = yes\n"
	 "  result_success = continue-ok\n}\n" DICT
	 "  result_failure = return-fail\n}\n",
	 NULL, "master users", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	/* 2.4, as its doveconf -n prints it */
	{DOVECOT, DOVECOT_24 POLICY_24 "  }\n}\n" PASSDB_24, NULL, "imap",
	 LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{DOVECOT, DOVECOT_24 POLICY_24 "  }\n  log_only = yes\n}\n" PASSDB_24,
	 NULL, "sieve", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{DOVECOT,
	 DOVECOT_24 POLICY_24 "    master = %{master_user}\n  }\n}\n" PASSDB_24
			      "passdb passwd-file {\n  master = yes\n}\n",
	 NULL, "master users", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{DOVECOT, DOVECOT_24 PASSDB_24, NULL, "imap", LG_ASKS_NO,
	 LG_WHEN_DOWN_NOT_ASKED},
	{DOVECOT,
	 DOVECOT_24
	 "passdb passwd-file {\n  result_success = continue-ok\n}\n"
	 "passdb gate {\n  lua_file = /etc/dovecot/gate.lua\n  driver = lua\n"
	 "  result_failure = return-fail\n"
	 "  result_internalfail = return-fail\n  skip = unauthenticated\n}\n",
	 NULL, "imap", LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{DOVECOT,
	 DOVECOT_24
	 "passdb passwd-file {\n  result_success = continue-ok\n}\n"
	 "passdb gate {\n  lua_file = /etc/dovecot/x.lua\n"
	 "  lua_settings {\n    sock = /run/logongate/dict.sock\n  }\n"
	 "  driver = lua\n  result_failure = return-fail\n}\n",
	 NULL, "imap", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	{DOVECOT,
	 DOVECOT_24 POLICY_24 "  }\n}\n" PASSDB_24
			      "protocol !smtp {\n  passdb alive {\n"
			      "    lua_file = /etc/dovecot/alive.lua\n"
			      "    driver = lua\n"
			      "    mechanisms_filter = plain login\n"
			      "    result_internalfail = return-fail\n"
			      "  }\n}\n",
	 NULL, "imap", LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{DOVECOT, DOVECOT_24 "passdb lua {\n  lua_file = /secret/x.lua\n}\n",
	 NULL, "imap", LG_ASKS_UNKNOWN, LG_WHEN_DOWN_UNKNOWN},
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
	/* "-" in the chroot column, by compatibility level */
	{POSTFIX, "smtpd_recipient_restrictions = " CHECK "timeout=3s }\n",
	 "submission inet n - - - - smtpd -o smtpd_sasl_auth_enable=yes\n",
	 "submission inet", LG_ASKS_NO, LG_WHEN_DOWN_TEMPORARY},
	{POSTFIX,
	 "compatibility_level = 3.6\n"
	 "smtpd_recipient_restrictions = " CHECK "timeout=3s }\n",
	 "submission inet n - - - - smtpd -o smtpd_sasl_auth_enable=yes\n",
	 "submission inet", LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{POSTFIX,
	 "smtpd_restriction_classes = gate, other\ngate = " CHECK
	 "timeout=3s }\nsmtpd_sender_restrictions = gate\n",
	 SUBMISSION, "submission inet", LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{POSTFIX,
	 "smtpd_restriction_classes = gate\ngate = " CHECK "timeout=3s }\n"
	 "smtpd_sender_restrictions = check_sender_access hash:/x\n",
	 SUBMISSION, "submission inet", LG_ASKS_PARTLY, LG_WHEN_DOWN_UNKNOWN},
	{POSTFIX,
	 "smtpd_sender_restrictions = check_sender_access hash:/x, " CHECK
	 "timeout=3s }\n",
	 SUBMISSION, "submission inet", LG_ASKS_PARTLY, LG_WHEN_DOWN_TEMPORARY},
	{POSTFIX,
	 "smtpd_sender_restrictions = permit_mynetworks, " CHECK
	 "timeout=3s }\n",
	 SUBMISSION, "submission inet", LG_ASKS_PARTLY, LG_WHEN_DOWN_TEMPORARY},
	{POSTFIX,
	 "smtpd_sender_restrictions = warn_if_reject " CHECK "timeout=3s }\n",
	 SUBMISSION, "submission inet", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{POSTFIX, "smtpd_sender_restrictions = permit, " CHECK "timeout=3s }\n",
	 SUBMISSION, "submission inet", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{POSTFIX,
	 "a = yes\nsmtpd_sender_restrictions = ${a?" CHECK "timeout=3s }}\n",
	 SUBMISSION, "submission inet", LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{POSTFIX,
	 "smtpd_sender_restrictions = ${{$a} == {} ? {" CHECK
	 "timeout=3s }}}\n",
	 SUBMISSION, "submission inet", LG_ASKS_UNKNOWN, LG_WHEN_DOWN_UNKNOWN},
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
	{PAM, "auth required pam_unix.so\naccount required pam_unix.so\n",
	 "sshd", "sshd", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{PAM, "account required pam_logongate.so\n", "sshd", "sshd",
	 LG_ASKS_YES, LG_WHEN_DOWN_CLOSED},
	{PAM,
	 "account [success=ok authinfo_unavail=ignore default=bad] "
	 "pam_logongate.so\naccount required pam_permit.so\n",
	 "sshd", "sshd", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
	/* nobody says yes */
	{PAM,
	 "account [success=ok authinfo_unavail=ignore default=bad] "
	 "pam_logongate.so\n",
	 "sshd", "sshd", LG_ASKS_YES, LG_WHEN_DOWN_CLOSED},
	{PAM, "account optional pam_logongate.so\n", "sshd", "sshd", LG_ASKS_NO,
	 LG_WHEN_DOWN_NOT_ASKED},
	{PAM,
	 "account sufficient pam_ldap.so\naccount required "
	 "pam_logongate.so\n",
	 "imap", "imap", LG_ASKS_PARTLY, LG_WHEN_DOWN_CLOSED},
	/* lines that jump over the gate's, or end the stack before it */
	{PAM,
	 "account [success=1 default=ignore] pam_unix.so\n" PAM_GATE
	 "account required pam_permit.so\n",
	 "imap", "imap", LG_ASKS_PARTLY, LG_WHEN_DOWN_CLOSED},
	{PAM, "account [success=done default=bad] pam_unix.so\n" PAM_GATE,
	 "imap", "imap", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{PAM, "account [default=die] pam_unix.so\n" PAM_GATE, "imap", "imap",
	 LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{PAM,
	 "account required pam_unix.so\n"
	 "account [success=ok ignore=ignore default=ignore] "
	 "pam_logongate.so\n",
	 "imap", "imap", LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{PAM,
	 PAM_GATE "account [default=reset] pam_x.so\naccount required "
		  "pam_permit.so\n",
	 "imap", "imap", LG_ASKS_PARTLY, LG_WHEN_DOWN_OPEN},
	/* nobody ever gets as far */
	{PAM, "account sufficient pam_permit.so\n" PAM_GATE, "any", "any",
	 LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	/* a substack ends itself only */
	{PAM, "account substack sub\n" PAM_GATE, "imap", "imap", LG_ASKS_YES,
	 LG_WHEN_DOWN_CLOSED},
	{PAM, "account include sub\n" PAM_GATE, "imap", "imap", LG_ASKS_NO,
	 LG_WHEN_DOWN_NOT_ASKED},
	{PAM,
	 "account [success=1 default=bad] pam_x.so\naccount substack sub\n" PAM_GATE,
	 "imap", "imap", LG_ASKS_YES, LG_WHEN_DOWN_CLOSED},
	/* what Debian has: an expired password ends the stack */
	{PAM, "@include debian\n" PAM_GATE, "login", "login", LG_ASKS_PARTLY,
	 LG_WHEN_DOWN_CLOSED},
	{PAM, "@include debian\n" PAM_GATE, "imap", "imap", LG_ASKS_YES,
	 LG_WHEN_DOWN_CLOSED},
	{PAM, PAM_GATE "@include debian\n", "login", "login", LG_ASKS_YES,
	 LG_WHEN_DOWN_CLOSED},
	/* the drop-in: root alone is not asked about */
	{PAM,
	 "account [success=1 default=ignore] pam_succeed_if.so quiet uid = 0\n" PAM_GATE
	 "account required pam_permit.so\n",
	 "imap", "imap", LG_ASKS_YES, LG_WHEN_DOWN_CLOSED},
	{PAM, "account required \\\n pam_logongate.so\n", "imap", "imap",
	 LG_ASKS_YES, LG_WHEN_DOWN_CLOSED},
	{PAM, "account required pam_logongate.so socket=/elsewhere.sock\n",
	 "imap", "imap", LG_ASKS_NO, LG_WHEN_DOWN_CLOSED},
	{PAM, "@include /secret/x\n" PAM_GATE, "imap", "imap", LG_ASKS_UNKNOWN,
	 LG_WHEN_DOWN_UNKNOWN},
	{PAM, "account [success=7up] pam_x.so\n" PAM_GATE, "imap", "imap",
	 LG_ASKS_UNKNOWN, LG_WHEN_DOWN_UNKNOWN},
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
					  strlen(row->more), NULL, &gate, ways,
					  err);
		break;
	case NGINX:
		status = lg_doors_nginx(row->text, len, &gate, ways, err);
		break;
	case HAPROXY:
		status = lg_doors_haproxy(row->text, len, &gate, &files, ways,
					  err);
		break;
	case PAM:
		status = lg_doors_pam(row->more, row->text, len, "/pam", &gate,
				      &files, ways, err);
		break;
	}
	lg_gate_addresses_release(&gate);
	return status;
}

static void every_row(void **state)
{
	struct lg_ways ways;
	struct lg_error err;
	size_t wrong = 0;
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
			print_error("%s: %s, %s (%s) in: %s\n", rows[i].way,
				    lg_asks_name(ways.way[j].asks),
				    lg_when_down_name(ways.way[j].when_down),
				    ways.way[j].note ? ways.way[j].note : "",
				    rows[i].text),
				wrong++;
		if (rows[i].asks == LG_ASKS_NO)
			assert_non_null(ways.way[j].add);
		lg_ways_release(&ways);
	}
	assert_int_equal(wrong, 0);
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
					  strlen(master_cf), NULL, &none, &ways,
					  &err),
			 LG_OK);
	assert_non_null(strstr(ways.way[0].add, "[listen.postfix]"));
	lg_ways_release(&ways);
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
	struct lg_gate_addresses gate = the_gate();
	struct lg_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t len = strlen(names[i].text);
		struct lg_ways ways = {0};
		enum lg_status status =
			names[i].is_haproxy
				? lg_doors_haproxy(names[i].text, len, &gate,
						   &files, &ways, &err)
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
	static const struct lg_listening_socket listening[] = {
		{"0.0.0.0", 993, "dovecot"}, {"0.0.0.0", 143, "imapd"},
		{"0.0.0.0", 8080, "java"},   {"127.0.0.1", 8081, "java"},
		{"0.0.0.0", 22, "sshd"},     {"0.0.0.0", 587, "master"},
		{"0.0.0.0", 465, "master"},  {"0.0.0.0", 995, "master"},
	};
	struct lg_ways ways = {0};
	const struct lg_way postfix = {.door = "postfix",
				       .way = "submission inet",
				       .asks = LG_ASKS_YES,
				       .url = "smtp://localhost:587"};
	const struct lg_way dovecot = {
		.door = "dovecot", .way = "imap", .asks = LG_ASKS_YES};
	struct lg_error err;

	(void)state;
	assert_int_equal(lg_ways_add(&ways, &dovecot, &err), LG_OK);
	assert_int_equal(lg_ways_add(&ways, &postfix, &err), LG_OK);
	lg_strlist_add(&ways.behind, "127.0.0.1:8080", 14, &err);
	lg_strlist_add(&ways.behind, "127.0.0.1:8081", 14, &err);
	assert_int_equal(lg_doors_listening(listening, 8, &ways, &err), LG_OK);
	assert_int_equal(ways.count, 6);
	assert_string_equal(ways.way[2].way,
			    "0.0.0.0 port 143 (imap) held by imapd");
	assert_string_equal(ways.way[3].way,
			    "0.0.0.0 port 8080 (behind a proxy) held by java");
	assert_int_equal(ways.way[3].asks, LG_ASKS_NO);
	/* An instance of Postfix that no other one lists; Cyrus' master. */
	assert_string_equal(ways.way[4].way,
			    "0.0.0.0 port 465 (submissions) held by master");
	assert_int_equal(ways.way[4].asks, LG_ASKS_UNKNOWN);
	assert_int_equal(ways.way[5].asks, LG_ASKS_NO);
	lg_ways_release(&ways);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		suite_row("each configuration says what it does", every_row),
		suite_row("of a front it is said who verifies names",
			  who_verifies_names_is_said),
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
