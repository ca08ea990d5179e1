/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/base/local_time.h, over the zones of the C library:
 * rules in TZ, no zone files.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "suite.h"

#include "base/instant.h"
#include "base/local_time.h"

#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"
#define NEW_YORK "EST5EDT,M3.2.0,M11.1.0"
/* Changes by half an hour. */
#define LORD_HOWE "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"
/* In the south it is summer at the end of the year. */
#define CHATHAM "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45"
/* A rule of its own clock: at midnight, so that 00:30 does not come. */
#define MIDNIGHT "<-04>4<-03>,M10.3.0/0,M2.3.0/0"

static int32_t offset_s(void *context, int64_t at_s)
{
	time_t at = (time_t)at_s;
	struct tm tm;

	return (int32_t)localtime_r(&at, &tm)->tm_gmtoff;
}

static const struct lg_zone zone = {NULL, offset_s};

static void set_zone(const char *rule)
{
	setenv("TZ", rule, 1);
	tzset();
}

static int64_t instant(const char *text)
{
	int64_t at = -7;
	struct lg_error err;

	assert_int_equal(lg_instant_parse(text, strlen(text), &at, &err),
			 LG_OK);
	return at;
}

struct row {
	const char *zone;
	const char *now; /* RFC 3339 */
	const char *text;
	const char *wanted; /* as lg_time_format_full; NULL: wrong side */
};

static void expect(const struct row *row, enum lg_time_sense sense)
{
	char out[LG_TIME_FULL_SIZE] = "";
	struct lg_moment moment = {-7, LG_TIME_SKIPPED};
	struct lg_error err = {0};
	enum lg_status status;

	set_zone(row->zone);
	status = lg_time_parse(row->text, strlen(row->text), instant(row->now),
			       sense, &zone, &moment, &err);
	if (row->wanted == NULL) {
		if (status != LG_ERR_RANGE)
			fail_msg("%s at %s was taken", row->text, row->now);
		assert_int_equal(moment.at_s, -7);
		assert_true(err.text[0]);
		return;
	}
	if (status != LG_OK)
		fail_msg("%s at %s: %s", row->text, row->now, err.text);
	lg_time_format_full(moment.at_s, &zone, out);
	if (strcmp(out, row->wanted) != 0)
		fail_msg("%s at %s: %s, not %s", row->text, row->now, out,
			 row->wanted);
	/* What was said reads back. */
	assert_int_equal(instant(out + 4), moment.at_s);
}

