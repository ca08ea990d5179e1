/* SPDX-License-Identifier: ISC */
/*
 * logongate doors - the ways into this machine's mail, and which ask the gate
 *
 * A lock is as good as its weakest door: what does not ask, what asks and
 * does not listen, and what each does while the gate is down.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/open/open_fleet.h"
#include "cli/commands/doors_probe.h"
#include "adapters/system/this_machine.h"
#include "app/doors/survey.h"
#include "cli/commands/doors_fail2ban.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/text/door_words.h"

static int add_nullable(cJSON *object, const char *name, const char *text)
{
	return text ? cJSON_AddStringToObject(object, name, text) != NULL
		    : cJSON_AddNullToObject(object, name) != NULL;
}

static void add_maybe(cJSON *object, const char *name, enum lg_maybe maybe)
{
	if (maybe == LG_MAYBE_UNKNOWN)
		lg_json_add(object, name, cJSON_CreateNull());
	else
		lg_json_bool(object, name, maybe == LG_MAYBE_YES);
}

static cJSON *probe_object(const struct lg_probes *probes, size_t i)
{
	const struct lg_probe *probe = &probes->probe[i];
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "user", probes->user);
	lg_json_bool(object, "account", probes->is_account);
	add_maybe(object, "gate_refuses", probe->refuses);
	lg_json_text(object, "came",
		     lg_logon_came_name(probe->is_tried ? probe->came
							: LG_LOGON_NOT_TRIED));
	lg_json_text(object, "said", probe->text);
	add_maybe(object, "gate_was_asked", probe->asked);
	add_maybe(object, "agrees", probe->agrees);
	return object;
}

static int print_json(struct lg_cli *cli, const struct lg_ways *ways,
		      const struct lg_probes *probes)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *list = object ? cJSON_AddArrayToObject(object, "doors") : NULL;
	const struct lg_way *way;
	cJSON *item;

	for (size_t i = 0; list && i < ways->count; i++) {
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
		else if (probes->count)
			lg_json_add(item, "probe", probe_object(probes, i));
	}
	if (!list) {
		cJSON_Delete(object);
		return lg_cli_say(cli, LG_EXIT_SOFTWARE, NULL, "out of memory");
	}
	lg_cli_add_fleet(cli, object);
	return lg_cli_json(cli, object);
}

static enum lg_colour colour(const struct lg_way *way)
{
	if (way->asks == LG_ASKS_NOT_NEEDED)
		return way->add ? LG_YELLOW : LG_DIM;
	if (way->asks == LG_ASKS_NO)
		return LG_RED;
	if (way->asks == LG_ASKS_PARTLY || way->asks == LG_ASKS_UNKNOWN ||
	    way->when_down == LG_WHEN_DOWN_OPEN)
		return LG_YELLOW;
	return LG_GREEN;
}

static void print_way(struct lg_cli *cli, const struct lg_way *way)
{
	const char *down = lg_when_down_words(way->when_down);
	struct lg_buffer setup = {0};

	lg_cli_text(cli, way->door);
	fputs("  ", cli->out);
	lg_cli_text(cli, way->way);
	fputs(": ", cli->out);
	lg_cli_print(cli, colour(way), "%s%s%s", lg_asks_words(way->asks),
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
	if (lg_door_setup_words(way, &setup)) {
		fputs("    or: ", cli->out);
		lg_cli_text(cli, setup.data ? setup.data : "");
		fputc('\n', cli->out);
	}
	lg_buffer_release(&setup);
}

static const char *came_words(enum lg_logon_came came)
{
	switch (came) {
	case LG_LOGON_ADMITTED:
		return "got in";
	case LG_LOGON_REFUSED:
		return "was refused";
	case LG_LOGON_WRONG_PASSWORD:
		return "was asked for another password";
	case LG_LOGON_TEMPORARY:
		return "was told to try later";
	case LG_LOGON_NOT_TRIED:
		return "could not be tried";
	}
	return "";
}

static void print_probe(struct lg_cli *cli, const struct lg_probes *probes,
			size_t i, const struct lg_way *way)
{
	const struct lg_probe *probe = &probes->probe[i];
	int open = lg_probe_is_open(probe, way);

	if (!probe->is_tried) {
		if (way->asks != LG_ASKS_NOT_NEEDED)
			fputs("    tried: no; nothing here knows how\n",
			      cli->out);
		return;
	}
	fputs("    tried: ", cli->out);
	lg_cli_text(cli, probes->user);
	lg_cli_print(cli, open ? LG_RED : LG_PLAIN, " %s",
		     came_words(probe->came));
	if (probe->text) {
		fputs(" (", cli->out);
		lg_cli_text(cli, probe->text);
		fputs(")", cli->out);
	}
	if (probe->refuses == LG_MAYBE_YES)
		lg_cli_print(cli, open ? LG_RED : LG_PLAIN,
			     "; the gate refuses this account");
	if (probe->asked != LG_MAYBE_UNKNOWN)
		fputs(probe->asked == LG_MAYBE_YES ? "; the gate was asked"
						   : "; the gate was NOT asked",
		      cli->out);
	fputc('\n', cli->out);
	if (probe->agrees == LG_MAYBE_NO)
		lg_cli_print(cli, LG_RED,
			     "    this is NOT what the configuration says\n");
}

/* 5: the lock would not engage here. */
static int worst(const struct lg_ways *ways, const struct lg_probes *probes)
{
	for (size_t i = 0; i < probes->count; i++) {
		if (lg_probe_is_open(&probes->probe[i], &ways->way[i]))
			return LG_EXIT_WOULD_NOT_LOCK;
	}
	return LG_EXIT_DONE;
}

