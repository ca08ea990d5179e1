/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/duration.h.
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#include <logongate/duration.h>
#include <logongate/instant.h>

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
		{"1w", LG_ERR_SYNTAX},
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

/* Berlin in 2026: summer time from 29 March 01:00 UTC to 25 October. */
#define SPRING INT64_C(1774746000)
#define AUTUMN INT64_C(1792890000)

static int32_t berlin(void *context, int64_t at_s)
{
	return at_s >= SPRING && at_s < AUTUMN ? 7200 : 3600;
}

static const struct lg_zone zone = {NULL, berlin};

static void expect_time(const char *text, int64_t now_s, const char *expected)
{
	char out[LG_INSTANT_SIZE];
	struct lg_error err = {0};
	int64_t at = -7;

	if (lg_time_parse(text, strlen(text), now_s, &zone, &at, &err))
		fail_msg("%s: %s", text, err.text);
	lg_instant_format(at, out);
	assert_string_equal(out, expected);
}

static void times_read(void **state)
{
	expect_time("2026-11-22T06:00:00+01:00", 0, "2026-11-22T05:00:00Z");
}

static void times_refused(void **state)
{
	static const struct {
		const char *text;
		enum lg_status status;
	} row[] = {
		{"", LG_ERR_SYNTAX},
		{"6:00", LG_ERR_SYNTAX},
		{"06:00 ", LG_ERR_SYNTAX},
		{"06-00", LG_ERR_SYNTAX},
		{"24:00", LG_ERR_RANGE},
		{"06:60", LG_ERR_RANGE},
		{"2026-11-22", LG_ERR_SYNTAX},
		{"2026-11-22T06:00:00", LG_ERR_SYNTAX},
		{"2026-11-22T06:00Z", LG_ERR_SYNTAX},
		{"2026-13-01T00:00:00Z", LG_ERR_RANGE},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		int64_t at = -7;
		struct lg_error err = {0};

		assert_int_equal(lg_time_parse(row[i].text, strlen(row[i].text),
					       0, &zone, &at, &err),
				 row[i].status);
		assert_int_equal(at, -7);
		assert_true(err.text[0]);
	}
}

static void next_time_of_day(void **state)
{
	/* 2026-01-10T12:00:00Z is 13:00 in Berlin. */
	int64_t noon = INT64_C(1768046400);

	expect_time("13:01", noon, "2026-01-10T12:01:00Z");
	expect_time("13:00", noon, "2026-01-11T12:00:00Z");
	expect_time("00:00", noon, "2026-01-10T23:00:00Z");
	expect_time("12:59", noon, "2026-01-11T11:59:00Z");
}

static void clock_changes(void **state)
{
	/* 02:30 on 29 March is not there: an hour later on the clock. */
	expect_time("02:30", SPRING - 3600, "2026-03-29T01:30:00Z");
	expect_time("03:30", SPRING - 3600, "2026-03-29T01:30:00Z");
	expect_time("06:00", SPRING - 3600, "2026-03-29T04:00:00Z");
	/* 02:30 on 25 October comes twice. */
	expect_time("02:30", AUTUMN - 3600, "2026-10-25T00:30:00Z");
	expect_time("02:30", AUTUMN - 600, "2026-10-25T01:30:00Z");
	expect_time("02:30", AUTUMN + 3600, "2026-10-26T01:30:00Z");
}

static int32_t fixed(void *context, int64_t at_s)
{
	return *(int32_t *)context;
}

static int64_t instant(const char *text)
{
	int64_t at = -7;
	struct lg_error err;

	assert_int_equal(lg_instant_parse(text, strlen(text), &at, &err),
			 LG_OK);
	return at;
}

static void expect_shown(const char *at, const char *from, int32_t east_s,
			 const char *wanted)
{
	const struct lg_zone place = {&east_s, fixed};
	char text[LG_TIME_SIZE];

	lg_time_format(instant(at), instant(from), &place, text);
	assert_string_equal(text, wanted);
}

static void times_for_people(void **state)
{
	const char *ten = "2026-11-22T22:00:59Z";

	expect_shown(ten, "2026-11-22T20:00:00Z", 0, "22:00 UTC");
	expect_shown(ten, "2026-11-22T20:00:00Z", 3600, "23:00");
	expect_shown(ten, "2026-11-23T02:30:00Z", 7200, "00:00");
	expect_shown(ten, "2026-11-22T02:00:59Z", 7200, "2026-11-23 00:00");
	expect_shown(ten, "2026-11-24T02:00:59Z", 0, "2026-11-22 22:00 UTC");
	expect_shown(ten, "2026-11-22T02:01:00Z", -12600, "18:30");
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("durations are numbers with units", durations_read),
		suite_row("what is no duration is refused, output untouched",
			  durations_refused),
		suite_row("a duration is written without its zero parts",
			  durations_format),
		suite_row("RFC 3339 times are read", times_read),
		suite_row("what is no time is refused, output untouched",
			  times_refused),
		suite_row("HH:MM is the next one of the local zone",
			  next_time_of_day),
		suite_row("HH:MM on the days the clock changes", clock_changes),
		suite_row("people read the time of day, with the day where it "
			  "is far, and UTC where that is the zone",
			  times_for_people),
	};

	return suite_run(rows);
}
