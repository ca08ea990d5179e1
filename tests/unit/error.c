/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/error.h.
 */
#include <string.h>

#include "suite.h"

#include <logongate/error.h>

static void gives_status_back(void **state)
{
	struct lg_error err = {0};

	assert_int_equal(lg_error_set(&err, LG_ERR_RANGE, "a.ini", "%d is %s",
				      9, "too many"),
			 LG_ERR_RANGE);
	assert_int_equal(err.status, LG_ERR_RANGE);
	assert_string_equal(err.place, "a.ini");
	assert_string_equal(err.text, "9 is too many");
}

static void needs_no_report(void **state)
{
	assert_int_equal(lg_error_set(NULL, LG_ERR_IO, "x", "y"), LG_ERR_IO);
	assert_int_equal(lg_error_set_at(NULL, LG_ERR_IO, "x", 1, "y"),
			 LG_ERR_IO);
}

static void no_place_is_empty(void **state)
{
	struct lg_error err = {0};

	lg_error_set(&err, LG_ERR_IO, NULL, "y");
	assert_string_equal(err.place, "");
}

static void place_has_line(void **state)
{
	struct lg_error err = {0};

	lg_error_set_at(&err, LG_ERR_SYNTAX, "up.ini", 12, "wrong");
	assert_string_equal(err.place, "up.ini:12");
	lg_error_set_at(&err, LG_ERR_SYNTAX, "up.ini", 0, "wrong");
	assert_string_equal(err.place, "up.ini");
}

static void long_path_keeps_line(void **state)
{
	struct lg_error err = {0};
	char path[2000];

	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	lg_error_set_at(&err, LG_ERR_SYNTAX, path, 12345, "wrong");
	assert_int_equal(strlen(err.place), sizeof(err.place) - 1);
	assert_string_equal(err.place + strlen(err.place) - 9, "...:12345");
}

static void controls_become_blanks(void **state)
{
	struct lg_error err = {0};

	lg_error_set(&err, LG_ERR_SYNTAX, "a\nb\x1b", "%s",
		     "x\r\ny\x7fz\xc2\x9bq\xe2\x80\xaer\xe2\x80\xa8s");
	assert_string_equal(err.place, "a b ");
	assert_string_equal(err.text, "x  y z q r s");
}

static void invalid_utf8_is_marked(void **state)
{
	struct lg_error err = {0};

	lg_error_set(&err, LG_ERR_SYNTAX, "", "%s",
		     "\xc3\xa9 \xc0\xaf \xed\xa0\x80 \xff \xe2\x82");
	assert_string_equal(err.text, "\xc3\xa9 ?? ??? ? ??");
}

static void long_text_ends_in_dots(void **state)
{
	struct lg_error err = {0};
	char text[5000];
	size_t len;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	lg_error_set(&err, LG_ERR_SYNTAX, "", "%s", text);
	len = strlen(err.text);
	assert_int_equal(len, sizeof(err.text) - 1);
	assert_string_equal(err.text + len - 4, "x...");
}

static void longest_text_stays_whole(void **state)
{
	struct lg_error err = {0};
	char text[sizeof(err.text)];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	lg_error_set(&err, LG_ERR_SYNTAX, "", "%s", text);
	assert_string_equal(err.text, text);
}

static void cut_ends_at_a_character(void **state)
{
	struct lg_error err = {0};
	char text[6001];
	size_t at;

	for (at = 0; at + 3 < sizeof(text); at += 3)
		memcpy(text + at, "\xe2\x82\xac", 3);
	text[at] = '\0';
	lg_error_set(&err, LG_ERR_SYNTAX, "", "%s", text);
	at = strlen(err.text);
	assert_string_equal(err.text + at - 3, "...");
	assert_int_equal((at - 3) % 3, 0);
	assert_null(strchr(err.text, '?'));
}

static void report_wraps_itself(void **state)
{
	struct lg_error err = {0};

	lg_error_set(&err, LG_ERR_IO, "f", "inner");
	lg_error_set(&err, err.status, err.place, "outer: %s", err.text);
	assert_string_equal(err.place, "f");
	assert_string_equal(err.text, "outer: inner");
}

static void every_status_has_a_name(void **state)
{
	int status;
	int other;

	for (status = LG_OK; status <= LG_ERR_BUG; status++)
		for (other = LG_OK; other < status; other++)
			assert_string_not_equal(lg_status_name(status),
						lg_status_name(other));
	assert_string_equal(lg_status_name(LG_ERR_UNKNOWN_KEY), "unknown-key");
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("the status comes back", gives_status_back),
		suite_row("a caller may want no report", needs_no_report),
		suite_row("no place is an empty place", no_place_is_empty),
		suite_row("a place has its line", place_has_line),
		suite_row("a long path keeps its line", long_path_keeps_line),
		suite_row("controls become blanks", controls_become_blanks),
		suite_row("what is not UTF-8 is marked",
			  invalid_utf8_is_marked),
		suite_row("a long text ends in dots", long_text_ends_in_dots),
		suite_row("the longest text that fits stays whole",
			  longest_text_stays_whole),
		suite_row("a cut ends at a character", cut_ends_at_a_character),
		suite_row("a report may wrap itself", report_wraps_itself),
		suite_row("every status has a name of its own",
			  every_status_has_a_name),
	};

	return suite_run(rows);
}