/* The places that were named. A server that is not where it was said to be is
 * told from one that is not installed. */
static void named_places(struct lg_cli *cli, struct lg_doors_places *out_places)
{
	for (size_t i = 0; i < LG_SURVEYED_COUNT; i++) {
		const char *name = lg_surveyed_row((enum lg_surveyed)i)->name;
		const char *path = lg_cli_option(cli, name);

		out_places->place[i] = path;
		if (path != NULL && access(path, F_OK) != 0 && !cli->quiet)
			lg_cli_say(cli, LG_EXIT_DONE, NULL,
				   "--%s %s: %s; it is left out", name, path,
				   strerror(errno));
	}
}

int lg_cmd_doors(struct lg_cli *cli)
{
	struct lg_doors_places places;
	const struct lg_machine machine = lg_machine_here();
	const struct lg_settings *settings;
	struct lg_probes probes = {0};
	struct lg_ways ways = {0};
	struct lg_error err;
	int code = LG_EXIT_DONE;

	named_places(cli, &places);
	if (lg_cli_settings(cli, &settings, &err) != LG_OK ||
	    lg_doors_survey(settings, &machine, &places, &ways, &err) !=
		    LG_OK ||
	    lg_doors_fail2ban(lg_cli_option(cli, "fail2ban"), &ways, &err) !=
		    LG_OK) {
		code = lg_cli_fail(cli, &err);
		goto out;
	}
	if (lg_cli_option(cli, "probe"))
		code = lg_doors_probe(cli, &ways, &probes);
	if (code != LG_EXIT_DONE)
		goto out;
	code = worst(&ways, &probes);
	if (cli->json) {
		int printed = print_json(cli, &ways, &probes);

		code = printed == LG_EXIT_DONE ? code : printed;
		goto out;
	}
	for (size_t i = 0; i < ways.count; i++) {
		print_way(cli, &ways.way[i]);
		if (probes.count)
			print_probe(cli, &probes, i, &ways.way[i]);
	}
	lg_cli_say_fleet(cli);
	if (ways.count == 0)
		fputs("No way into mail was found on this machine.\n",
		      cli->out);
out:
	lg_probes_release(&probes);
	lg_ways_release(&ways);
	return code;
}
