/* SPDX-License-Identifier: ISC */
/*
 * duration.c - durations as an administrator writes them
 */
#include "base/ascii.h"
#include "base/duration.h"

enum {
	MINUTE_S = 60,
	HOUR_S = 3600,
	DAY_S = 86400,
	WEEK_S = 7 * DAY_S
};

static enum lg_status bad_duration(const char *text, size_t len,
				   struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "\"%.*s\" is not a duration; write 90s, 15m, "
			    "2h30m, 1d or 1w",
			    (int)(len > 64 ? 64 : len), text);
}

/* The seconds of a unit letter; 0 for none. */
static int64_t unit_seconds(char unit)
{
	switch (unit) {
	case 'w':
		return WEEK_S;
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

		for (; at < len && lg_ascii_is_digit(text[at]); at++)
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

	if (seconds <= 0) {
		lg_buffer_text(out_text, "0s");
		return;
	}
	for (size_t i = 0; i < sizeof(unit); i++) {
		int64_t size = unit_seconds(unit[i]);

		if (seconds >= size)
			lg_buffer_format(out_text, "%lld%c",
					 (long long)(seconds / size), unit[i]);
		seconds %= size;
	}
}
