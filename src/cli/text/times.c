/* SPDX-License-Identifier: ISC */
/*
 * times.c - durations and times of the command line
 *
 * A local time is of the zone of whoever types it. It can be misread, so what
 * was understood is said.
 */
#include <string.h>
#include <time.h>

#include "base/duration.h"
#include "base/local_time.h"

#include "adapters/system/system_clock.h"
#include "cli/text/times.h"

int64_t lg_cli_now(void)
{
	return (int64_t)time(NULL);
}

struct lg_now lg_cli_clocks(void)
{
	struct lg_clock clock = lg_system_clock();
	struct lg_now now;

	clock.now(clock.self, &now);
	return now;
}

static int bad(struct lg_cli *cli, const char *option,
	       const struct lg_error *err)
{
	return lg_cli_usage(cli, "--%s: %s", option, err->text);
}

int lg_cli_duration(struct lg_cli *cli, const char *option,
		    int64_t *out_seconds)
{
	const char *text = lg_cli_option(cli, option);
	struct lg_error err;

	*out_seconds = 0;
	if (text == NULL)
		return LG_EXIT_DONE;
	if (lg_duration_parse(text, strlen(text), out_seconds, &err) != LG_OK)
		return bad(cli, option, &err);
	if (*out_seconds == 0)
		return lg_cli_usage(cli,
				    "--%s %s is too short; give at least 1s",
				    option, text);
	return LG_EXIT_DONE;
}

/* What was understood, in words that cannot be mistaken. */
static void say_understood(struct lg_cli *cli, const char *option,
			   const struct lg_moment *moment,
			   enum lg_time_sense sense, const struct lg_zone *zone)
{
	char text[LG_TIME_FULL_SIZE];
	const char *remark = "";

	if (cli->quiet)
		return;
	switch (moment->change) {
	case LG_TIME_ONCE:
		break;
	case LG_TIME_TWICE:
		remark = sense == LG_TIME_NEXT
				 ? " (the clock shows this time twice: the "
				   "first that is still ahead)"
				 : " (the clock shows this time twice: the "
				   "earlier one)";
		break;
	case LG_TIME_SKIPPED:
		remark = " (the clock skips the time you wrote: the first "
			 "moment after the gap)";
		break;
	}
	lg_time_format_full(moment->at_s, zone, text);
	lg_cli_say(cli, LG_EXIT_DONE, NULL, "--%s is %s%s", option, text,
		   remark);
}

static int read_time(struct lg_cli *cli, const char *option, const char *text,
		     enum lg_time_sense sense, int64_t *out_s)
{
	struct lg_zone zone = lg_system_zone();
	struct lg_moment moment;
	struct lg_error err;

	if (lg_time_parse(text, strlen(text), lg_cli_now(), sense, &zone,
			  &moment, &err) != LG_OK)
		return bad(cli, option, &err);
	say_understood(cli, option, &moment, sense, &zone);
	*out_s = moment.at_s;
	return LG_EXIT_DONE;
}

int lg_cli_ahead(struct lg_cli *cli, const char *option, const char *text,
		 int64_t *out_s)
{
	struct lg_error err;

	if (lg_duration_parse(text, strlen(text), out_s, &err) != LG_OK)
		return bad(cli, option, &err);
	return LG_EXIT_DONE;
}

/* So long from now. */
static int read_ahead(struct lg_cli *cli, const char *option, const char *text,
		      int64_t *out_s)
{
	struct lg_zone zone = lg_system_zone();
	struct lg_moment moment = {.change = LG_TIME_ONCE};
	int64_t ahead_s;
	int code = lg_cli_ahead(cli, option, text, &ahead_s);

	if (code != LG_EXIT_DONE)
		return code;
	moment.at_s = *out_s = lg_cli_now() + ahead_s;
	say_understood(cli, option, &moment, LG_TIME_NEXT, &zone);
	return LG_EXIT_DONE;
}

int lg_cli_time(struct lg_cli *cli, const char *option, int64_t *out_s)
{
	const char *text = lg_cli_option(cli, option);

	*out_s = 0;
	if (text == NULL)
		return LG_EXIT_DONE;
	if (strcmp(option, "at") == 0 && text[0] == '+')
		return read_ahead(cli, option, text + 1, out_s);
	return read_time(cli, option, text, LG_TIME_NEXT, out_s);
}

int lg_cli_since(struct lg_cli *cli, int64_t *out_s)
{
	const char *text = lg_cli_option(cli, "since");
	int64_t back_s;

	*out_s = 0;
	if (text == NULL)
		return LG_EXIT_DONE;
	if (lg_duration_parse(text, strlen(text), &back_s, NULL) != LG_OK)
		return read_time(cli, "since", text, LG_TIME_LAST, out_s);
	*out_s = lg_cli_now() - back_s;
	return LG_EXIT_DONE;
}
