/* SPDX-License-Identifier: ISC */
/*
 * cron_line.c - a calendar of systemd as the five fields of cron
 */
#include "app/calendar/cron_line.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	const char *fields;
} named[] = {
	{"hourly", "0 * * * *"},
	{"daily", "0 0 * * *"},
	{"weekly", "0 0 * * 1"},
	{"monthly", "0 0 1 * *"},
};

static enum lg_status cannot(const char *calendar, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "\"%s\": cron cannot say this calendar; cron can "
			    "say \"Sun 02:00\", \"Mon..Fri 22:00\", \"*-*-01 "
			    "03:30\"",
			    calendar);
}

/* Sunday is 0; -1 for another word. */
static int read_weekday(const char *word, size_t len)
{
	static const char *const name[] = {"Sunday",    "Monday",   "Tuesday",
					   "Wednesday", "Thursday", "Friday",
					   "Saturday"};

	for (int i = 0; i < 7; i++) {
		if ((len == 3 || len == strlen(name[i])) &&
		    strncasecmp(word, name[i], len) == 0)
			return i;
	}
	return -1;
}

/* Sun,Mon..Fri as 0,1-5. A range may go over the end of the week. */
static int read_days(const char *text, size_t len, struct lg_buffer *out)
{
	size_t at = 0;

	while (at < len) {
		size_t item = 0, first;
		int from, to;

		while (at + item < len && text[at + item] != ',')
			item++;
		for (first = 0; first < item; first++) {
			if (text[at + first] == '.')
				break;
		}
		from = to = read_weekday(text + at, first);
		if (first < item) {
			if (item - first < 2 || text[at + first + 1] != '.')
				return 0;
			to = read_weekday(text + at + first + 2,
					  item - first - 2);
		}
		if (from < 0 || to < 0)
			return 0;
		if (at > 0)
			lg_buffer_char(out, ',');
		lg_buffer_format(out, "%d", from);
		/* cron's Sunday is also 7. */
		if (to != from)
			lg_buffer_format(out, "-%d", to < from ? to + 7 : to);
		if (to < from && to > 0)
			return 0;
		at += item + 1;
	}
	return len > 0 && text[len - 1] != ',';
}

/* A number of one or two digits up to max, or "*" as -1. */
static int read_number(const char **text, int max, int *out_number)
{
	int number = 0, digits = 0;

	if (**text == '*') {
		++*text;
		*out_number = -1;
		return 1;
	}
	for (; **text >= '0' && **text <= '9' && digits < 2; ++*text, digits++)
		number = number * 10 + (**text - '0');
	*out_number = number;
	return digits > 0 && number <= max;
}

static int read_date(const char *text, int *out_month, int *out_day)
{
	if (text[0] == '*' && text[1] == '-')
		text += 2;
	return read_number(&text, 12, out_month) && *text++ == '-' &&
	       read_number(&text, 31, out_day) && *text == '\0' &&
	       *out_month != 0 && *out_day != 0;
}

static int read_clock(const char *text, int *out_hour, int *out_minute)
{
	if (!read_number(&text, 23, out_hour) || *text++ != ':' ||
	    !read_number(&text, 59, out_minute))
		return 0;
	return *text == '\0' || strcmp(text, ":00") == 0;
}

/* The next word, which is cut off; NULL at the end. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " ");
	size_t len = strcspn(word, " ");

	*rest = word + len + (word[len] != '\0');
	word[len] = '\0';
	return len > 0 ? word : NULL;
}

static void put_field(struct lg_buffer *out, int number)
{
	if (number < 0)
		lg_buffer_text(out, "* ");
	else
		lg_buffer_format(out, "%d ", number);
}

enum lg_status lg_cron_fields(const char *calendar, struct lg_buffer *out_text,
			      struct lg_error *err)
{
	char words[128];
	char *word[4];
	char *rest = words;
	struct lg_buffer days = {0};
	int count = 0, at = 0, hour, minute, month = -1, day = -1;
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (strcasecmp(calendar, named[i].name) == 0) {
			lg_buffer_text(out_text, named[i].fields);
			return lg_buffer_status(out_text, err);
		}
	}
	if (strlen(calendar) >= sizeof(words))
		return cannot(calendar, err);
	memcpy(words, calendar, strlen(calendar) + 1);
	while (count < 4 && (word[count] = next_word(&rest)) != NULL)
		count++;
	if (count > 0 && read_days(word[0], strlen(word[0]), &days))
		at = 1;
	else
		lg_buffer_clear(&days);
	if (count - at == 2 && read_date(word[at], &month, &day))
		at++;
	/* cron takes either of day and weekday, systemd wants both. */
	if (count - at != 1 || !read_clock(word[at], &hour, &minute) ||
	    (days.len > 0 && (month >= 0 || day >= 0))) {
		status = cannot(calendar, err);
	} else {
		put_field(out_text, minute);
		put_field(out_text, hour);
		put_field(out_text, day);
		put_field(out_text, month);
		lg_buffer_text(out_text, days.len > 0 ? days.data : "*");
		status = lg_buffer_status(out_text, err);
	}
	lg_buffer_release(&days);
	return status;
}

static int is_plain(const char *word)
{
	return *word != '\0' &&
	       strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
			    "YZ0123456789_-+=:,./@") == strlen(word);
}

void lg_cron_word(const char *word, struct lg_buffer *out_text)
{
	if (is_plain(word)) {
		lg_buffer_text(out_text, word);
		return;
	}
	lg_buffer_char(out_text, '\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			lg_buffer_text(out_text, "'\\''");
		else if (*word == '%')
			lg_buffer_text(out_text, "'\\%'");
		else
			lg_buffer_char(out_text, *word);
	}
	lg_buffer_char(out_text, '\'');
}
