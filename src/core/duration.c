/* SPDX-License-Identifier: ISC */
/*
 * Durations and times.
 *
 * A local HH:MM is looked for on the days around now: each day may hold it
 * once, twice (the clock goes back) or never (it goes forward); the earliest
 * moment after now is the answer.
 */
#include <string.h>

#include <logongate/duration.h>
#include <logongate/instant.h>

enum {
	MINUTE_S = 60,
	HOUR_S = 3600,
	DAY_S = 86400,
	/* closer than this a time of day needs no day */
	NAMELESS_S = 20 * HOUR_S
};

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static enum lg_status bad_duration(const char *text, size_t len,
				   struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "\"%.*s\" is no duration; write 90s, 15m, 2h30m "
			    "or 1d",
			    (int)(len > 64 ? 64 : len), text);
}

/* The seconds of a unit letter; 0 for none. */
static int64_t unit_seconds(char unit)
{
	switch (unit) {
	case 'd':
		return DAY_S;
	case 'h':
		return HOUR_S;
	case 'm':
		return MINUTE_S;
	case 's':
		return 1;
	}
	return 0;
}

enum lg_status lg_duration_parse(const char *text, size_t len,
				 int64_t *out_seconds, struct lg_error *err)
{
	int64_t total = 0;
	int64_t previous = INT64_MAX;
	size_t at = 0;

	if (!len)
		return bad_duration(text, len, err);
	while (at < len) {
		int64_t number = 0;
		int64_t unit;
		size_t first = at;

		for (; at < len && is_digit(text[at]); at++)
			if (number <= LG_DURATION_MAX_S)
				number = number * 10 + (text[at] - '0');
		unit = at < len && at > first ? unit_seconds(text[at]) : 0;
		if (!unit || unit >= previous)
			return bad_duration(text, len, err);
		at++;
		previous = unit;
		if (number > LG_DURATION_MAX_S / unit ||
		    total > LG_DURATION_MAX_S - number * unit)
			return lg_error_set(err, LG_ERR_RANGE, NULL,
					    "\"%.*s\" is over a hundred years",
					    (int)(len > 64 ? 64 : len), text);
		total += number * unit;
	}
	*out_seconds = total;
	return LG_OK;
}

void lg_duration_format(int64_t seconds, struct lg_buffer *out_text)
{
	static const char unit[] = {'d', 'h', 'm', 's'};
	size_t i;

	if (seconds <= 0) {
		lg_buffer_text(out_text, "0s");
		return;
	}
	for (i = 0; i < sizeof(unit); i++) {
		int64_t size = unit_seconds(unit[i]);

		if (seconds >= size)
			lg_buffer_format(out_text, "%lld%c",
					 (long long)(seconds / size), unit[i]);
		seconds %= size;
	}
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Digits of exactly this width at *at; -1 when they are not there. */
static int64_t field(const char *text, size_t len, size_t *at, size_t width)
{
	int64_t number = 0;
	size_t end = *at + width;

	if (end > len)
		return -1;
	for (; *at < end; ++*at) {
		if (!is_digit(text[*at]))
			return -1;
		number = number * 10 + (text[*at] - '0');
	}
	return number;
}

static int literal(const char *text, size_t len, size_t *at, const char *any)
{
	if (*at >= len || !text[*at] || !strchr(any, text[*at]))
		return 0;
	++*at;
	return 1;
}

static enum lg_status bad_time(const char *text, size_t len,
			       struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "\"%.*s\" is no time; write HH:MM (the next one) "
			    "or 2026-11-22T06:00:00+01:00",
			    (int)(len > 64 ? 64 : len), text);
}

/* The earliest moment after now_s at which local clocks show this time. */
static int64_t next_local(int64_t time_of_day, int64_t now_s,
			  const struct lg_zone *zone)
{
	int32_t now_offset = zone->offset_s(zone->context, now_s);
	int64_t today = floor_div(now_s + now_offset, DAY_S);
	int64_t best = INT64_MAX;
	int64_t day;

	for (day = today - 1; day <= today + 2; day++) {
		int64_t local = day * DAY_S + time_of_day;
		int32_t before = zone->offset_s(zone->context,
						local - now_offset - DAY_S);
		int32_t after = zone->offset_s(zone->context,
					       local - now_offset + DAY_S);
		int32_t offset[2] = {before, after};
		int found = 0;
		size_t i;

		for (i = 0; i < 2; i++) {
			int64_t at = local - offset[i];

			if (zone->offset_s(zone->context, at) != offset[i])
				continue;
			found = 1;
			if (at > now_s && at < best)
				best = at;
		}
		/* Skipped by the clock: as if it had not been changed. */
		if (!found && local - before > now_s && local - before < best)
			best = local - before;
	}
	return best;
}

enum lg_status lg_time_parse(const char *text, size_t len, int64_t now_s,
			     const struct lg_zone *zone, int64_t *out_s,
			     struct lg_error *err)
{
	enum lg_status status;
	size_t at = 0;
	int64_t hour;
	int64_t minute;

	if (len != strlen("HH:MM")) {
		status = lg_instant_parse(text, len, out_s, err);
		return status == LG_ERR_SYNTAX ? bad_time(text, len, err)
					       : status;
	}
	hour = field(text, len, &at, 2);
	if (hour < 0 || !literal(text, len, &at, ":"))
		return bad_time(text, len, err);
	minute = field(text, len, &at, 2);
	if (minute < 0)
		return bad_time(text, len, err);
	if (hour > 23 || minute > 59)
		return lg_error_set(err, LG_ERR_RANGE, NULL,
				    "\"%.*s\": there is no such time of day",
				    (int)len, text);
	*out_s = next_local(hour * HOUR_S + minute * MINUTE_S, now_s, zone);
	return LG_OK;
}

void lg_time_format(int64_t wall_s, int64_t from_s, const struct lg_zone *zone,
		    char out_text[LG_TIME_SIZE])
{
	int64_t apart = wall_s < from_s ? from_s - wall_s : wall_s - from_s;
	int64_t east = zone->offset_s(zone->context, wall_s);
	char text[LG_INSTANT_SIZE];
	size_t used = 0;

	lg_instant_format(wall_s + east, text);
	if (apart >= NAMELESS_S) {
		memcpy(out_text, text, strlen("2026-11-23"));
		used = strlen("2026-11-23");
		out_text[used++] = ' ';
	}
	memcpy(out_text + used, text + strlen("2026-11-23T"), strlen("06:00"));
	used += strlen("06:00");
	memcpy(out_text + used, east ? "" : " UTC", east ? 1 : sizeof(" UTC"));
}
