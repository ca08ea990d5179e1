/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/ini/guard.h: each trap of facts/directory.md F and of
 * contract 2 and 7 is an error that names the line and the right spelling.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/buffer.h>

#include "adapters/ini/guard.h"
#include "adapters/ini/ini_file.h"

static const char *const separated[] = {"versions", "processes", NULL};
static const char *const ldap[] = {"allow_filter", "base", NULL};
static const struct lg_ini_rules rules = {separated, ldap};

struct trap {
	const char *sentence;
	const char *text;
	size_t len; /* 0: strlen */
	enum lg_status status;
	size_t line;
	const char *says; /* part of the message */
};

static const struct trap traps[] = {
	{"a key that is not in lower case", "[a]\nMin = 1\n", 0,
	 LG_ERR_UNKNOWN_KEY, 2, "min"},
	{"an unquoted ; in a list is told with the quoted line",
	 "[a]\nversions = 5.9.9;5.3.11-9.9.9\n", 0, LG_ERR_SYNTAX, 2,
	 "write versions = \"5.9.9;5.3.11-9.9.9\""},
	{"a list that lost its quotes is not a word with a comment",
	 "[a]\nversions = -5.9.9 ; 7.0.0-\n", 0, LG_ERR_SYNTAX, 2,
	 "write versions = \"-5.9.9 ; 7.0.0-\""},
	{"an unquoted # would cut the value", "[a]\nk = a#b\n", 0,
	 LG_ERR_SYNTAX, 2, "write k = \"a#b\""},
	{"a value that begins with # would be empty", "[a]\nk = #5\n", 0,
	 LG_ERR_SYNTAX, 2, "write k = \"#5\""},
	{"a value that begins with ; would be empty", "[a]\nk = ;6\n", 0,
	 LG_ERR_SYNTAX, 2, "write k = \";6\""},
	{"a key without a value", "[a]\nk =\n", 0, LG_ERR_SYNTAX, 2,
	 "write k = \"\""},
	{"a repeated key: the last would win", "[a]\nk = 1\nk = 2\n", 0,
	 LG_ERR_CONFLICT, 3, "line 2"},
	{"a repeated key in another case", "[a]\nk = 1\nK = 2\n", 0,
	 LG_ERR_UNKNOWN_KEY, 3, "lower case: k"},
	{"a repeated section", "[a]\nk = 1\n[b]\n[a]\nl = 1\n", 0,
	 LG_ERR_CONFLICT, 4, "line 1"},
	{"a section in another case", "[A]\n", 0, LG_ERR_UNKNOWN_KEY, 1,
	 "lower case: a"},
	{"text behind the closing quote would be dropped", "[a]\nk = \"a\" b\n",
	 0, LG_ERR_SYNTAX, 2, "behind the closing quote"},
	{"a comment directly behind the closing quote", "[a]\nk = \"a\";b\n", 0,
	 LG_ERR_SYNTAX, 2, "behind the closing quote"},
	{"a quote within quotes would end the value",
	 "[a]\nk = \"he said \"hi\"\"\n", 0, LG_ERR_SYNTAX, 2,
	 "behind the closing quote"},
	{"a backslash is no escape", "[a]\nk = \"a\\b\"\n", 0, LG_ERR_SYNTAX, 2,
	 "not an escape"},
	{"a backslash in an unquoted value", "[a]\nk = DOMAIN\\user\n", 0,
	 LG_ERR_SYNTAX, 2, "not an escape"},
	{"a backslash at the end would join the next line",
	 "[a]\nk = \"a\" \\\nl = 1\n", 0, LG_ERR_SYNTAX, 2, "join"},
	{"a backslash at the end of a comment would join the next line",
	 "[a]\n; C:\\ \nl = 1\n", 0, LG_ERR_SYNTAX, 2, "join"},
	{"a backslash before CR at the end of a line",
	 "[a]\r\n; C:\\\r\nl = 1\r\n", 0, LG_ERR_SYNTAX, 2, "join"},
	{"a backslash in an LDAP filter that is no escape of LDAP",
	 "[a]\nallow_filter = \"(cn=a\\b)\"\n", 0, LG_ERR_SYNTAX, 2, "\\5c"},
	{"an LDAP filter without quotes", "[a]\nallow_filter = (a=\\2a)\n", 0,
	 LG_ERR_SYNTAX, 2, "without quotes"},
	{"a backslash at the very end of an LDAP filter",
	 "[a]\nallow_filter = \"(cn=a\\2\"\n", 0, LG_ERR_SYNTAX, 2, "\\5c"},
	{"an escape of a DN is written as digits",
	 "[a]\nbase = \"OU=Doe\\, John,DC=x\"\n", 0, LG_ERR_SYNTAX, 2,
	 "write \\, as \\2c"},
	{"an unclosed quote", "[a]\nk = \"a\n", 0, LG_ERR_SYNTAX, 2,
	 "not closed"},
	{"an unclosed single quote", "[a]\nk = 'a\"\n", 0, LG_ERR_SYNTAX, 2,
	 "not closed"},
	{"a quote alone", "[a]\nk = \"\n", 0, LG_ERR_SYNTAX, 2, "not closed"},
	{"words without quotes", "[a]\nk = two words\n", 0, LG_ERR_SYNTAX, 2,
	 "write k = \"two words\""},
	{"a DN without quotes", "[a]\nk = /o=Org/ou=Site\n", 0, LG_ERR_SYNTAX,
	 2, "write k = \"/o=Org/ou=Site\""},
	{"words with a quote inside are shown in the other kind",
	 "[a]\nk = say \"x\"\n", 0, LG_ERR_SYNTAX, 2, "write k = 'say \"x\"'"},
	{"a key before the first section", "k = 1\n[a]\n", 0, LG_ERR_SYNTAX, 1,
	 "before the first section"},
	{"an empty section name", "[]\n", 0, LG_ERR_SYNTAX, 1,
	 "without a name"},
	{"a blank section name", "[ ]\n", 0, LG_ERR_SYNTAX, 1,
	 "without a name"},
	{"a section that is not closed", "[a\n", 0, LG_ERR_SYNTAX, 1, "]"},
	{"a comment behind a section", "[a] ; b\n", 0, LG_ERR_SYNTAX, 1,
	 "alone on its line"},
	{"a ] within a section", "[a]b]\n", 0, LG_ERR_SYNTAX, 1,
	 "alone on its line"},
	{"blanks within a section's brackets", "[ a ]\n", 0, LG_ERR_SYNTAX, 1,
	 "the name of a section"},
	{"a colon in a name could name another section's key", "[a]\nb:c = 1\n",
	 0, LG_ERR_SYNTAX, 2, "the name of a key"},
	{"a line without =", "[a]\nwhat\n", 0, LG_ERR_SYNTAX, 2,
	 "neither [section] nor key"},
	{"a last line of one character", "[a]\nk", 0, LG_ERR_SYNTAX, 2,
	 "neither [section] nor key"},
	{"a value without a key", "[a]\n= 1\n", 0, LG_ERR_SYNTAX, 2,
	 "without a key"},
	{"a NUL byte", "[a]\nk = \"x\0y\"\n", 13, LG_ERR_SYNTAX, 2, "NUL"},
	{"a NUL alone", "\0", 1, LG_ERR_SYNTAX, 1, "NUL"},
	{"a byte-order mark", "\xef\xbb\xbf[a]\n", 0, LG_ERR_SYNTAX, 1,
	 "without one"},
	{"UTF-16", "\xff\xfe[\0a\0", 6, LG_ERR_SYNTAX, 1, "UTF-16"},
	{"Latin-1", "[a]\nk = \"\xe4\"\n", 0, LG_ERR_SYNTAX, 2, "UTF-8"},
	{"a control character outside quotes", "[a]\nk = a\x01\n", 0,
	 LG_ERR_SYNTAX, 2, "control"},
	{"a carriage return within a line", "[a]\nk = 1\r ; b\n", 0,
	 LG_ERR_SYNTAX, 2, "control"},
};

