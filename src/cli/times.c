/* SPDX-License-Identifier: ISC */
/*
 * times.c - durations and times of the command line
 *
 * HH:MM is of the zone of whoever types it.
 */
#include <string.h>
#include <time.h>

#include <logongate/duration.h>

#include "adapters/system/clock.h"
#include "cli/open.h"

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
		return lg_cli_usage(cli, "--%s %s is no time at all", option,
				    text);
	return LG_EXIT_DONE;
}

int lg_cli_time(struct lg_cli *cli, const char *option, int64_t *out_s)
{
	const char *text = lg_cli_option(cli, option);
	struct lg_zone zone = lg_system_zone();
	struct lg_error err;

	*out_s = 0;
	if (text == NULL)
		return LG_EXIT_DONE;
	if (lg_time_parse(text, strlen(text), lg_cli_now(), &zone, out_s,
			  &err) != LG_OK)
		return bad(cli, option, &err);
	return LG_EXIT_DONE;
}

int lg_cli_since(struct lg_cli *cli, int64_t *out_s)
{
	const char *text = lg_cli_option(cli, "since");
	struct lg_zone zone = lg_system_zone();
	int64_t back_s;
	struct lg_error err;

	*out_s = 0;
	if (text == NULL)
		return LG_EXIT_DONE;
	if (lg_duration_parse(text, strlen(text), &back_s, NULL) == LG_OK)
		*out_s = lg_cli_now() - back_s;
	else if (lg_time_parse(text, strlen(text), lg_cli_now(), &zone, out_s,
			       &err) != LG_OK)
		return bad(cli, "since", &err);
	return LG_EXIT_DONE;
}
