/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/base/instant.h.
 */
#include <string.h>

#include "suite.h"

#include "base/instant.h"

static void formats_and_reads_back(void **state)
{
	static const int64_t times[] = {
		0,          -1,           951782400,    951868799,
		1795299360, 253402300799, -62167219200, 4107542400,
		1709164800, 1709251200};
	char text[LG_INSTANT_SIZE];
	int64_t back;
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(*times); i++) {
		lg_instant_format(times[i], text);
		assert_int_equal(strlen(text), LG_INSTANT_SIZE - 1);
		assert_int_equal(
			lg_instant_parse(text, strlen(text), &back, NULL),
			LG_OK);
		assert_int_equal(back, times[i]);
	}
	lg_instant_format(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	lg_instant_format(951782400, text);
	assert_string_equal(text, "2000-02-29T00:00:00Z");
	lg_instant_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	lg_instant_format(INT64_MIN, text);
	assert_string_equal(text, "0000-01-01T00:00:00Z");
}

static void every_day_of_four_centuries(void **state)
{
	char text[LG_INSTANT_SIZE];
	int64_t day;
	int64_t back;

	for (day = -40000; day < 120000; day++) {
		lg_instant_format(day * 86400 + 3661, text);
		assert_int_equal(lg_instant_parse(text, 20, &back, NULL),
				 LG_OK);
		assert_int_equal(back, day * 86400 + 3661);
	}
}

static void reads_other_spellings(void **state)
{
	static const struct {
		const char *text;
		int64_t wall_s;
	} rows[] = {
		{"1970-01-01T01:00:00+01:00", 0},
		{"1969-12-31T18:30:00-05:30", 0},
		{"1970-01-01t00:00:00z", 0},
		{"1970-01-01 00:00:00Z", 0},
		{"1970-01-01T00:00:00.999999Z", 0},
		{"1970-01-01T00:00:60Z", 59},
	};
	int64_t wall_s;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		wall_s = -5;
		assert_int_equal(lg_instant_parse(rows[i].text,
						  strlen(rows[i].text), &wall_s,
						  NULL),
				 LG_OK);
		assert_int_equal(wall_s, rows[i].wall_s);
	}
}

static void refuses_what_is_no_time(void **state)
{
	static const char *const syntax[] = {"",
					     "03:00",
					     "1970-01-01",
					     "1970-01-01T00:00:00",
					     "1970-01-01T00:00:00Zx",
					     "1970-1-01T00:00:00Z",
					     "1970-01-01T00:00:00.Z",
					     "+970-01-01T00:00:00Z",
					     "1970-01-01T00:00:00+0100",
					     "1970-01-01X00:00:00Z"};
	static const char *const range[] = {
		"1970-13-01T00:00:00Z", "1970-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z", "1970-01-01T24:00:00Z",
		"1970-01-00T00:00:00Z", "1970-01-01T00:60:00Z"};
	struct lg_error err = {0};
	int64_t wall_s = 77;
	size_t i;

	for (i = 0; i < sizeof(syntax) / sizeof(*syntax); i++)
		assert_int_equal(lg_instant_parse(syntax[i], strlen(syntax[i]),
						  &wall_s, &err),
				 LG_ERR_SYNTAX);
	for (i = 0; i < sizeof(range) / sizeof(*range); i++)
		assert_int_equal(lg_instant_parse(range[i], strlen(range[i]),
						  &wall_s, &err),
				 LG_ERR_RANGE);
	assert_int_equal(wall_s, 77);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a time reads back as it was written",
			  formats_and_reads_back),
		suite_row("every day of four centuries is itself",
			  every_day_of_four_centuries),
		suite_row("offsets, fractions, small letters",
			  reads_other_spellings),
		suite_row("what is no time leaves the output alone",
			  refuses_what_is_no_time),
	};

	return suite_run(rows);
}
