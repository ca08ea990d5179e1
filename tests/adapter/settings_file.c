/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/ini/settings_file.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include "adapters/ini/settings_file.h"

#define PLACE "/etc/logongate/logongate.conf"
#define DN "/o=Org/ou=Site/cn=Recipients/cn="

static const char whole[] =
	"[gate]\n"
	"dialect = exchange2003\n"
	"state_dir = \"/srv/state\"\n"
	"run_dir = \"run\" ; beside this file\n"
	"admin_group = \"mailadmins\"\n"
	"break_glass = \"" DN "rescue, " DN "second\"\n"
	"default_domain = \"example.org\"\n"
	"http_refusal = 500\n"
	"http_challenge = \"Negotiate, basic\"\n"
	"http_realm = \"Mail of Example\"\n"
	"restart = no\n"
	"profiles_dir = \"profiles\"\n"
	"clients_file = \"clients.csv\"\n"
	"refused_keep_days = 7\n"
	"[directory]\n"
	"uri = \"ldaps://dc1.example.org  ldaps://dc2.example.org:3269\"\n"
	"base = \"OU=a\\2c b,DC=example,DC=org\"\n"
	"bind_dn = \"CN=logongate,DC=example,DC=org\"\n"
	"password_file = \"directory.secret\"\n"
	"tls = demand\n"
	"ca_file = \"\"\n"
	"timeout_s = 9\n"
	"login_attributes = \"mail,uid\"\n"
	"[listen.http]\n"
	"address = \"unix:http.sock, 127.0.0.1:4191, [::1]:4191\"\n"
	"without_policy = admit\n"
	"key_file = \"/etc/logongate/http.key\"\n"
	"mode = 0600\n"
	"group = \"www-data\"\n"
	"[listen.postfix]\n"
	"without_policy = refuse\n"
	"[dovecot]\n"
	"doveadm = \"unix:/run/dovecot/http\"\n"
	"api_key_file = \"/etc/logongate/doveadm.key\"\n"
	"[haproxy]\n"
	"stats_socket = \"/run/haproxy/admin.sock\"\n"
	"frontends = \"mail, owa\"\n"
	"[notify]\n"
	"dir = \"tell\"\n"
	"before = \"1d, 30m,5m\"\n"
	"[fleet]\n"
	"base = \"ou=a\\2c b,dc=example,dc=org\"\n"
	"groups = \"imap, frontends\"\n"
	"verify_keys = \"fleet.pub\"\n"
	"sign_key = \"anna.key\"\n"
	"heartbeat_s = 5\n"
	"doors = no\n"
	"[target.ex1]\n"
	"dialect = exchange2003\n"
	"store_version = 6.5.7651.19\n"
	"backend = winreg\n"
	"server = \"ex1.example.org\"\n"
	"credentials_file = \"/etc/logongate/ex1.cred\"\n"
	"companion_name = \"Other\"\n"
	"companion_type = REG_DWORD\n"
	"companion_data = \"1\"\n"
	"undocumented = yes\n"
	"[target.old]\n"
	"dialect = exchange5.5\n"
	"backend = regfile\n"
	"file = \"old.reg\"\n"
	"[group.mailbox]\n"
	"members = \"ex1, old\"\n";

static enum lg_status parse(const char *text, struct lg_settings **out_settings,
			    struct lg_error *err)
{
	return lg_settings_parse(PLACE, text, strlen(text), out_settings, err);
}

