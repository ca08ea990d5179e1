/* SPDX-License-Identifier: ISC */
/*
 * open_ways.c - the doors survey, as much of it as status tells
 */
#include "cli/open/open_ways.h"

#include "adapters/system/this_machine.h"
#include "app/doors/survey.h"
#include "cli/open/open.h"
#include "cli/output.h"

/* Once, however many of them there are: doors lists each. */
static void add_way(cJSON *object, enum lg_status_ways kind,
		    const struct lg_way *way)
{
	struct lg_buffer text = {0};

	lg_buffer_format(&text, "%s %s", way->door, way->way);
	lg_status_add_way(object, kind,
			  lg_buffer_status(&text, NULL) == LG_OK ? text.data
								 : NULL);
	lg_buffer_release(&text);
}

void lg_cli_add_open_ways(struct lg_cli *cli, cJSON *object)
{
	const struct lg_doors_places places = {0};
	const struct lg_machine machine = lg_machine_here();
	const struct lg_settings *settings;
	struct lg_status_said said;
	struct lg_ways ways = {0};
	struct lg_error err;

	lg_status_read(object, &said);
	if (cli->quiet || lg_cli_settings(cli, &settings, &err) != LG_OK ||
	    !lg_settings_expects_gate(settings) ||
	    lg_doors_survey(settings, &machine, &places, &ways, &err) != LG_OK)
		goto out;
	if (said.sessions_note == NULL)
		lg_status_note_sessions(object,
					lg_doors_uncut(&ways, settings));
	for (size_t i = 0; i < ways.count; i++) {
		const struct lg_way *way = &ways.way[i];

		if (way->when_down == LG_WHEN_DOWN_OPEN)
			add_way(object, LG_STATUS_OPEN_WITHOUT_GATE, way);
		if (way->asks == LG_ASKS_UNKNOWN)
			add_way(object, LG_STATUS_DOORS_UNKNOWN, way);
		if ((way->asks == LG_ASKS_NO || way->asks == LG_ASKS_PARTLY) &&
		    said.is_active)
			add_way(object, LG_STATUS_NOT_CLOSED, way);
	}
out:
	lg_ways_release(&ways);
}

/* How many there are. */
static int print_ways(struct lg_cli *cli, const cJSON *ways, const char *label,
		      const char *words)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, ways) {
		lg_cli_print(cli, LG_PLAIN, "  %-9s ", label);
		lg_cli_text(cli, cJSON_IsString(item) ? item->valuestring : "");
		lg_cli_print(cli, LG_YELLOW, ": %s\n", words);
	}
	return cJSON_GetArraySize(ways);
}

void lg_cli_print_open_ways(struct lg_cli *cli,
			    const struct lg_status_said *said)
{
	int count =
		print_ways(cli, said->way[LG_STATUS_NOT_CLOSED], "open",
			   "does not ask the gate: the lock does not close it");

	count += print_ways(cli, said->way[LG_STATUS_OPEN_WITHOUT_GATE], "open",
			    "lets EVERYBODY in while the gate is gone");
	count += print_ways(cli, said->way[LG_STATUS_DOORS_UNKNOWN], "unknown",
			    "it is not known whether it asks the gate");
	if (count > 0)
		lg_cli_print(
			cli, LG_PLAIN,
			"            logongate doors says what to do about "
			"%s\n",
			count == 1 ? "it" : "them");
}
