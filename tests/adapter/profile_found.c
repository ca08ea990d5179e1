/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/ini/profile_file.h: where a profile is found, and what
 * it takes from bases, variables and allow files.
 */
#include "profile_folder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"

#include <logongate/buffer.h>

#include "adapters/ini/profile_file.h"

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

int main(void)
{
	const struct CMUnitTest rows[] = {
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
	};
	int failed;

	if (profile_folder_begin())
		return 1;
	failed = suite_run(rows);
	return profile_folder_end() ? 1 : failed;
}