static void ends_are_ahead(void **state)
{
	static const struct row row[] = {
		{BERLIN, "2026-01-10T13:00:00+01:00", "13:01",
		 "Sat 2026-01-10 13:01:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "13:00",
		 "Sun 2026-01-11 13:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "00:00",
		 "Sun 2026-01-11 00:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "12:59:59",
		 "Sun 2026-01-11 12:59:59+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "Sat 22:00",
		 "Sat 2026-01-10 22:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "sAt 12:00",
		 "Sat 2026-01-17 12:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "FRIDAY 12:00",
		 "Fri 2026-01-16 12:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "today 22:00",
		 "Sat 2026-01-10 22:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "Today 12:00", NULL},
		{BERLIN, "2026-01-10T13:00:00+01:00", "tomorrow 12:00",
		 "Sun 2026-01-11 12:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "yesterday 12:00", NULL},
		{BERLIN, "2026-01-10T13:00:00+01:00", "2026-07-01 06:00",
		 "Wed 2026-07-01 06:00:00+02:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "2026-07-01 06:00:30",
		 "Wed 2026-07-01 06:00:30+02:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "2026-01-10 12:59", NULL},
		{BERLIN, "2026-01-10T13:00:00+01:00",
		 "2026-01-10T12:59:59+01:00", NULL},
		{BERLIN, "2026-01-10T13:00:00+01:00",
		 "2026-11-22T06:00:00+09:30", "Sat 2026-11-21 21:30:00+01:00"},
		{NEW_YORK, "2026-01-10T23:30:00-05:00", "Sun 00:15",
		 "Sun 2026-01-11 00:15:00-05:00"},
		{NEW_YORK, "2026-01-10T23:30:00-05:00", "tomorrow 23:00",
		 "Sun 2026-01-11 23:00:00-05:00"},
		{"UTC0", "2026-01-10T23:30:00Z", "23:45",
		 "Sat 2026-01-10 23:45:00+00:00"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		expect(&row[i], LG_TIME_NEXT);
}

static void doubled_hours(void **state)
{
	static const struct row row[] = {
		{BERLIN, "2026-10-25T01:00:00+02:00", "02:30",
		 "Sun 2026-10-25 02:30:00+02:00"},
		/* in the first 02:xx, behind it */
		{BERLIN, "2026-10-25T02:40:00+02:00", "02:30",
		 "Sun 2026-10-25 02:30:00+01:00"},
		/* in the second 02:xx, before it */
		{BERLIN, "2026-10-25T02:10:00+01:00", "02:30",
		 "Sun 2026-10-25 02:30:00+01:00"},
		{BERLIN, "2026-10-25T02:30:00+01:00", "02:30",
		 "Mon 2026-10-26 02:30:00+01:00"},
		{BERLIN, "2026-10-25T02:10:00+01:00", "today 02:30",
		 "Sun 2026-10-25 02:30:00+01:00"},
		{BERLIN, "2026-10-25T02:10:00+01:00", "2026-10-25 02:30",
		 "Sun 2026-10-25 02:30:00+01:00"},
		{BERLIN, "2026-10-25T02:10:00+01:00", "2026-10-25 02:05", NULL},
		{BERLIN, "2026-10-25T02:10:00+01:00", "Sun 02:05",
		 "Sun 2026-11-01 02:05:00+01:00"},
		{BERLIN, "2026-10-20T12:00:00+02:00", "Sun 02:00",
		 "Sun 2026-10-25 02:00:00+02:00"},
		{BERLIN, "2026-10-20T12:00:00+02:00", "Sun 03:00",
		 "Sun 2026-10-25 03:00:00+01:00"},
		{NEW_YORK, "2026-11-01T01:30:00-04:00", "01:30",
		 "Sun 2026-11-01 01:30:00-05:00"},
		{LORD_HOWE, "2026-04-05T01:50:00+11:00", "01:45",
		 "Sun 2026-04-05 01:45:00+10:30"},
		{CHATHAM, "2026-04-05T03:30:00+13:45", "03:00",
		 "Sun 2026-04-05 03:00:00+12:45"},
		{MIDNIGHT, "2026-02-14T23:40:00-03:00", "23:30",
		 "Sat 2026-02-14 23:30:00-04:00"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		expect(&row[i], LG_TIME_NEXT);
}

static void skipped_hours(void **state)
{
	static const struct row row[] = {
		{BERLIN, "2026-03-29T01:00:00+01:00", "02:30",
		 "Sun 2026-03-29 03:00:00+02:00"},
		{BERLIN, "2026-03-29T01:00:00+01:00", "02:00",
		 "Sun 2026-03-29 03:00:00+02:00"},
		{BERLIN, "2026-03-29T01:00:00+01:00", "03:00",
		 "Sun 2026-03-29 03:00:00+02:00"},
		{BERLIN, "2026-03-29T01:00:00+01:00", "06:00",
		 "Sun 2026-03-29 06:00:00+02:00"},
		{BERLIN, "2026-03-29T03:00:00+02:00", "02:30",
		 "Mon 2026-03-30 02:30:00+02:00"},
		{BERLIN, "2026-03-01T12:00:00+01:00", "2026-03-29 02:59:59",
		 "Sun 2026-03-29 03:00:00+02:00"},
		{NEW_YORK, "2026-03-08T00:00:00-05:00", "02:15",
		 "Sun 2026-03-08 03:00:00-04:00"},
		{LORD_HOWE, "2026-10-04T01:00:00+10:30", "02:15",
		 "Sun 2026-10-04 02:30:00+11:00"},
		{CHATHAM, "2026-09-27T02:00:00+12:45", "03:00",
		 "Sun 2026-09-27 03:45:00+13:45"},
		{MIDNIGHT, "2026-10-17T22:00:00-04:00", "00:30",
		 "Sun 2026-10-18 01:00:00-03:00"},
		{MIDNIGHT, "2026-10-17T22:00:00-04:00", "tomorrow 00:00",
		 "Sun 2026-10-18 01:00:00-03:00"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		expect(&row[i], LG_TIME_NEXT);
}

static void since_looks_back(void **state)
{
	static const struct row row[] = {
		{BERLIN, "2026-01-10T13:00:00+01:00", "13:01",
		 "Fri 2026-01-09 13:01:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "13:00",
		 "Sat 2026-01-10 13:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "Sat 12:00",
		 "Sat 2026-01-10 12:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "Sat 22:00",
		 "Sat 2026-01-03 22:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "today",
		 "Sat 2026-01-10 00:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "mon",
		 "Mon 2026-01-05 00:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "Saturday",
		 "Sat 2026-01-10 00:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "yesterday 22:00",
		 "Fri 2026-01-09 22:00:00+01:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "today 22:00", NULL},
		{BERLIN, "2026-01-10T13:00:00+01:00", "tomorrow 10:00", NULL},
		{BERLIN, "2026-01-10T13:00:00+01:00", "2026-01-10 13:00:01",
		 NULL},
		{BERLIN, "2026-01-10T13:00:00+01:00", "2025-07-01 06:00",
		 "Tue 2025-07-01 06:00:00+02:00"},
		{BERLIN, "2026-01-10T13:00:00+01:00", "2026-01-10T13:00:01Z",
		 NULL},
		/* a doubled one: the earlier */
		{BERLIN, "2026-10-25T12:00:00+01:00", "02:30",
		 "Sun 2026-10-25 02:30:00+02:00"},
		{BERLIN, "2026-10-25T02:10:00+01:00", "02:30",
		 "Sun 2026-10-25 02:30:00+02:00"},
		{BERLIN, "2026-10-25T02:10:00+02:00", "02:30",
		 "Sat 2026-10-24 02:30:00+02:00"},
		/* a skipped one: the first moment after the gap */
		{BERLIN, "2026-03-29T12:00:00+02:00", "02:30",
		 "Sun 2026-03-29 03:00:00+02:00"},
		{MIDNIGHT, "2026-10-18T12:00:00-03:00", "today",
		 "Sun 2026-10-18 01:00:00-03:00"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		expect(&row[i], LG_TIME_LAST);
}

static void changes_are_told(void **state)
{
	static const struct {
		const char *text;
		enum lg_time_change change;
	} row[] = {
		{"2027-10-31 02:30", LG_TIME_TWICE},
		{"2027-10-31 03:00", LG_TIME_ONCE},
		{"2027-03-28 02:30", LG_TIME_SKIPPED},
		{"2027-03-28 03:00", LG_TIME_ONCE},
		{"2027-10-31T02:30:00+01:00", LG_TIME_ONCE},
	};

	set_zone(BERLIN);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_moment moment;

		assert_int_equal(lg_time_parse(row[i].text, strlen(row[i].text),
					       instant("2026-01-01T00:00:00Z"),
					       LG_TIME_NEXT, &zone, &moment,
					       NULL),
				 LG_OK);
		assert_int_equal(moment.change, row[i].change);
	}
}

static void refused(void **state)
{
	static const struct {
		const char *text;
		enum lg_status status;
	} row[] = {
		{"", LG_ERR_SYNTAX},
		{" ", LG_ERR_SYNTAX},
		{"6:00", LG_ERR_SYNTAX},
		{"06:00 ", LG_ERR_SYNTAX},
		{" 06:00", LG_ERR_SYNTAX},
		{"06-00", LG_ERR_SYNTAX},
		{"06:00:0", LG_ERR_SYNTAX},
		{"24:00", LG_ERR_RANGE},
		{"06:60", LG_ERR_RANGE},
		{"06:00:60", LG_ERR_RANGE},
		{"Sat", LG_ERR_SYNTAX},
		{"today", LG_ERR_SYNTAX},
		{"Sat  22:00", LG_ERR_SYNTAX},
		{"Sam 22:00", LG_ERR_SYNTAX},
		{"Satu 22:00", LG_ERR_SYNTAX},
		{"22:00 Sat", LG_ERR_SYNTAX},
		{"2026-11-22", LG_ERR_SYNTAX},
		{"2026-11-22T06:00:00", LG_ERR_SYNTAX},
		{"2026-11-22T06:00Z", LG_ERR_SYNTAX},
		{"22.11.2026 06:00", LG_ERR_SYNTAX},
		{"2026-11-22 06:00Z", LG_ERR_SYNTAX},
		{"2026-13-01T00:00:00Z", LG_ERR_RANGE},
		{"2026-02-29 06:00", LG_ERR_RANGE},
		{"2026-02-28 24:00", LG_ERR_RANGE},
	};

	assert_int_equal(lg_time_parse("yesterday", strlen("yesterday"), 0,
				       LG_TIME_LAST, &zone,
				       &(struct lg_moment){0}, NULL),
			 LG_ERR_SYNTAX);
	set_zone(BERLIN);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_moment moment = {-7, LG_TIME_SKIPPED};
		struct lg_error err = {0};

		assert_int_equal(lg_time_parse(row[i].text, strlen(row[i].text),
					       0, LG_TIME_NEXT, &zone, &moment,
					       &err),
				 row[i].status);
		assert_int_equal(moment.at_s, -7);
		assert_int_equal(moment.change, LG_TIME_SKIPPED);
		assert_true(err.text[0]);
	}
}

static int32_t fixed(void *context, int64_t at_s)
{
	return *(int32_t *)context;
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
		suite_row("an end or a beginning is the next of its kind",
			  ends_are_ahead),
		suite_row("a time that comes twice is the first still ahead",
			  doubled_hours),
		suite_row("a time that does not come is the end of the gap",
			  skipped_hours),
		suite_row("--since is the last of its kind", since_looks_back),
		suite_row("what the change of the clock did is told",
			  changes_are_told),
		suite_row("what is not a time is refused, output untouched",
			  refused),
		suite_row("people read the time of day, with the day where it "
			  "is far, and UTC where that is the zone",
			  times_for_people),
	};

	return suite_run(rows);
}
