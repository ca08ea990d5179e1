/* SPDX-License-Identifier: ISC */
/*
 * open_ways.c - the doors survey, as much of it as status tells
 */
#include "cli/open/open_ways.h"

#include <string.h>

#include "adapters/system/this_machine.h"
#include "app/doors/survey.h"
#include "cli/open/open.h"
#include "cli/output.h"

static int has_text(const cJSON *list, const char *text)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list) {
		if (cJSON_IsString(item) && !strcmp(item->valuestring, text))
			return 1;
	}
	return 0;
}

/* Once, however many of them there are: doors lists each. */
static void add_way(cJSON *object, const char *name, const struct lg_way *way)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(object, name);
	struct lg_buffer text = {0};

	lg_buffer_format(&text, "%s %s", way->door, way->way);
	if (list == NULL)
		list = cJSON_AddArrayToObject(object, name);
	if (text.data == NULL || !has_text(list, text.data))
		lg_json_item(list, text.data);
	lg_buffer_release(&text);
}

void lg_cli_add_open_ways(struct lg_cli *cli, cJSON *object)
{
	const struct lg_doors_places places = {0};
	const struct lg_machine machine = lg_machine_here();
	const struct lg_settings *settings;
	struct lg_ways ways = {0};
	struct lg_error err;

	if (cli->quiet || lg_cli_settings(cli, &settings, &err) != LG_OK ||
	    !lg_settings_expects_gate(settings) ||
	    lg_doors_survey(settings, &machine, &places, &ways, &err) != LG_OK)
		goto out;
	for (size_t i = 0; i < ways.count; i++) {
		const struct lg_way *way = &ways.way[i];

		if (way->when_down == LG_WHEN_DOWN_OPEN)
			add_way(object, "open_without_gate", way);
		if (way->asks == LG_ASKS_UNKNOWN)
			add_way(object, "doors_unknown", way);
		if ((way->asks == LG_ASKS_NO || way->asks == LG_ASKS_PARTLY) &&
		    cJSON_IsTrue(
			    cJSON_GetObjectItemCaseSensitive(object, "active")))
			add_way(object, "not_closed", way);
	}
out:
	lg_ways_release(&ways);
}

static void print_ways(struct lg_cli *cli, const cJSON *status,
		       const char *name, const char *label, const char *words)
{
	const cJSON *item;

	cJSON_ArrayForEach(item,
			   cJSON_GetObjectItemCaseSensitive(status, name)) {
		lg_cli_print(cli, LG_PLAIN, "  %-9s ", label);
		lg_cli_text(cli, cJSON_IsString(item) ? item->valuestring : "");
		lg_cli_print(cli, LG_YELLOW, ": %s\n", words);
	}
}

void lg_cli_print_open_ways(struct lg_cli *cli, const cJSON *status)
{
	print_ways(cli, status, "not_closed", "open",
		   "does not ask the gate, the lock does not close it; "
		   "logongate doors says what to add");
	print_ways(cli, status, "open_without_gate", "open",
		   "lets EVERYBODY in while the gate is gone");
	print_ways(cli, status, "doors_unknown", "unknown",
		   "it is not known whether it asks the gate; logongate doors "
		   "says why");
}
