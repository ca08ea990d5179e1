/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/ini/profile_file.h: what a profile says.
 */
#include "profile_folder.h"

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

int main(void)
{
	struct CMUnitTest rows[sizeof(bads) / sizeof(bads[0]) + 4];
	const struct CMUnitTest more[] = {
		suite_row("a whole profile, allow.N in order", whole_profile),
		suite_row("absent names are not blank ones",
			  absent_is_not_blank),
		suite_row("four parts where the profile says so",
			  four_part_settings),
		suite_row("survives failing allocations",
			  survives_failing_allocations),
	};
	size_t count = 0;
	size_t i;
	int failed;

	if (profile_folder_begin())
		return 1;
	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++)
		rows[count++] = (struct CMUnitTest)suite_row_with(
			bads[i].sentence, bad_profile_is_told, &bads[i]);
	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		rows[count++] = more[i];
	failed = suite_run(rows);
	return profile_folder_end() ? 1 : failed;
}
