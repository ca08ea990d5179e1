/* SPDX-License-Identifier: ISC */
/*
 * local_time.c - times of the local zone
 *
 * A local time is the seconds that a clock on the wall shows, counted as if
 * they were UTC. Each day may hold it once, twice (the clock goes back) or
 * never (it goes forward); the days around now are tried one by one.
 */
#include <string.h>

#include "base/ascii.h"
#include "base/instant.h"
#include "base/local_time.h"

enum {
	MINUTE_S = 60,
	HOUR_S = 3600,
	DAY_S = 86400,
	WEEK_DAYS = 7,
	/* closer than this a time of day needs no day */
	NAMELESS_S = 20 * HOUR_S
};

static const char *const weekday[WEEK_DAYS] = {
	"sunday",   "monday", "tuesday", "wednesday",
	"thursday", "friday", "saturday"};

/* Which day a time is of. */
struct day {
	enum {
		ANY_DAY,
		OF_THE_WEEK,
		FROM_TODAY,
		DATE
	} kind;
	int64_t number; /* of the week, from today, or since 1970 */
};

struct written {
	struct day day;
	int64_t time_of_day;
};

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int printed(size_t len)
{
	return len > 64 ? 64 : (int)len;
}

static enum lg_status bad_time(const char *text, size_t len,
			       enum lg_time_sense sense, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "\"%.*s\" is not a time; write 22:00, %s, "
			    "\"2026-11-22 06:00\" or "
			    "2026-11-22T06:00:00+01:00",
			    printed(len), text,
			    sense == LG_TIME_NEXT
				    ? "Sat 22:00, tomorrow 06:00"
				    : "today, Sat, yesterday 06:00, a span "
				      "such as 7d");
}

/* HH:MM or HH:MM:SS; -1 for another text, -2 for a time that no day has. */
static int64_t read_time_of_day(const char *text, size_t len)
{
	int64_t field[3] = {0};

	if (len != strlen("HH:MM") && len != strlen("HH:MM:SS"))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (i % 3 == 2 ? text[i] != ':' : !lg_ascii_is_digit(text[i]))
			return -1;
		if (i % 3 != 2)
			field[i / 3] = field[i / 3] * 10 + (text[i] - '0');
	}
	if (field[0] > 23 || field[1] > 59 || field[2] > 59)
		return -2;
	return field[0] * HOUR_S + field[1] * MINUTE_S + field[2];
}

static enum lg_status read_date(const char *text, struct day *out_day,
				struct lg_error *err)
{
	char midnight[] = "2026-11-22T00:00:00Z";
	int64_t at_s;
	enum lg_status status;

	memcpy(midnight, text, strlen("2026-11-22"));
	status = lg_instant_parse(midnight, strlen(midnight), &at_s, err);
	if (status != LG_OK)
		return lg_error_set(err, status, NULL,
				    "\"%.10s\" is not a day that exists; a "
				    "date is written 2026-11-22",
				    text);
	out_day->kind = DATE;
	out_day->number = floor_div(at_s, DAY_S);
	return LG_OK;
}

/* 1 when the word names a day; dates are read_date's. */
static int read_day(const char *word, size_t len, struct day *out_day)
{
	static const char *const near[] = {"yesterday", "today", "tomorrow"};
	char shorter[4] = {0};

	for (int i = 0; i < 3; i++) {
		if (lg_ascii_is(word, len, near[i])) {
			out_day->kind = FROM_TODAY;
			out_day->number = i - 1;
			return 1;
		}
	}
	for (int i = 0; i < WEEK_DAYS; i++) {
		memcpy(shorter, weekday[i], 3);
		if (lg_ascii_is(word, len, weekday[i]) ||
		    lg_ascii_is(word, len, shorter)) {
			out_day->kind = OF_THE_WEEK;
			out_day->number = i;
			return 1;
		}
	}
	return 0;
}