static void trap_is_told(void **state)
{
	const struct trap *trap = *state;
	size_t len = trap->len ? trap->len : strlen(trap->text);
	struct lg_ini_items items = {.count = 77};
	struct lg_error err = {0};
	char place[64];

	assert_int_equal(
		lg_ini_guard(trap->text, len, "x.ini", &rules, &items, &err),
		trap->status);
	assert_int_equal(items.count, 77);
	snprintf(place, sizeof(place), "x.ini:%zu", trap->line);
	assert_string_equal(err.place, place);
	if (!strstr(err.text, trap->says))
		fail_msg("\"%s\" does not say \"%s\"", err.text, trap->says);
}

struct accepted {
	const char *line;
	const char *value;
};

static void good_values_are_read(void **state)
{
	static const struct accepted row[] = {
		{"k = open", "open"},
		{"k=open", "open"},
		{"  k\t=\topen  ", "open"},
		{"k = open ; the words of 2000", "open"},
		{"k = open\t# the words of 2000", "open"},
		{"k = 0660", "0660"},
		{"k = 6.5.7651.19", "6.5.7651.19"},
		{"k = \"\"", ""},
		{"k = ''", ""},
		{"k = \"\" ; none", ""},
		{"k = \" two words \"", " two words "},
		{"k = \"a;b # c\" ; d \"e\"", "a;b # c"},
		{"k = 'he said \"hi\"'", "he said \"hi\""},
		{"k = \"it's\" # it's", "it's"},
		{"k = \"a = b\"", "a = b"},
		{"k = \"[x]\"", "[x]"},
		{"k = \"J\xc3\xbcrgen\"", "J\xc3\xbcrgen"},
		{"k = \"tab\there\"", "tab\there"},
		{"versions = \"-5.65535.65535;7.0.0-\" ; both",
		 "-5.65535.65535;7.0.0-"},
		{"versions = 5.9.9", "5.9.9"},
		{"allow_filter = \"(cn=a\\2ab\\5C)\"", "(cn=a\\2ab\\5C)"},
	};
	static const char *const end[] = {"\n", "\r\n", ""};
	size_t i, j;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		for (j = 0; j < 3; j++) {
			struct lg_ini_items items = {0};
			struct lg_error err = {0};
			struct lg_buffer text = {0};

			lg_buffer_format(&text, "; comment\n[s]\n%s%s",
					 row[i].line, end[j]);
			if (lg_ini_parse(text.data, text.len, "x.ini", &rules,
					 &items, &err) != LG_OK)
				fail_msg("%s: %s", row[i].line, err.text);
			assert_int_equal(items.count, 2);
			assert_null(items.item[0].key);
			assert_string_equal(items.item[1].section, "s");
			assert_string_equal(items.item[1].value, row[i].value);
			assert_string_equal(items.item[1].file, "x.ini");
			assert_int_equal(items.item[1].line, 3);
			lg_ini_items_release(&items);
			lg_buffer_release(&text);
		}
}

