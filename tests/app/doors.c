/* SPDX-License-Identifier: ISC */
/*
 * doors.c - what a server's configuration says about asking the gate
 *
 * The texts are what doveconf and postconf print and what pam.d holds. The
 * servers themselves are asked in the live tests.
 */
#include "doors_scene.h"

#include <string.h>

#include "suite.h"

#define LIFE                                                                   \
	"protocol !smtp {\n  passdb {\n"                                       \
	"    args = /etc/dovecot/alive-dict.conf\n    driver = dict\n"         \
	"    mechanisms = PLAIN LOGIN\n"                                       \
	"    result_internalfail = return-fail\n  }\n}\n"
#define LIFE_24(protocol)                                                      \
	"protocol " protocol " {\n  passdb alive {\n"                          \
	"    lua_file = /etc/dovecot/alive.lua\n    driver = lua\n"            \
	"    mechanisms_filter = plain login\n"                                \
	"    result_internalfail = return-fail\n  }\n}\n"
#define DICT "passdb {\n  args = /etc/dovecot/gate-dict.conf\n  driver = dict\n"
#define POLICY "auth_policy_server_url = http://127.0.0.1:4191/v1/dovecot\n"
#define SUBMISSION                                                             \
	"submission inet n - n - - smtpd\n"                                    \
	"    -o smtpd_sasl_auth_enable=yes\n"
#define CHECK "check_policy_service { unix:/run/logongate/postfix.sock, "
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

static const struct doors_row rows[] = {
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
	 DOVECOT_24 POLICY_24 "  }\n}\n" PASSDB_24 LIFE_24("imap")
		 LIFE_24("pop3") LIFE_24("submission") LIFE_24("sieve"),
	 NULL, "imap", LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{DOVECOT, DOVECOT_24 POLICY_24 "  }\n}\n" PASSDB_24 LIFE_24("pop3"),
	 NULL, "imap", LG_ASKS_YES, LG_WHEN_DOWN_OPEN},
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

static void every_row(void **unused)
{
	doors_rows(rows, sizeof(rows) / sizeof(*rows));
}

/* The way called name, of those that doveconf's text leads to. */
static const struct lg_way *dovecot_way(const char *text,
					const struct lg_gate_addresses *gate,
					const char *name, struct lg_ways *ways)
{
	struct lg_error err;
	size_t i;

	assert_int_equal(lg_doors_dovecot(text, strlen(text), gate,
					  &doors_files, ways, &err),
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
	struct lg_gate_addresses gate = doors_gate();
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

static void unbalanced_braces_are_an_error(void **state)
{
	struct lg_gate_addresses gate = doors_gate();
	struct lg_ways ways = {0};
	struct lg_error err;

	(void)state;
	assert_int_equal(lg_doors_nginx("http {", 6, &gate, &ways, &err),
			 LG_ERR_SYNTAX);
	assert_int_equal(lg_doors_nginx("}", 1, &gate, &ways, &err),
			 LG_ERR_SYNTAX);
	assert_int_equal(
		lg_doors_dovecot("a {\n", 4, &gate, &doors_files, &ways, &err),
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
