/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/base/duration.h.
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#include "base/duration.h"

static int64_t duration(const char *text)
{
	int64_t seconds = -7;
	struct lg_error err = {0};

	assert_int_equal(lg_duration_parse(text, strlen(text), &seconds, &err),
			 LG_OK);
	return seconds;
}

static void durations_read(void **state)
{
	assert_int_equal(duration("90s"), 90);
	assert_int_equal(duration("15m"), 900);
	assert_int_equal(duration("2h30m"), 9000);
	assert_int_equal(duration("1d"), 86400);
	assert_int_equal(duration("1w"), 604800);
	assert_int_equal(duration("2w1d"), 1296000);
	assert_int_equal(duration("1d2h3m4s"), 93784);
	assert_int_equal(duration("007m"), 420);
	assert_int_equal(duration("0s"), 0);
	assert_int_equal(duration("36525d"), LG_DURATION_MAX_S);
}

static void durations_refused(void **state)
{
	static const struct {
		const char *text;
		enum lg_status status;
	} row[] = {
		{"", LG_ERR_SYNTAX},
		{"90", LG_ERR_SYNTAX},
		{"m", LG_ERR_SYNTAX},
		{"1m1h", LG_ERR_SYNTAX},
		{"1m1m", LG_ERR_SYNTAX},
		{"1h 30m", LG_ERR_SYNTAX},
		{" 1h", LG_ERR_SYNTAX},
		{"1h ", LG_ERR_SYNTAX},
		{"-1h", LG_ERR_SYNTAX},
		{"1d1w", LG_ERR_SYNTAX},
		{"1W", LG_ERR_SYNTAX},
		{"5218w", LG_ERR_RANGE},
		{"1.5h", LG_ERR_SYNTAX},
		{"1H", LG_ERR_SYNTAX},
		{"36526d", LG_ERR_RANGE},
		{"36525d1s", LG_ERR_RANGE},
		{"99999999999999999999s", LG_ERR_RANGE},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		int64_t seconds = -7;
		struct lg_error err = {0};

		assert_int_equal(lg_duration_parse(row[i].text,
						   strlen(row[i].text),
						   &seconds, &err),
				 row[i].status);
		assert_int_equal(seconds, -7);
		assert_true(err.text[0]);
	}
}

static void durations_format(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} row[] = {{0, "0s"},     {90, "1m30s"},       {9000, "2h30m"},
		   {86400, "1d"}, {93784, "1d2h3m4s"}, {-5, "0s"}};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_buffer out = {0};

		lg_duration_format(row[i].seconds, &out);
		assert_string_equal(out.data, row[i].text);
		lg_buffer_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("durations are numbers with units", durations_read),
		suite_row("what is not a duration is refused, output untouched",
			  durations_refused),
		suite_row("a duration is written without its zero parts",
			  durations_format),
	};

	return suite_run(rows);
}
