/* SPDX-License-Identifier: ISC */
/*
 * instant.c - RFC 3339 without the C library's time zones
 *
 * Days are counted in the proleptic Gregorian calendar with years that begin
 * in March, so that the leap day is the last of its year.
 */
#include "base/instant.h"

#include <string.h>

#define DAY_S 86400
#define FIRST_S INT64_C(-62167219200) /* 0000-01-01T00:00:00Z */
#define LAST_S INT64_C(253402300799)  /* 9999-12-31T23:59:59Z */

static int64_t days_from_civil(int64_t year, int month, int day)
{
	int64_t era;
	int64_t of_era;
	int64_t of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	of_era = (year - era * 400) * 365 + (year - era * 400) / 4 -
		 (year - era * 400) / 100 + of_year;
	return era * 146097 + of_era - 719468;
}

static void put(char *out, int64_t number, int digits)
{
	while (digits > 0) {
		out[--digits] = (char)('0' + number % 10);
		number /= 10;
	}
}

void lg_instant_format(int64_t wall_s, char out_text[LG_INSTANT_SIZE])
{
	int64_t days;
	int64_t rest;
	int64_t era;
	int64_t of_era;
	int64_t year;
	int64_t of_year;
	int64_t month;

	if (wall_s < FIRST_S)
		wall_s = FIRST_S;
	if (wall_s > LAST_S)
		wall_s = LAST_S;
	days = wall_s / DAY_S;
	rest = wall_s % DAY_S;
	if (rest < 0) {
		rest += DAY_S;
		days--;
	}
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = days - era * 146097;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
	       365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	memcpy(out_text, "0000-00-00T00:00:00Z", LG_INSTANT_SIZE);
	put(out_text + 8, of_year - (153 * month + 2) / 5 + 1, 2);
	month += month < 10 ? 3 : -9;
	put(out_text, year + era * 400 + (month <= 2), 4);
	put(out_text + 5, month, 2);
	put(out_text + 11, rest / 3600, 2);
	put(out_text + 14, rest / 60 % 60, 2);
	put(out_text + 17, rest % 60, 2);
}

/* Reads digits at *at and, where after is not 0, that character. */
static int take(const char *text, size_t len, size_t *at, int digits,
		char after, int *out_number)
{
	int number = 0;

	for (; digits > 0; digits--, ++*at) {
		if (*at >= len || text[*at] < '0' || text[*at] > '9')
			return 0;
		number = number * 10 + (text[*at] - '0');
	}
	if (after) {
		if (*at >= len || text[*at] != after)
			return 0;
		++*at;
	}
	*out_number = number;
	return 1;
}

static int take_offset(const char *text, size_t len, size_t *at,
		       int *out_offset_s)
{
	int sign;
	int hours;
	int minutes;

	if (*at >= len)
		return 0;
	if (text[*at] == 'Z' || text[*at] == 'z') {
		++*at;
		*out_offset_s = 0;
		return 1;
	}
	if (text[*at] != '+' && text[*at] != '-')
		return 0;
	sign = text[(*at)++] == '-' ? -1 : 1;
	if (!take(text, len, at, 2, ':', &hours) ||
	    !take(text, len, at, 2, 0, &minutes) || hours > 23 || minutes > 59)
		return 0;
	*out_offset_s = sign * (hours * 3600 + minutes * 60);
	return 1;
}

enum lg_status lg_instant_parse(const char *text, size_t len,
				int64_t *out_wall_s, struct lg_error *err)
{
	static const int days_in[] = {31, 29, 31, 30, 31, 30,
				      31, 31, 30, 31, 30, 31};
	size_t at = 0;
	int year;
	int month;
	int day;
	int hour;
	int minute;
	int second;
	int offset_s;
	int is_leap;

	if (!take(text, len, &at, 4, '-', &year) ||
	    !take(text, len, &at, 2, '-', &month) ||
	    !take(text, len, &at, 2, 0, &day) || at >= len ||
	    (text[at] != 'T' && text[at] != 't' && text[at] != ' '))
		goto syntax;
	at++;
	if (!take(text, len, &at, 2, ':', &hour) ||
	    !take(text, len, &at, 2, ':', &minute) ||
	    !take(text, len, &at, 2, 0, &second))
		goto syntax;
	if (at < len && text[at] == '.') {
		size_t first = ++at;

		while (at < len && text[at] >= '0' && text[at] <= '9')
			at++;
		if (at == first)
			goto syntax;
	}
	if (!take_offset(text, len, &at, &offset_s) || at != len)
		goto syntax;
	is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	if (month < 1 || month > 12 || day < 1 || day > days_in[month - 1] ||
	    (month == 2 && day == 29 && !is_leap) || hour > 23 || minute > 59 ||
	    second > 60)
		return lg_error_set(err, LG_ERR_RANGE, NULL,
				    "\"%.*s\" is not a time that exists",
				    len > 64 ? 64 : (int)len, text);
	if (second == 60)
		second = 59;
	*out_wall_s = days_from_civil(year, month, day) * DAY_S + hour * 3600 +
		      minute * 60 + second - offset_s;
	return LG_OK;
syntax:
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "\"%.*s\" is not a time; a time looks like "
			    "2026-11-22T03:00:00Z",
			    len > 64 ? 64 : (int)len, text);
}
