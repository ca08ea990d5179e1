/* SPDX-License-Identifier: ISC */
/*
 * duration.h - durations and times as an administrator writes them
 *
 * Layer: core; now and the local zone are parameters, no clock is read.
 * Source: contract 4 "Durations", "Times"; contract 7 "JSON".
 */
#ifndef LOGONGATE_DURATION_H
#define LOGONGATE_DURATION_H

#include <stdint.h>

#include <logongate/buffer.h>

/*
 * Reads "90s", "15m", "2h30m", "1d".
 * Shape: one or more NUMBER UNIT; units d, h, m, s, from large to small, each
 * at most once.
 * Returns: LG_OK; LG_ERR_SYNTAX; LG_ERR_RANGE beyond LG_DURATION_MAX_S.
 */
#define LG_DURATION_MAX_S INT64_C(3155760000) /* a hundred years */
enum lg_status lg_duration_parse(const char *text, size_t len,
				 int64_t *out_seconds, struct lg_error *err);

/* "1d2h30m5s" without the parts that are 0; "0s" for nothing. */
void lg_duration_format(int64_t seconds, struct lg_buffer *out_text);

/* The local zone: seconds east of UTC at a moment. */
struct lg_zone {
	void *context;
	int32_t (*offset_s)(void *context, int64_t at_s);
};

/*
 * Reads RFC 3339 ("2026-11-22T06:00:00+01:00"), or "HH:MM" of the local zone:
 * the next one after now_s. A local time that a change of the clock skips
 * stands for the moment that many minutes after the change; of one that comes
 * twice the first that is still to come.
 * Units: seconds since 1970 UTC; as lg_instant_parse.
 * Returns: LG_OK; LG_ERR_SYNTAX; LG_ERR_RANGE, a field outside its range.
 */
enum lg_status lg_time_parse(const char *text, size_t len, int64_t now_s,
			     const struct lg_zone *zone, int64_t *out_s,
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

#endif
