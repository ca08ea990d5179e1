/* SPDX-License-Identifier: ISC */
/*
 * local_time.h - times as an administrator writes and reads them
 *
 * Layer: base; now and the local zone are parameters, no clock is read.
 * Source: contract 4 "Times", 11 "Times", 12 "Times and run".
 */
#ifndef LOGONGATE_BASE_LOCAL_TIME_H
#define LOGONGATE_BASE_LOCAL_TIME_H

#include <stddef.h>
#include <stdint.h>

#include <logongate/error.h>

/* The local zone: seconds east of UTC at a moment. */
struct lg_zone {
	void *context;
	int32_t (*offset_s)(void *context, int64_t at_s);
};

/* Which of the moments that a clock shows a time at is meant. */
enum lg_time_sense {
	LG_TIME_NEXT, /* the first one ahead: ends and beginnings */
	LG_TIME_LAST  /* the last one behind: --since */
};

/* What the change of the clock did to a local time. */
enum lg_time_change {
	LG_TIME_ONCE,   /* nothing */
	LG_TIME_TWICE,  /* it comes twice, as in autumn */
	LG_TIME_SKIPPED /* it does not come, as in spring */
};

/* A time as it was understood. */
struct lg_moment {
	int64_t at_s; /* seconds since 1970 UTC */
	enum lg_time_change change;
};

/*
 * Reads a time.
 * Shape: RFC 3339 ("2026-11-22T06:00:00+01:00"), or of the local zone
 * [DAY" "]HH:MM[:SS]; DAY is YYYY-MM-DD, today, tomorrow, yesterday, or an
 * English day of the week, three letters or whole, in any case. For LAST
 * today and a day of the week may stand alone: their midnight.
 * A local time that the clock skips is the first moment after the gap. One
 * that comes twice is the first that is still ahead; for LAST the earlier.
 * Returns: LG_OK; LG_ERR_SYNTAX; LG_ERR_RANGE, a field outside its range, a
 * moment that is past for NEXT or still ahead for LAST.
 */
enum lg_status lg_time_parse(const char *text, size_t len, int64_t now_s,
			     enum lg_time_sense sense,
			     const struct lg_zone *zone,
			     struct lg_moment *out_moment,
			     struct lg_error *err);

/* "2026-11-23 06:00 UTC" and its NUL. */
#define LG_TIME_SIZE 24

/*
 * A time for people: "22:00", with the day, "2026-11-23 06:00", where it is
 * most of a day or more away from from_s; " UTC" behind it where that is the
 * zone. Seconds are dropped.
 */
void lg_time_format(int64_t wall_s, int64_t from_s, const struct lg_zone *zone,
		    char out_text[LG_TIME_SIZE]);

/* "Sun 2026-10-25 02:30:00+01:00" and its NUL. */
#define LG_TIME_FULL_SIZE 32

/* A time that cannot be mistaken: the day, the seconds, the offset. What
 * stands behind the day's name is RFC 3339 with a blank. */
void lg_time_format_full(int64_t wall_s, const struct lg_zone *zone,
			 char out_text[LG_TIME_FULL_SIZE]);

#endif