static void whole_file(void **state)
{
	struct lg_settings *s = NULL;
	struct lg_error err = {0};

	if (parse(whole, &s, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	assert_string_equal(s->path, PLACE);
	assert_int_equal(s->dialect, LG_DIALECT_EXCHANGE_2003);
	assert_string_equal(s->state_dir, "/srv/state");
	assert_string_equal(s->run_dir, "/etc/logongate/run");
	assert_string_equal(s->admin_group, "mailadmins");
	assert_int_equal(s->break_glass.count, 2);
	assert_string_equal(s->break_glass.item[1], DN "second");
	assert_string_equal(s->default_domain, "example.org");
	assert_int_equal(s->http_refusal, 500);
	assert_int_equal(s->http_challenge,
			 LG_HTTP_SCHEME_NEGOTIATE | LG_HTTP_SCHEME_BASIC);
	assert_string_equal(s->http_realm, "Mail of Example");
	assert_false(s->gate_restart);
	assert_false(s->fleet_doors);
	assert_string_equal(s->profiles_dir, "/etc/logongate/profiles");
	assert_string_equal(s->clients_file, "/etc/logongate/clients.csv");
	assert_int_equal(s->refused_keep_days, 7);
	assert_string_equal(s->notify_dir, "/etc/logongate/tell");
	assert_int_equal(s->notify_before.count, 3);
	assert_int_equal(s->notify_before.seconds[0], 86400);
	assert_int_equal(s->notify_before.seconds[2], 300);
	assert_string_equal(
		s->directory_uri,
		"ldaps://dc1.example.org ldaps://dc2.example.org:3269");
	assert_string_equal(s->directory_base, "OU=a\\2c b,DC=example,DC=org");
	assert_string_equal(s->directory_password_file,
			    "/etc/logongate/directory.secret");
	assert_null(s->directory_ca_file);
	assert_int_equal(s->directory_timeout_ms, 9000);
	assert_int_equal(s->login_attributes.count, 2);
	assert_true(s->listen[LG_LISTEN_HTTP].present);
	assert_int_equal(s->listen[LG_LISTEN_HTTP].address.count, 3);
	assert_string_equal(s->listen[LG_LISTEN_HTTP].address.item[2],
			    "[::1]:4191");
	assert_int_equal(s->listen[LG_LISTEN_HTTP].without_policy,
			 LG_WITHOUT_POLICY_ADMIT);
	assert_int_equal(s->listen[LG_LISTEN_HTTP].mode, 0600);
	assert_string_equal(s->listen[LG_LISTEN_HTTP].group, "www-data");
	assert_int_equal(s->listen[LG_LISTEN_POSTFIX].mode, 0660);
	assert_string_equal(s->listen[LG_LISTEN_POSTFIX].address.item[0],
			    "unix:postfix.sock");
	assert_false(s->listen[LG_LISTEN_SPOP].present);
	assert_string_equal(s->doveadm, "unix:/run/dovecot/http");
	assert_int_equal(s->haproxy_frontends.count, 2);
	assert_string_equal(s->haproxy_frontends.item[1], "owa");
	assert_int_equal(s->target_count, 2);
	assert_string_equal(s->target[0].name, "ex1");
	assert_int_equal(s->target[0].backend, LG_BACKEND_WINREG);
	assert_string_equal(s->target[0].store_version, "6.5.7651.19");
	assert_string_equal(s->target[0].companion_type, "REG_DWORD");
	assert_true(s->target[0].undocumented);
	assert_int_equal(s->target[1].dialect, LG_DIALECT_EXCHANGE_5_5);
	assert_string_equal(s->target[1].file, "/etc/logongate/old.reg");
	assert_int_equal(s->group_count, 1);
	assert_string_equal(s->group[0].name, "mailbox");
	assert_int_equal(s->group[0].member.count, 2);
	assert_true(lg_settings_expects_gate(s));
	assert_int_equal(lg_settings_directory(s).timeout_ms, 9000);
	assert_string_equal(lg_settings_fleet(s).directory.base,
			    "ou=a\\2c b,dc=example,dc=org");
	assert_string_equal(lg_settings_fleet(s).directory.uri,
			    s->directory_uri);
	assert_int_equal(lg_settings_fleet(s).heartbeat_ms, 5000);
	assert_null(lg_settings_fleet(s).name);
	assert_int_equal(s->fleet_groups.count, 2);
	assert_string_equal(s->fleet_verify_keys, "/etc/logongate/fleet.pub");
	assert_string_equal(s->fleet_sign_key, "/etc/logongate/anna.key");
	lg_settings_free(&s);
	assert_null(s);
}

static void defaults(void **state)
{
	struct lg_settings *s = NULL;

	assert_int_equal(parse("", &s, NULL), LG_OK);
	assert_string_equal(s->state_dir, "/var/lib/logongate");
	assert_string_equal(s->run_dir, "/run/logongate");
	assert_string_equal(s->admin_group, "logongate");
	assert_int_equal(s->dialect, LG_DIALECT_GATE);
	assert_int_equal(s->http_refusal, 503);
	assert_true(s->gate_restart);
	assert_int_equal(s->directory_timeout_ms, 5000);
	assert_int_equal(s->login_attributes.count, 5);
	assert_false(lg_settings_expects_gate(s));
	assert_null(s->directory_uri);
	lg_settings_free(&s);
	assert_int_equal(lg_settings_default("/srv/x/state", &s, NULL), LG_OK);
	assert_string_equal(s->state_dir, "/srv/x/state/logongate");
	assert_null(s->path);
	lg_settings_free(&s);
}

static void directories(void **state)
{
	static const char *const row[][2] = {
		{"ldif:/srv/export.ldif", "ldif:/srv/export.ldif"},
		{"ldif:my export.ldif", "ldif:/etc/logongate/my export.ldif"},
		{"ldapi:///", "ldapi:///"},
		{"ldap://127.0.0.1:389", "ldap://127.0.0.1:389"},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_settings *s = NULL;
		char text[128];

		snprintf(text, sizeof(text), "[directory]\nuri = \"%s\"\n",
			 row[i][0]);
		assert_int_equal(parse(text, &s, NULL), LG_OK);
		assert_string_equal(s->directory_uri, row[i][1]);
		lg_settings_free(&s);
	}
}

struct bad {
	const char *sentence;
	const char *text;
	size_t line;
	const char *says;
};

#define HTTP "[listen.http]\nwithout_policy = admit\n"
#define LDAP "[directory]\nuri = \"ldap://dc1.example.org\"\n"
#define BIND "bind_dn = \"CN=x\"\npassword_file = \"p\"\n"

#define FLEET "[fleet]\nbase = \"ou=lg,dc=x\"\n"
#define KEYS "verify_keys = \"fleet.pub\"\n"

static const struct bad bads[] = {
	{"a fleet without a base", LDAP "[fleet]\n" KEYS, 3, "base ="},
	{"a fleet without servers", FLEET KEYS, 1, "uri ="},
	{"a fleet in an LDIF file",
	 "[directory]\nuri = \"ldif:x.ldif\"\n" FLEET KEYS, 3, "uri ="},
	{"a fleet whose locks nobody signs", LDAP FLEET, 4, "verify_keys ="},
	{"a gate's name that is no file's", LDAP FLEET KEYS "name = \"../x\"\n",
	 6, "name ="},
	{"a fleet's bind without a password",
	 LDAP FLEET KEYS "bind_dn = \"cn=x\"\n", 6, "anonymous"},
	{"a fleet's password without a bind",
	 LDAP FLEET KEYS "password_file = \"p\"\n", 6, "bind_dn"},
	{"a reminder that is not a duration",
	 "[notify]\nbefore = \"30m, soon\"\n", 2, "soon"},
	{"an unknown key", "[gate]\nstatedir = \"/x\"\n", 2,
	 "nearest is state_dir"},
	{"an unknown section", "[directry]\n", 1, "nearest is [directory]"},
	{"an unknown listener", "[listen.https]\n", 1,
	 "nearest is [listen.http]"},
	{"a target without a name", "[target.]\n", 1, "[target.NAME]"},
	{"an unknown dialect", "[gate]\ndialect = exchange2010\n", 2,
	 "exchange2007"},
	{"a state_dir of nothing", "[gate]\nstate_dir = \"\"\n", 2,
	 "state_dir"},
	{"a run_dir of nothing", "[gate]\nrun_dir = \"\"\n", 2, "run_dir"},
	{"a default_domain that is an address",
	 "[gate]\ndefault_domain = \"a@example.org\"\n", 2, "default_domain"},
	{"a break_glass that is no DN",
	 "[gate]\nbreak_glass = \"" DN "a, postmaster\"\n", 2, "break_glass"},
	{"another http_refusal", "[gate]\nhttp_refusal = 404\n", 2,
	 "503 or 500"},
	{"a challenge nobody here can make",
	 "[gate]\nhttp_challenge = \"Basic, Digest\"\n", 2, "Negotiate"},
	{"a realm that ends its quotes", "[gate]\nhttp_realm = 'a \"b\"'\n", 2,
	 "without quotes"},
	{"a number that is none", "[directory]\ntimeout_s = 5s\n", 2,
	 "1 to 3600"},
	{"a number beyond all",
	 "[directory]\ntimeout_s = 99999999999999999999\n", 2, "1 to 3600"},
	{"a number of nothing", "[directory]\ntimeout_s = 0\n", 2, "1 to 3600"},
	{"a yes that is none", "[gate]\nrestart = true\n", 2, "yes or no"},
	{"an unknown tls", "[directory]\ntls = maybe\n", 2, "starttls"},
	{"a comma of a base as people write it",
	 "[directory]\nbase = \"OU=Doe\\, John,DC=example\"\n", 2,
	 "write \\, as \\2c"},
	{"a comma of who binds as people write it",
	 "[directory]\nbind_dn = \"CN=Doe\\, John,DC=example\"\n", 2,
	 "write \\, as \\2c"},
	{"a URI that is none", "[directory]\nuri = \"dc1.example.org\"\n", 2,
	 "ldaps://"},
	{"a URI of nothing", "[directory]\nuri = \"\"\n", 2, "ldaps://"},
	{"no attributes to log on with",
	 "[directory]\nlogin_attributes = \"\"\n", 2, "login_attributes"},
	{"a bind without a password", LDAP "bind_dn = \"CN=x\"\n", 3,
	 "anonymous"},
	{"a password without a bind", LDAP "password_file = \"p\"\n", 3,
	 "bind_dn"},
	{"a password in the clear", LDAP BIND "tls = none\n", 5,
	 "in the clear"},
	{"a listener that does not state its answer",
	 "[listen.http]\naddress = \"unix:x\"\n", 1, "without_policy"},
	{"an address that is none", HTTP "address = \"http.sock\"\n", 3,
	 "unix:NAME"},
	{"an address without a port", HTTP "address = \"127.0.0.1:\"\n", 3,
	 "HOST:PORT"},
	{"an address with a port beyond all",
	 HTTP "address = \"127.0.0.1:65536\"\n", 3, "HOST:PORT"},
	{"an IPv6 address without brackets", HTTP "address = \"::1:80\"\n", 3,
	 "HOST:PORT"},
	{"no address at all", HTTP "address = \"\"\n", 3, "HOST:PORT"},
	{"an address beyond loopback without a key",
	 HTTP "address = \"0.0.0.0:4191\"\n", 3, "key_file"},
	{"a dict beyond loopback",
	 "[listen.dict]\nwithout_policy = admit\naddress = \"10.0.0.1:1\"\n", 3,
	 "127.0.0.1"},
	{"a name that begins like loopback is not",
	 HTTP "address = \"127.0.0.1.example.org:4191\"\n", 3, "key_file"},
	{"a clear bind to a name that begins like loopback",
	 "[directory]\nuri = \"ldap://127.evil.example\"\n" BIND "tls = none\n",
	 5, "in the clear"},
	{"a mode that is not octal", HTTP "mode = 0680\n", 3, "0660"},
	{"a control listener that is incomplete",
	 "[listen.control]\naddress = \"10.0.0.1:1\"\n", 2, "cert_file"},
	{"a control listener that names nobody",
	 "[listen.control]\naddress = \"10.0.0.1:1\"\ncert_file = \"/c\"\n"
	 "tls_key_file = \"/k\"\nca_file = \"/a\"\n",
	 1, "clients"},
	{"a doveadm that is no address",
	 "[dovecot]\ndoveadm = \"/run/dovecot/http\"\n", 2, "unix:/run"},
	{"a doveadm without its key",
	 "[dovecot]\ndoveadm = \"unix:/run/dovecot/http\"\n", 2,
	 "api_key_file"},
	{"a target without a backend", "[target.a]\ndialect = exchange2003\n",
	 1, "backend"},
	{"a target without a dialect",
	 "[target.a]\nbackend = winreg\nserver = \"a\"\n", 2, "dialect"},
	{"a winreg target without a server",
	 "[target.a]\nbackend = winreg\ndialect = exchange2003\n", 2, "server"},
	{"a hive target without a file",
	 "[target.a]\nbackend = hive\ndialect = exchange2003\n", 2, "file"},
	{"backend ssh without a server",
	 "[target.a]\nbackend = ssh\ndialect = exchange2003\n", 2, "server"},
	{"a directory that is to restart",
	 "[target.a]\nbackend = directory\ndialect = exchange2003\n"
	 "restart = yes\n",
	 4, "restarts nothing"},
	{"backend ssh that is to restart",
	 "[target.a]\nbackend = ssh\ndialect = exchange2003\n"
	 "server = \"a@b\"\nrestart = yes\n",
	 5, "restarts nothing"},
	{"a store version that is none",
	 "[target.a]\nbackend = winreg\nstore_version = \"6.5\"\n", 3,
	 "6.5.7651.19"},
	{"half a companion value (L9)",
	 "[target.a]\nbackend = regfile\ndialect = exchange2000\n"
	 "file = \"x\"\ncompanion_name = \"y\"\n",
	 5, "companion_type"},
	{"a companion type that is none",
	 "[target.a]\ncompanion_type = DWORD\n", 2, "REG_DWORD"},
	{"a group without members", "[group.g]\n", 1, "members"},
	{"a trap of the guard", "[gate]\nstate_dir = /srv/x\n", 2,
	 "write state_dir = \"/srv/x\""},
};

static void bad_settings_are_told(void **state)
{
	const struct bad *bad = *state;
	struct lg_settings *untouched = (struct lg_settings *)&bads;
	struct lg_settings *settings = untouched;
	struct lg_error err = {0};
	char place[64];

	assert_int_not_equal(parse(bad->text, &settings, &err), LG_OK);
	assert_ptr_equal(settings, untouched);
	snprintf(place, sizeof(place), PLACE ":%zu", bad->line);
	if (strcmp(err.place, place) || !strstr(err.text, bad->says))
		fail_msg("%s: \"%s\" does not say \"%s\" at line %zu",
			 err.place, err.text, bad->says, bad->line);
}

static void good_clear_binds(void **state)
{
	static const char *const text[] = {
		"[directory]\nuri = \"ldap://127.0.0.1:389 ldapi:///\"\n" BIND
		"tls = none\n",
		"[directory]\nuri = \"ldap://[::1]:389\"\n" BIND "tls = none\n",
		LDAP "tls = none\n",
		LDAP BIND "tls = starttls\n",
		LDAP "bind_dn = \"external\"\n",
	};
	size_t i;

	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		struct lg_settings *s = NULL;
		struct lg_error err = {0};

		if (parse(text[i], &s, &err) != LG_OK)
			fail_msg("%s: %s", err.place, err.text);
		lg_settings_free(&s);
	}
}

static void file_that_is_not_there(void **state)
{
	struct lg_settings *settings = NULL;
	struct lg_error err = {0};

	assert_int_equal(
		lg_settings_load("/nonexistent/x.conf", &settings, &err),
		LG_ERR_IO);
	assert_string_equal(err.place, "/nonexistent/x.conf");
	assert_int_equal(lg_settings_load("/etc", &settings, &err), LG_ERR_IO);
	assert_null(settings);
}

static enum lg_status parse_whole(void *context, struct lg_error *err)
{
	struct lg_settings *settings = NULL;
	enum lg_status status = parse(whole, &settings, err);

	lg_settings_free(&settings);
	return status;
}

static void survives_failing_allocations(void **state)
{
	allocation_survive(parse_whole, NULL);
}

int main(void)
{
	struct CMUnitTest rows[sizeof(bads) / sizeof(bads[0]) + 6];
	const struct CMUnitTest more[] = {
		suite_row("a whole settings file", whole_file),
		suite_row("what is not set has its default", defaults),
		suite_row("directories of every kind", directories),
		suite_row("a clear bind within the machine, and others",
			  good_clear_binds),
		suite_row("a file that cannot be read", file_that_is_not_there),
		suite_row("survives failing allocations",
			  survives_failing_allocations),
	};
	size_t count = 0;
	size_t i;

	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++)
		rows[count++] = (struct CMUnitTest)suite_row_with(
			bads[i].sentence, bad_settings_are_told, &bads[i]);
	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		rows[count++] = more[i];
	return suite_run(rows);
}