/* iniparser reads 1022 bytes and no more: the limit is where it says. */
static void limit_of_a_line(void **state)
{
	size_t len;

	for (len = LG_INI_LINE_MAX - 3; len <= LG_INI_LINE_MAX + 3; len++) {
		struct lg_ini_items items = {0};
		struct lg_error err = {0};
		struct lg_buffer text = {0};
		enum lg_status status;
		size_t i;

		lg_buffer_text(&text, "[s]\nk = \"");
		for (i = 0; i < len - strlen("k = \"\""); i++)
			lg_buffer_char(&text, 'x');
		lg_buffer_text(&text, "\"\nl = 1\n");
		status = lg_ini_parse(text.data, text.len, "x.ini", &rules,
				      &items, &err);
		assert_int_equal(status,
				 len > LG_INI_LINE_MAX ? LG_ERR_LIMIT : LG_OK);
		if (status != LG_OK)
			assert_string_equal(err.place, "x.ini:2");
		else
			assert_int_equal(items.count, 3);
		lg_ini_items_release(&items);
		lg_buffer_release(&text);
	}
}

static void too_many_keys(void **state)
{
	struct lg_ini_items items = {.count = 77};
	struct lg_error err = {0};
	struct lg_buffer text = {0};
	int i;

	lg_buffer_text(&text, "[s]\n");
	for (i = 0; i < LG_INI_KEYS_MAX; i++)
		lg_buffer_format(&text, "k%d = 1\n", i);
	assert_int_equal(lg_ini_guard(text.data, text.len, "x.ini", &rules,
				      &items, &err),
			 LG_ERR_LIMIT);
	assert_int_equal(items.count, 77);
	lg_buffer_release(&text);
}

static void empty_text_has_no_items(void **state)
{
	struct lg_ini_items items = {0};

	assert_int_equal(lg_ini_parse("", 0, "x.ini", &rules, &items, NULL),
			 LG_OK);
	assert_int_equal(items.count, 0);
	lg_ini_items_release(&items);
}

static enum lg_status guard_a_text(void *context, struct lg_error *err)
{
	static const char text[] = "[a]\nk = 1\nl = \"two\"\n[b]\nm = x\n";
	struct lg_ini_items items = {0};
	enum lg_status status =
		lg_ini_parse(text, strlen(text), "x.ini", &rules, &items, err);

	lg_ini_items_release(&items);
	return status;
}

static void survives_failing_allocations(void **state)
{
	allocation_survive(guard_a_text, NULL);
}

int main(void)
{
	struct CMUnitTest rows[sizeof(traps) / sizeof(traps[0]) + 5];
	size_t count = 0;
	size_t i;

	for (i = 0; i < sizeof(traps) / sizeof(traps[0]); i++)
		rows[count++] = (struct CMUnitTest)suite_row_with(
			traps[i].sentence, trap_is_told, &traps[i]);
	rows[count++] = (struct CMUnitTest)suite_row(
		"words, quotes and comments are read, with LF, CRLF and none",
		good_values_are_read);
	rows[count++] = (struct CMUnitTest)suite_row(
		"a line may have 1022 bytes", limit_of_a_line);
	rows[count++] =
		(struct CMUnitTest)suite_row("too many keys", too_many_keys);
	rows[count++] = (struct CMUnitTest)suite_row("an empty text is one",
						     empty_text_has_no_items);
	rows[count++] = (struct CMUnitTest)suite_row(
		"survives failing allocations", survives_failing_allocations);
	return suite_run(rows);
}
