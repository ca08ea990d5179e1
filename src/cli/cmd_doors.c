/* SPDX-License-Identifier: ISC */
/*
 * logongate doors - the ways into this machine's mail, and which ask the gate
 *
 * A lock is as good as its weakest door: what does not ask, what asks and
 * does not listen, and what each does while the gate is down.
 */
#include <string.h>

#include "cli/commands.h"
#include "adapters/system/machine.h"
#include "app/doors/survey.h"
#include "cli/open.h"
#include "cli/output.h"

static int add_nullable(cJSON *object, const char *name, const char *text)
{
	return text ? cJSON_AddStringToObject(object, name, text) != NULL
		    : cJSON_AddNullToObject(object, name) != NULL;
}

static int print_json(struct lg_cli *cli, const struct lg_ways *ways)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *list = object ? cJSON_AddArrayToObject(object, "doors") : NULL;
	const struct lg_way *way;
	cJSON *item;
	size_t i;

	for (i = 0; list && i < ways->count; i++) {
		way = &ways->way[i];
		item = cJSON_CreateObject();
		if (!item || !cJSON_AddItemToArray(list, item) ||
		    !add_nullable(item, "door", way->door) ||
		    !add_nullable(item, "way", way->way) ||
		    !add_nullable(item, "asks", lg_asks_name(way->asks)) ||
		    !add_nullable(item, "when_gate_is_down",
				  lg_when_down_name(way->when_down)) ||
		    !add_nullable(item, "add", way->add) ||
		    !add_nullable(item, "note", way->note))
			list = NULL;
	}
	if (!list) {
		cJSON_Delete(object);
		return lg_cli_say(cli, LG_EXIT_SOFTWARE, NULL, "out of memory");
	}
	return lg_cli_json(cli, object);
}

static const char *asks_words(enum lg_asks asks)
{
	switch (asks) {
	case LG_ASKS_NO:
		return "does NOT ask";
	case LG_ASKS_YES:
		return "asks";
	case LG_ASKS_PARTLY:
		return "asks PARTLY";
	case LG_ASKS_NOT_NEEDED:
		return "need not ask";
	case LG_ASKS_UNKNOWN:
		return "UNKNOWN whether it asks";
	}
	return "";
}

static const char *down_words(enum lg_when_down when_down)
{
	switch (when_down) {
	case LG_WHEN_DOWN_NOT_ASKED:
		return "";
	case LG_WHEN_DOWN_OPEN:
		return "gate down: OPEN";
	case LG_WHEN_DOWN_CLOSED:
		return "gate down: closed";
	case LG_WHEN_DOWN_TEMPORARY:
		return "gate down: temporary error";
	case LG_WHEN_DOWN_UNKNOWN:
		return "gate down: unknown";
	}
	return "";
}

static enum lg_colour colour(const struct lg_way *way)
{
	if (way->asks == LG_ASKS_NOT_NEEDED)
		return LG_DIM;
	if (way->asks == LG_ASKS_NO)
		return LG_RED;
	if (way->asks == LG_ASKS_PARTLY || way->asks == LG_ASKS_UNKNOWN ||
	    way->when_down == LG_WHEN_DOWN_OPEN)
		return LG_YELLOW;
	return LG_GREEN;
}

static void print_way(struct lg_cli *cli, const struct lg_way *way)
{
	const char *down = down_words(way->when_down);

	lg_cli_text(cli, way->door);
	fputs("  ", cli->out);
	lg_cli_text(cli, way->way);
	fputs(": ", cli->out);
	lg_cli_print(cli, colour(way), "%s%s%s", asks_words(way->asks),
		     *down ? "; " : "", down);
	fputc('\n', cli->out);
	if (way->note) {
		fputs("    ", cli->out);
		lg_cli_text(cli, way->note);
		fputc('\n', cli->out);
	}
	if (way->add) {
		fputs("    add: ", cli->out);
		lg_cli_text(cli, way->add);
		fputc('\n', cli->out);
	}
}

int lg_cmd_doors(struct lg_cli *cli)
{
	struct lg_doors_places places = {
		.dovecot_conf = lg_cli_option(cli, "dovecot"),
		.postfix_dir = lg_cli_option(cli, "postfix"),
		.nginx_conf = lg_cli_option(cli, "nginx"),
		.haproxy_conf = lg_cli_option(cli, "haproxy"),
		.pam_dir = lg_cli_option(cli, "pam"),
	};
	const struct lg_machine machine = lg_machine_here();
	const struct lg_settings *settings;
	struct lg_ways ways = {0};
	struct lg_error err;
	int code = LG_EXIT_DONE;
	size_t i;

	if (lg_cli_settings(cli, &settings, &err) != LG_OK ||
	    lg_doors_survey(settings, &machine, &places, &ways, &err) !=
		    LG_OK) {
		code = lg_cli_fail(cli, &err);
		goto out;
	}
	if (cli->json) {
		code = print_json(cli, &ways);
		goto out;
	}
	for (i = 0; i < ways.count; i++)
		print_way(cli, &ways.way[i]);
	if (ways.count == 0)
		fputs("No way into mail was found on this machine.\n",
		      cli->out);
out:
	lg_ways_release(&ways);
	return code;
}
