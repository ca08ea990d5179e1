/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/ini/profile_file.h, with files in a folder of their
 * own.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/buffer.h>

#include "adapters/ini/profile_file.h"

static char folder[] = "/tmp/logongate-profile-XXXXXX";

static void write_bytes(const char *name, const char *bytes, size_t len)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void write_file(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

static enum lg_status load(const char *name, const char *const *set,
			   struct lg_profile **out_profile,
			   struct lg_strlist *out_usage, struct lg_error *err)
{
	struct lg_strlist list = {0};
	struct lg_profile_source source = {name, folder, &list};
	enum lg_status status;

	for (; set && *set; set++)
		assert_int_equal(
			lg_strlist_add(&list, *set, strlen(*set), NULL), LG_OK);
	status = lg_profile_load(&source, out_profile, out_usage, err);
	lg_strlist_release(&list);
	return status;
}

/* A profile that must read. */
static struct lg_profile *good(const char *text)
{
	struct lg_profile *profile = NULL;
	struct lg_strlist usage = {0};
	struct lg_error err = {0};

	write_file("good.ini", text);
	if (load("good", NULL, &profile, &usage, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	assert_int_equal(usage.count, 0);
	return profile;
}

#define ORG "/o=Org/ou=Site/cn=Recipients/cn="

static void whole_profile(void **state)
{
	struct lg_profile *p =
		good("[profile]\n"
		     "description = \"Keep users out\"\n"
		     "max_duration = \"8h\" ; a night\n"
		     "accept = \"unsupported-by-dialect, dn-not-found\"\n"
		     "[logon_only_as]\n"
		     "when_invalid = closed ; as 5.5\n"
		     "allow.10 = \"" ORG "ten\"\n"
		     "allow.2 = \"" ORG "two\"\n"
		     "allow.1 = \"0\"\n"
		     "allow_user.1 = \"rescue@example.org\"\n"
		     "single = \"" ORG "one\"\n"
		     "allow_filter = \"(cn=a\\2a)\"\n"
		     "[disable_mapi_clients]\n"
		     "versions = \"-5.65535.65535;7.0.0-11.6568.6567\"\n"
		     "allow_system_block = yes\n"
		     "unknown_version = refuse\n"
		     "[disable_mapi_client_processes]\n"
		     "processes = \"program1.exe; program2.exe\"\n"
		     "unknown_process = refuse\n"
		     "[protocols]\n"
		     "refuse = \"imap, pop3\"\n"
		     "[mail]\n"
		     "hold = yes\n"
		     "[message]\n"
		     "refused = \"Back at %{until}.\"\n");

	assert_string_equal(p->name, "good");
	assert_string_equal(p->description, "Keep users out");
	assert_int_equal(p->max_duration_s, 8 * 3600);
	assert_int_equal(p->accept, 1u << LG_WARN_UNSUPPORTED_BY_DIALECT |
					    1u << LG_WARN_DN_NOT_FOUND);
	assert_true(p->names_present);
	assert_int_equal(p->when_invalid, LG_WHEN_INVALID_CLOSED);
	assert_int_equal(p->allow.count, 3);
	assert_string_equal(p->allow.item[0], "0");
	assert_string_equal(p->allow.item[1], ORG "two");
	assert_string_equal(p->allow.item[2], ORG "ten");
	assert_int_equal(p->allow_user.count, 1);
	assert_string_equal(p->allow_user.item[0], "rescue@example.org");
	assert_string_equal(p->single, ORG "one");
	assert_string_equal(p->allow_filter, "(cn=a\\2a)");
	assert_string_equal(p->versions, "-5.65535.65535;7.0.0-11.6568.6567");
	assert_int_equal(p->versions_line, 14);
	assert_true(p->allow_system_block);
	assert_int_equal(p->unknown_version, LG_UNKNOWN_REFUSE);
	assert_string_equal(p->processes, "program1.exe; program2.exe");
	assert_int_equal(p->processes_line, 18);
	assert_int_equal(p->unknown_process, LG_UNKNOWN_REFUSE);
	assert_int_equal(p->refuse_protocols,
			 1u << LG_PROTOCOL_IMAP | 1u << LG_PROTOCOL_POP3);
	assert_true(p->hold_mail);
	assert_string_equal(p->refused_message, "Back at %{until}.");
	lg_profile_free(&p);
	assert_null(p);
}

static void absent_is_not_blank(void **state)
{
	struct lg_profile *p = good("[profile]\ndescription = \"x\"\n");

	assert_false(p->names_present);
	assert_int_equal(p->max_duration_s, -1);
	assert_null(p->versions);
	assert_null(p->refused_message);
	lg_profile_free(&p);
	p = good("[logon_only_as]\nwhen_invalid = open\n");
	assert_true(p->names_present);
	assert_int_equal(p->allow.count, 0);
	lg_profile_free(&p);
}

static void four_part_settings(void **state)
{
	struct lg_profile *p = good("[disable_mapi_clients]\n"
				    "versions = \"8.1.215.0\"\n"
				    "four_part = yes\n");

	assert_int_equal(p->four_part, LG_FOUR_PART_YES);
	lg_profile_free(&p);
}

struct bad {
	const char *sentence;
	const char *text;
	enum lg_status status;
	size_t line;
	const char *says;
};

static const struct bad bads[] = {
	{"an unknown key is told with the nearest",
	 "[profile]\ndescripton = \"x\"\n", LG_ERR_UNKNOWN_KEY, 2,
	 "nearest is description"},
	{"an unknown section is told with the nearest", "[mesage]\n",
	 LG_ERR_UNKNOWN_KEY, 1, "nearest is [message]"},
	{"a key of another section is told where it belongs",
	 "[profile]\nrefused = \"x\"\n", LG_ERR_UNKNOWN_KEY, 2, "[message]"},
	{"when_invalid has no default",
	 "[profile]\ndescription = x\n[logon_only_as]\nallow.1 = \"" ORG
	 "a\"\n",
	 LG_ERR_SYNTAX, 3, "when_invalid"},
	{"when_invalid has two words", "[logon_only_as]\nwhen_invalid = shut\n",
	 LG_ERR_SYNTAX, 2, "open or closed"},
	{"a malformed DN",
	 "[logon_only_as]\nwhen_invalid = open\nallow.1 = \"/o=Org\"\n",
	 LG_ERR_SYNTAX, 3, "allow.1"},
	{"a blank DN", "[logon_only_as]\nwhen_invalid = open\nallow.1 = \"\"\n",
	 LG_ERR_SYNTAX, 3, "allow.1"},
	{"a malformed single DN",
	 "[logon_only_as]\nwhen_invalid = open\nsingle = \"x\"\n",
	 LG_ERR_SYNTAX, 3, "single"},
	{"[applies_to] that says nothing",
	 "[profile]\ndescription = x\n[applies_to]\n", LG_ERR_SYNTAX, 3,
	 "leave the section out"},
	{"an unknown key of [applies_to]",
	 "[applies_to]\ndomain = \"example.org\"\n", LG_ERR_UNKNOWN_KEY, 2,
	 "nearest is domains"},
	{"a domain that is an address", "[applies_to]\ndomains = \"a@b.org\"\n",
	 LG_ERR_SYNTAX, 2, "whole domains"},
	{"a domain with an @ before it",
	 "[applies_to]\ndomains = \"@example.org\"\n", LG_ERR_SYNTAX, 2,
	 "write \"example.org\""},
	{"a pattern of domains", "[applies_to]\ndomains = \"*.example.org\"\n",
	 LG_ERR_SYNTAX, 2, "is not a mail domain"},
	{"no domain", "[applies_to]\ndomains = \"\"\n", LG_ERR_SYNTAX, 2,
	 "names no domain"},
	{"a DN concerned that is malformed",
	 "[applies_to]\ndn.1 = \"/o=Org\"\n", LG_ERR_SYNTAX, 2, "dn.1"},
	{"nobody is concerned by 0", "[applies_to]\ndn.1 = \"0\"\n",
	 LG_ERR_SYNTAX, 2, "dn.1"},
	{"a user concerned without a name", "[applies_to]\nuser.1 = \"\"\n",
	 LG_ERR_SYNTAX, 2, "user.1"},
	{"a filter of those concerned that is none",
	 "[applies_to]\nfilter = \"uid=x\"\n", LG_ERR_SYNTAX, 2,
	 "filter: \"uid=x\""},
	{"mail is not held for some",
	 "[applies_to]\nuser.1 = \"x\"\n[mail]\nhold = yes\n", LG_ERR_CONFLICT,
	 4, "concerns only some"},
	{"an allow without a number",
	 "[logon_only_as]\nwhen_invalid = open\nallow.x = \"" ORG "a\"\n",
	 LG_ERR_UNKNOWN_KEY, 3, "allow.1"},
	{"an allow with a leading zero",
	 "[logon_only_as]\nwhen_invalid = open\nallow.01 = \"" ORG "a\"\n",
	 LG_ERR_UNKNOWN_KEY, 3, "allow.1"},
	{"an allow without a dot",
	 "[logon_only_as]\nwhen_invalid = open\nallow = \"" ORG "a\"\n",
	 LG_ERR_UNKNOWN_KEY, 3, "allow.1"},
	{"an empty logon name",
	 "[logon_only_as]\nwhen_invalid = open\nallow_user.1 = \"\"\n",
	 LG_ERR_SYNTAX, 3, "logon name"},
	{"a filter without its parentheses",
	 "[logon_only_as]\nwhen_invalid = open\nallow_filter = \"cn=a\"\n",
	 LG_ERR_SYNTAX, 3, "(attribute=value)"},
	{"a version setting that does not read",
	 "[disable_mapi_clients]\nversions = \"5.9.9-\xe2\x80\x93\"\n",
	 LG_ERR_SYNTAX, 2, "versions"},
	{"a version range that runs backwards",
	 "[disable_mapi_clients]\nversions = \"7.0.0-6.0.0\"\n",
	 LG_ERR_CONFLICT, 2, "versions"},
	{"a version part out of range",
	 "[disable_mapi_clients]\nversions = \"5.65536.0\"\n", LG_ERR_RANGE, 2,
	 "versions"},
	{"four parts without four_part",
	 "[disable_mapi_clients]\nversions = \"8.1.215.0\"\n", LG_ERR_SYNTAX, 2,
	 "versions"},
	{"a process list with an empty item",
	 "[disable_mapi_client_processes]\nprocesses = \"a.exe;\"\n",
	 LG_ERR_SYNTAX, 2, "processes"},
	{"a process with a path",
	 "[disable_mapi_client_processes]\nprocesses = \"c:/a.exe\"\n",
	 LG_ERR_SYNTAX, 2, "processes"},
	{"an unknown protocol is told with the nearest",
	 "[protocols]\nrefuse = \"imap4\"\n", LG_ERR_UNKNOWN_KEY, 2,
	 "nearest is imap"},
	{"an empty protocol", "[protocols]\nrefuse = \"imap,,pop3\"\n",
	 LG_ERR_SYNTAX, 2, "empty item"},
	{"a trailing comma", "[protocols]\nrefuse = \"imap,\"\n", LG_ERR_SYNTAX,
	 2, "empty item"},
	{"hold is yes or no", "[mail]\nhold = maybe\n", LG_ERR_SYNTAX, 2,
	 "no or yes"},
	{"a duration without a unit", "[profile]\nmax_duration = 8\n",
	 LG_ERR_SYNTAX, 2, "2h30m"},
	{"a duration of nothing", "[profile]\nmax_duration = 0s\n",
	 LG_ERR_RANGE, 2, "max_duration"},
	{"a warning nobody knows", "[profile]\naccept = \"dn-notfound\"\n",
	 LG_ERR_UNKNOWN_KEY, 2, "nearest is dn-not-found"},
	{"a warning that a profile cannot accept",
	 "[profile]\naccept = \"fails-open\"\n", LG_ERR_CONFLICT, 2,
	 "--accept-open"},
	{"a variable that is not declared",
	 "[profile]\ndescription = \"for %{org}\"\n", LG_ERR_SYNTAX, 2,
	 "[profile] variables"},
	{"a placeholder of messages elsewhere",
	 "[profile]\ndescription = \"for %{until}\"\n", LG_ERR_SYNTAX, 2,
	 "[profile] variables"},
	{"a %{ without its end", "[message]\nrefused = \"till %{until\"\n",
	 LG_ERR_SYNTAX, 2, "}"},
	{"a variable with the name of a placeholder",
	 "[profile]\nvariables = \"until\"\n", LG_ERR_CONFLICT, 2, "own"},
	{"a variable that is no name", "[profile]\nvariables = \"a b\"\n",
	 LG_ERR_SYNTAX, 2, "not a name"},
	{"a base without a name", "[profile]\nbase = \"\"\n", LG_ERR_SYNTAX, 2,
	 "base"},
	{"a base that is the profile itself", "[profile]\nbase = \"bad\"\n",
	 LG_ERR_CONFLICT, 2, "itself"},
};

static void bad_profile_is_told(void **state)
{
	const struct bad *bad = *state;
	struct lg_profile *untouched = (struct lg_profile *)&bads;
	struct lg_profile *profile = untouched;
	struct lg_strlist usage = {0};
	struct lg_error err = {0};
	char place[512];

	write_file("bad.ini", bad->text);
	assert_int_equal(load("bad", NULL, &profile, &usage, &err),
			 bad->status);
	assert_ptr_equal(profile, untouched);
	assert_int_equal(usage.count, 0);
	snprintf(place, sizeof(place), "%s/bad.ini:%zu", folder, bad->line);
	assert_string_equal(err.place, place);
	if (!strstr(err.text, bad->says))
		fail_msg("\"%s\" does not say \"%s\"", err.text, bad->says);
}

static void names_and_paths(void **state)
{
	struct lg_strlist usage = {0};
	struct lg_profile *p = NULL;
	struct lg_error err = {0};
	char path[256];

	write_file("x.ini", "[profile]\n");
	assert_int_equal(load("x", NULL, &p, &usage, &err), LG_OK);
	assert_string_equal(p->name, "x");
	lg_profile_free(&p);
	snprintf(path, sizeof(path), "%s/x.ini", folder);
	assert_int_equal(load(path, NULL, &p, &usage, &err), LG_OK);
	assert_string_equal(p->name, "x");
	assert_string_equal(p->path, path);
	lg_profile_free(&p);
	/* A name that ends in .ini is a path from here, not from the folder. */
	assert_int_equal(load("x.ini", NULL, &p, &usage, &err), LG_ERR_IO);
	write_file("upgrade.ini", "[profile]\n");
	assert_int_equal(load("upgarde", NULL, &p, &usage, &err), LG_ERR_IO);
	assert_string_equal(err.place, folder);
	assert_non_null(strstr(err.text, "nearest is upgrade"));
	assert_int_equal(load("", NULL, &p, &usage, &err), LG_ERR_IO);
	assert_int_equal(load(folder, NULL, &p, &usage, &err), LG_ERR_IO);
	assert_non_null(strstr(err.text, "directory"));
	assert_null(p);
}

static void fifo_is_refused_at_once(void **state)
{
	struct lg_strlist usage = {0};
	struct lg_profile *p = NULL;
	struct lg_error err = {0};
	char path[256];

	snprintf(path, sizeof(path), "%s/fifo.ini", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(load(path, NULL, &p, &usage, &err), LG_ERR_IO);
	assert_non_null(strstr(err.text, "regular file"));
	assert_int_equal(unlink(path), 0);
}

static void too_large_a_file(void **state)
{
	struct lg_strlist usage = {0};
	struct lg_profile *p = NULL;
	struct lg_error err = {0};
	struct lg_buffer text = {0};

	while (text.len <= 1024 * 1024)
		lg_buffer_text(&text, "; a comment that fills the file\n");
	write_bytes("large.ini", text.data, text.len);
	assert_int_equal(load("large", NULL, &p, &usage, &err), LG_ERR_LIMIT);
	lg_buffer_release(&text);
}

static void base_profiles(void **state)
{
	struct lg_strlist usage = {0};
	struct lg_profile *p = NULL;
	struct lg_error err = {0};
	char path[300];

	write_file("root.ini",
		   "[profile]\ndescription = \"root\"\nmax_duration = 1h\n"
		   "[logon_only_as]\nwhen_invalid = closed\nallow.1 = \"" ORG
		   "root\"\n"
		   "[mail]\nhold = yes\n");
	write_file("middle.ini", "[profile]\nbase = \"root\"\n"
				 "[mail]\nhold = no\n"
				 "[message]\nrefused = \"middle\"\n");
	write_file("leaf.ini", "[profile]\nbase = \"middle.ini\"\n"
			       "[logon_only_as]\nwhen_invalid = open\n");
	/* By its path: middle.ini stands beside it. */
	snprintf(path, sizeof(path), "%s/leaf.ini", folder);
	if (load(path, NULL, &p, &usage, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	assert_null(p->description);
	assert_int_equal(p->max_duration_s, -1);
	/* A section is taken whole or not at all. */
	assert_int_equal(p->when_invalid, LG_WHEN_INVALID_OPEN);
	assert_int_equal(p->allow.count, 0);
	assert_false(p->hold_mail);
	assert_string_equal(p->refused_message, "middle");
	lg_profile_free(&p);
}

static void base_in_a_circle(void **state)
{
	struct lg_strlist usage = {0};
	struct lg_profile *p = NULL;
	struct lg_error err = {0};
	char name[32];
	char text[64];
	int i;

	write_file("a.ini", "[profile]\nbase = \"b\"\n");
	write_file("b.ini", "[profile]\nbase = \"a\"\n");
	assert_int_equal(load("a", NULL, &p, &usage, &err), LG_ERR_CONFLICT);
	assert_non_null(strstr(err.place, "b.ini:2"));
	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "n%d.ini", i);
		snprintf(text, sizeof(text), "[profile]\nbase = \"n%d\"\n",
			 i + 1);
		write_file(name, text);
	}
	assert_int_equal(load("n0", NULL, &p, &usage, &err), LG_ERR_LIMIT);
	write_file("a.ini", "[profile]\nbase = \"gone\"\n");
	assert_int_equal(load("a", NULL, &p, &usage, &err), LG_ERR_IO);
	/* A mistake in a section that is replaced is still one. */
	write_file("b.ini", "[mail]\nhald = no\n");
	write_file("a.ini", "[profile]\nbase = \"b\"\n[mail]\nhold = no\n");
	assert_int_equal(load("a", NULL, &p, &usage, &err), LG_ERR_UNKNOWN_KEY);
	assert_null(p);
}

static void variables(void **state)
{
	static const char *const both[] = {"org=Example", "site=%{org}=x",
					   NULL};
	static const char *const one[] = {"org=Example", NULL};
	static const char *const wrong[] = {
		"org=a", "site=b", "org=c", "sute=d", "nothing", "=x", NULL};
	struct lg_strlist usage = {0};
	struct lg_profile *p = NULL;
	struct lg_error err = {0};

	write_file("v.ini", "[profile]\nvariables = \"org,site\"\n"
			    "description = \"%{org} and %{site} and 5 %\"\n"
			    "[message]\nrefused = \"%{org}: %{until}\"\n");
	if (load("v", both, &p, &usage, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	assert_string_equal(p->description, "Example and %{org}=x and 5 %");
	assert_string_equal(p->refused_message, "Example: %{until}");
	lg_profile_free(&p);
	assert_int_equal(load("v", one, &p, &usage, &err), LG_ERR_CONFLICT);
	assert_int_equal(usage.count, 1);
	assert_non_null(strstr(usage.item[0], "--set site=VALUE"));
	lg_strlist_release(&usage);
	assert_int_equal(load("v", NULL, &p, &usage, &err), LG_ERR_CONFLICT);
	assert_int_equal(usage.count, 2);
	lg_strlist_release(&usage);
	assert_int_equal(load("v", wrong, &p, &usage, &err), LG_ERR_CONFLICT);
	assert_int_equal(usage.count, 4);
	assert_null(p);
	lg_strlist_release(&usage);
	/* Declared where it is used: in the base. */
	write_file("w.ini", "[profile]\nbase = \"v\"\n");
	assert_int_equal(load("w", NULL, &p, &usage, &err), LG_ERR_CONFLICT);
	assert_int_equal(usage.count, 2);
	lg_strlist_release(&usage);
}

#define NAMES "[logon_only_as]\nwhen_invalid = closed\n"

static void allow_files(void **state)
{
	struct lg_profile *p;
	struct lg_buffer text = {0};
	int i;

	write_file("list.txt", "\xef\xbb\xbf# testers\r\n" ORG "a\r\n"
			       "\r\n  \n" ORG "J\xc3\xbcrgen\n# end\n" ORG "z");
	p = good(NAMES "allow_file = \"list.txt\"\nallow.1 = \"" ORG
		       "first\"\n");
	assert_int_equal(p->allow.count, 4);
	assert_string_equal(p->allow.item[0], ORG "first");
	assert_string_equal(p->allow.item[1], ORG "a");
	assert_string_equal(p->allow.item[2], ORG "J\xc3\xbcrgen");
	assert_string_equal(p->allow.item[3], ORG "z");
	lg_profile_free(&p);
	/* Beside Dovecot accounts have logon names and no DNs. */
	write_file("list.txt", "anna@example.org\r\n" ORG "a\nDOMAIN\\bob\n"
			       "J\xc3\xbcrgen M\xc3\xbcller\n");
	p = good(NAMES "allow_file = \"list.txt\"\nallow_user.1 = \"first\"\n");
	assert_int_equal(p->allow.count, 1);
	assert_int_equal(p->allow_user.count, 4);
	assert_string_equal(p->allow_user.item[0], "first");
	assert_string_equal(p->allow_user.item[1], "anna@example.org");
	assert_string_equal(p->allow_user.item[2], "DOMAIN\\bob");
	assert_string_equal(p->allow_user.item[3],
			    "J\xc3\xbcrgen M\xc3\xbcller");
	lg_profile_free(&p);
	/* Lines over every edge of a chunk. */
	for (i = 0; i < 100000; i++)
		lg_buffer_format(&text, ORG "user%d\n", i);
	write_bytes("list.txt", text.data, text.len);
	lg_buffer_release(&text);
	p = good(NAMES "allow_file = \"list.txt\"\n");
	assert_int_equal(p->allow.count, 100000);
	for (i = 0; i < 100000; i++) {
		char dn[64];

		snprintf(dn, sizeof(dn), ORG "user%d", i);
		if (strcmp(p->allow.item[i], dn))
			fail_msg("line %d is %s", i + 1, p->allow.item[i]);
	}
	lg_profile_free(&p);
}

static void bad_allow_files(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		enum lg_status status;
		const char *place;
	} row[] = {
		{ORG "a\n/o=Org\n", 0, LG_ERR_SYNTAX, "/list.txt:2"},
		{ORG "a\n " ORG "b\n", 0, LG_ERR_SYNTAX, "/list.txt:2"},
		{ORG "a \n", 0, LG_ERR_SYNTAX, "/list.txt:1"},
		{" # indented\n", 0, LG_ERR_SYNTAX, "/list.txt:1"},
		{"\xff\xfe/\0o\0", 6, LG_ERR_SYNTAX, "/list.txt:1"},
		{"/o=a\0\n", 6, LG_ERR_SYNTAX, "/list.txt:1"},
		{ORG "\xe4\n", 0, LG_ERR_SYNTAX, "/list.txt:1"},
		{"a@b\na@b, c@d\n", 0, LG_ERR_SYNTAX, "/list.txt:2"},
		{"a@b;c@d\n", 0, LG_ERR_SYNTAX, "/list.txt:1"},
		{"a@b \n", 0, LG_ERR_SYNTAX, "/list.txt:1"},
		{"o=Org/ou=Site/cn=a\n", 0, LG_ERR_SYNTAX, "/list.txt:1"},
		{"uid=a,dc=example\n", 0, LG_ERR_SYNTAX, "/list.txt:1"},
	};
	struct lg_strlist usage = {0};
	struct lg_profile *p = NULL;
	struct lg_error err = {0};
	struct lg_buffer text = {0};
	size_t i;

	write_file("a.ini", NAMES "allow_file = \"list.txt\"\n");
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		write_bytes("list.txt", row[i].text,
			    row[i].len ? row[i].len : strlen(row[i].text));
		assert_int_equal(load("a", NULL, &p, &usage, &err),
				 row[i].status);
		if (!strstr(err.place, row[i].place))
			fail_msg("row %zu: %s: %s", i, err.place, err.text);
	}
	for (i = 0; i < 10000; i++)
		lg_buffer_char(&text, 'x');
	write_bytes("list.txt", text.data, text.len);
	lg_buffer_release(&text);
	assert_int_equal(load("a", NULL, &p, &usage, &err), LG_ERR_LIMIT);
	write_file("a.ini", NAMES "allow_file = \"gone.txt\"\n");
	assert_int_equal(load("a", NULL, &p, &usage, &err), LG_ERR_IO);
	write_file("a.ini", NAMES "allow_file = \".\"\n");
	assert_int_equal(load("a", NULL, &p, &usage, &err), LG_ERR_IO);
	write_file("a.ini", NAMES "allow_file = \"\"\n");
	assert_int_equal(load("a", NULL, &p, &usage, &err), LG_ERR_SYNTAX);
	assert_null(p);
}

static void lists_and_summaries(void **state)
{
	struct lg_profile_source source = {"v", folder, NULL};
	struct lg_profile_summary summary = {0};
	struct lg_strlist names = {0};
	size_t i;
	int seen = 0;

	write_file("v.ini", "[profile]\nvariables = \"org,site\"\n"
			    "description = \"for %{org}\"\n"
			    "max_duration = \"2h\"\n");
	assert_int_equal(lg_profile_summarise(&source, &summary, NULL), LG_OK);
	assert_string_equal(summary.name, "v");
	assert_string_equal(summary.description, "for %{org}");
	assert_string_equal(summary.max_duration, "2h");
	assert_int_equal(summary.variables.count, 2);
	lg_profile_summary_release(&summary);
	assert_int_equal(lg_profile_names(folder, &names, NULL), LG_OK);
	for (i = 0; i < names.count; i++) {
		seen += !strcmp(names.item[i], "v");
		if (i)
			assert_true(strcmp(names.item[i - 1], names.item[i]) <
				    0);
	}
	assert_int_equal(seen, 1);
	lg_strlist_release(&names);
	assert_int_equal(lg_profile_names("/nonexistent", &names, NULL),
			 LG_ERR_IO);
}

static void whom_it_concerns(void **state)
{
	static const char *const set[] = {"batch=tonight.txt", NULL};
	struct lg_strlist usage = {0};
	struct lg_profile *p = NULL;
	struct lg_error err = {0};
	char place[512];

	write_file("tonight.txt", "\xef\xbb\xbf# tonight\r\n" ORG "one\r\n"
				  "anna@example.org\n\nNT\\bob\n");
	write_file("scope.ini",
		   "[applies_to]\ndomains = \"Example.org, example.net\"\n"
		   "user.2 = \"zoe\"\nuser.1 = \"anna\"\n"
		   "dn.1 = \"" ORG "bob\"\nfile = \"%{batch}\"\n"
		   "filter = \"(mailHost=a\\2a)\"\n");
	write_file("some.ini", "[profile]\nvariables = \"batch\"\n"
			       "base = \"scope\"\n");
	if (load("some", set, &p, &usage, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	assert_true(p->applies_to_some);
	assert_int_equal(p->applies_domain.count, 2);
	assert_string_equal(p->applies_domain.item[0], "Example.org");
	assert_int_equal(p->applies_user.count, 4);
	assert_string_equal(p->applies_user.item[0], "anna");
	assert_string_equal(p->applies_user.item[1], "zoe");
	assert_string_equal(p->applies_user.item[2], "anna@example.org");
	assert_string_equal(p->applies_user.item[3], "NT\\bob");
	assert_int_equal(p->applies_dn.count, 2);
	assert_string_equal(p->applies_dn.item[1], ORG "one");
	assert_string_equal(p->applies_filter, "(mailHost=a\\2a)");
	lg_profile_free(&p);
	p = good("[profile]\ndescription = x\n");
	assert_false(p->applies_to_some);
	lg_profile_free(&p);
	/* The place in the file, of names and DNs alike. */
	write_file("tonight.txt", "anna\n\t bob\n");
	assert_int_equal(load("some", set, &p, &usage, &err), LG_ERR_SYNTAX);
	snprintf(place, sizeof(place), "%s/tonight.txt:2", folder);
	assert_string_equal(err.place, place);
	write_file("tonight.txt", "anna\n/o=Org\n");
	assert_int_equal(load("some", set, &p, &usage, &err), LG_ERR_SYNTAX);
	assert_string_equal(err.place, place);
	/* A batch of nobody is read; that it concerns nobody is told later. */
	write_file("tonight.txt", "# nobody\n");
	write_file("none.ini", "[applies_to]\nfile = \"tonight.txt\"\n");
	assert_int_equal(load("none", NULL, &p, &usage, &err), LG_OK);
	assert_true(p->applies_to_some);
	lg_profile_free(&p);
}

static enum lg_status load_a_profile(void *context, struct lg_error *err)
{
	struct lg_strlist usage = {0};
	struct lg_profile *profile = NULL;
	struct lg_profile_source source = {"leaf", folder, NULL};
	enum lg_status status = lg_profile_load(&source, &profile, &usage, err);

	lg_profile_free(&profile);
	lg_strlist_release(&usage);
	return status;
}

static void survives_failing_allocations(void **state)
{
	write_file("list.txt", ORG "a\n" ORG "b\n");
	write_file("root.ini", "[disable_mapi_clients]\nversions = \"5.9.9\"\n"
			       "[protocols]\nrefuse = \"imap, pop3\"\n");
	write_file("leaf.ini",
		   "[profile]\nbase = \"root\"\naccept = \"dn-not-found\"\n"
		   "[logon_only_as]\nwhen_invalid = closed\n"
		   "allow.2 = \"" ORG "x\"\nallow_user.1 = \"u\"\n"
		   "allow_file = \"list.txt\"\n"
		   "[disable_mapi_client_processes]\nprocesses = \"a.exe\"\n"
		   "[applies_to]\ndomains = \"a.org, b.org\"\n"
		   "user.1 = \"u\"\ndn.1 = \"" ORG
		   "y\"\nfile = \"list.txt\"\nfilter = \"(uid=x)\"\n");
	allocation_survive(load_a_profile, NULL);
}

static int in_the_folder(const char *command)
{
	char line[256];

	snprintf(line, sizeof(line), "%s %s", command, folder);
	return system(line);
}

int main(void)
{
	struct CMUnitTest rows[sizeof(bads) / sizeof(bads[0]) + 14];
	const struct CMUnitTest more[] = {
		suite_row("a whole profile, allow.N in order", whole_profile),
		suite_row("absent names are not blank ones",
			  absent_is_not_blank),
		suite_row("four parts where the profile says so",
			  four_part_settings),
		suite_row("a name is looked for in the folder, a path is one",
			  names_and_paths),
		suite_row("a FIFO is refused at once", fifo_is_refused_at_once),
		suite_row("a file over its limit is refused", too_large_a_file),
		suite_row("a base gives the sections that are not there",
			  base_profiles),
		suite_row("a base that leads back is an error",
			  base_in_a_circle),
		suite_row("variables need values, and nothing else is set",
			  variables),
		suite_row("an allow_file is streamed", allow_files),
		suite_row("an allow_file that is none is told by line",
			  bad_allow_files),
		suite_row("[applies_to] says whom a profile concerns",
			  whom_it_concerns),
		suite_row("profiles are listed without values",
			  lists_and_summaries),
		suite_row("survives failing allocations",
			  survives_failing_allocations),
	};
	size_t count = 0;
	size_t i;
	int failed;

	if (!mkdtemp(folder))
		return 1;
	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++)
		rows[count++] = (struct CMUnitTest)suite_row_with(
			bads[i].sentence, bad_profile_is_told, &bads[i]);
	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		rows[count++] = more[i];
	failed = suite_run(rows);
	return in_the_folder("rm -rf") ? 1 : failed;
}