static int looks_like_date(const char *text, size_t len)
{
	return len == strlen("2026-11-22") && text[4] == '-' &&
	       text[7] == '-' && lg_ascii_is_digit(text[0]);
}

static enum lg_status read_written(const char *text, size_t len,
				   enum lg_time_sense sense,
				   struct written *written,
				   struct lg_error *err)
{
	const char *blank = len > 0 ? memchr(text, ' ', len) : NULL;
	size_t word = blank != NULL ? (size_t)(blank - text) : len;
	enum lg_status status;

	if (blank == NULL && looks_like_date(text, len))
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "\"%.*s\" is a day without a time; write "
				    "\"%.*s 06:00\"",
				    printed(len), text, printed(len), text);
	if (blank == NULL && len > 10 && looks_like_date(text, 10))
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "\"%.*s\" is not a time; with a T it needs "
				    "seconds and an offset "
				    "(2026-11-22T06:00:00+01:00), for local "
				    "time write \"2026-11-22 06:00\"",
				    printed(len), text);
	/* Yesterday is over: who says it may mean either end of it. */
	if (blank == NULL && sense == LG_TIME_LAST &&
	    read_day(text, len, &written->day) && written->day.number >= 0)
		return LG_OK;
	if (blank != NULL && looks_like_date(text, word)) {
		status = read_date(text, &written->day, err);
		if (status != LG_OK)
			return status;
	} else if (blank != NULL && !read_day(text, word, &written->day)) {
		return bad_time(text, len, sense, err);
	}
	if (blank != NULL)
		word++;
	else
		word = 0;
	written->time_of_day = read_time_of_day(text + word, len - word);
	if (written->time_of_day == -1)
		return bad_time(text, len, sense, err);
	if (written->time_of_day < 0)
		return lg_error_set(err, LG_ERR_RANGE, NULL,
				    "\"%.*s\": there is no such time of day",
				    printed(len), text);
	return LG_OK;
}

/* The first moment in (from_s, to_s] whose offset is not that of from_s. */
static int64_t change_between(int64_t from_s, int64_t to_s,
			      const struct lg_zone *zone)
{
	int32_t offset = zone->offset_s(zone->context, from_s);

	while (to_s - from_s > 1) {
		int64_t middle = from_s + (to_s - from_s) / 2;

		if (zone->offset_s(zone->context, middle) == offset)
			from_s = middle;
		else
			to_s = middle;
	}
	return to_s;
}

/* The moments at which the clock shows a local time, in order: 1 or 2. */
static size_t find_moments(int64_t local_s, const struct lg_zone *zone,
			   int64_t out_s[2], enum lg_time_change *out_change)
{
	int32_t about = zone->offset_s(zone->context, local_s);
	/* A zone may skip a whole day; none changes twice in three. */
	int32_t before = zone->offset_s(zone->context,
					local_s - about - DAY_S - DAY_S / 2);
	int32_t after = zone->offset_s(zone->context,
				       local_s - about + DAY_S + DAY_S / 2);
	int32_t offset[2] = {before, after};
	size_t count = 0;

	for (size_t i = 0; i < (before == after ? 1 : 2); i++) {
		int64_t at_s = local_s - offset[i];

		if (zone->offset_s(zone->context, at_s) == offset[i])
			out_s[count++] = at_s;
	}
	*out_change = count == 2 ? LG_TIME_TWICE : LG_TIME_ONCE;
	if (count == 0) {
		int64_t early = before > after ? before : after;
		int64_t late = before > after ? after : before;

		out_s[count++] =
			change_between(local_s - early, local_s - late, zone);
		*out_change = LG_TIME_SKIPPED;
	}
	return count;
}

static int is_of_day(const struct day *day, int64_t number, int64_t today)
{
	int64_t of_week = (number + 4) % WEEK_DAYS;

	switch (day->kind) {
	case ANY_DAY:
		break;
	case OF_THE_WEEK:
		if (of_week < 0)
			of_week += WEEK_DAYS;
		return of_week == day->number;
	case FROM_TODAY:
		return number == today + day->number;
	case DATE:
		return number == day->number;
	}
	return 1;
}

/* 1 with the moment that is meant; 0 where none lies on the right side. */
static int find(const struct written *written, int64_t now_s,
		enum lg_time_sense sense, const struct lg_zone *zone,
		struct lg_moment *out_moment)
{
	int32_t east_s = zone->offset_s(zone->context, now_s);
	int64_t today = floor_div(now_s + east_s, DAY_S);
	int64_t step = sense == LG_TIME_NEXT ? 1 : -1;
	int64_t day = today - step;
	int64_t end = today + step * (WEEK_DAYS + 2);

	if (written->day.kind == DATE) {
		day = written->day.number;
		end = day + step;
	}
	for (; day != end; day += step) {
		struct lg_moment moment;
		int64_t at_s[2];
		size_t count;

		if (!is_of_day(&written->day, day, today))
			continue;
		count = find_moments(day * DAY_S + written->time_of_day, zone,
				     at_s, &moment.change);
		for (size_t i = 0; i < count; i++) {
			moment.at_s = at_s[i];
			if (sense == LG_TIME_NEXT ? at_s[i] > now_s
						  : at_s[i] <= now_s) {
				*out_moment = moment;
				return 1;
			}
		}
	}
	return 0;
}

enum lg_status lg_time_parse(const char *text, size_t len, int64_t now_s,
			     enum lg_time_sense sense,
			     const struct lg_zone *zone,
			     struct lg_moment *out_moment, struct lg_error *err)
{
	struct written written = {0};
	char now[LG_TIME_FULL_SIZE];
	int64_t at_s;
	enum lg_status status = lg_instant_parse(text, len, &at_s, err);

	if (status == LG_OK) {
		if (sense == LG_TIME_NEXT ? at_s < now_s : at_s > now_s)
			goto wrong_side;
		out_moment->at_s = at_s;
		out_moment->change = LG_TIME_ONCE;
		return LG_OK;
	}
	if (status != LG_ERR_SYNTAX)
		return status;
	status = read_written(text, len, sense, &written, err);
	if (status != LG_OK)
		return status;
	if (find(&written, now_s, sense, zone, out_moment))
		return LG_OK;
wrong_side:
	lg_time_format_full(now_s, zone, now);
	return lg_error_set(
		err, LG_ERR_RANGE, NULL, "\"%.*s\" is %s; it is %s now",
		printed(len), text,
		sense == LG_TIME_NEXT ? "in the past" : "still to come", now);
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

void lg_time_format_full(int64_t wall_s, const struct lg_zone *zone,
			 char out_text[LG_TIME_FULL_SIZE])
{
	static const char name[] = "SunMonTueWedThuFriSat";
	int32_t east = zone->offset_s(zone->context, wall_s);
	int32_t minutes = (east < 0 ? -east : east) / MINUTE_S;
	int64_t day = (floor_div(wall_s + east, DAY_S) + 4) % WEEK_DAYS;
	char text[LG_INSTANT_SIZE];

	if (day < 0)
		day += WEEK_DAYS;
	lg_instant_format(wall_s + east, text);
	text[strlen("2026-11-23")] = ' ';
	memcpy(out_text, name + 3 * day, 3);
	out_text[3] = ' ';
	memcpy(out_text + 4, text, strlen("2026-11-23 06:00:00"));
	out_text += 4 + strlen("2026-11-23 06:00:00");
	out_text[0] = east < 0 ? '-' : '+';
	out_text[1] = (char)('0' + minutes / 60 / 10);
	out_text[2] = (char)('0' + minutes / 60 % 10);
	out_text[3] = ':';
	out_text[4] = (char)('0' + minutes % 60 / 10);
	out_text[5] = (char)('0' + minutes % 10);
	out_text[6] = '\0';
}
