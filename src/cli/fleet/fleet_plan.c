/* SPDX-License-Identifier: ISC */
/*
 * logongate plan PROFILE --fleet: the gates that the lock would concern
 *
 * Nothing is asked of them: what they said last is shown.
 */
#include "cli/fleet/fleet_rounds.h"

#include <string.h>

#include "app/records/json_member.h"
#include "cli/output.h"
#include "cli/text/times.h"

int lg_cli_fleet_gates(struct lg_cli *cli, struct lg_fleet_gates *out_gates)
{
	struct lg_fleet_sink sink = lg_fleet_gates_sink(out_gates);
	struct lg_cli_fleet fleet = {0};
	struct lg_error err;
	int code = lg_cli_fleet_open(cli, LG_CLI_FLEET_LOOK, &fleet);

	if (code == LG_EXIT_DONE &&
	    fleet.fleet.gates(fleet.fleet.self, &sink, &err) != LG_OK)
		code = lg_cli_fleet_failed(cli, &fleet, &err);
	lg_cli_fleet_close(&fleet);
	return code;
}

/* The groups of --group; also where memory is short: all of them. */
static struct lg_strlist groups_of(const struct lg_cli *cli)
{
	const char *group = lg_cli_option(cli, "group");
	struct lg_strlist groups = {0};

	if (group != NULL)
		lg_strlist_add(&groups, group, strlen(group), NULL);
	return groups;
}

void lg_cli_fleet_plan_json(const struct lg_cli *cli,
			    const struct lg_fleet_gates *gates, cJSON *object)
{
	struct lg_strlist groups = groups_of(cli);
	int64_t now_ms = lg_cli_clocks().wall_ms;
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < gates->count; i++) {
		cJSON *gate;

		if (!lg_fleet_one_concerned(gates->one[i], &groups))
			continue;
		gate = cJSON_CreateObject();
		lg_json_text(gate, "name", gates->one[i]->name);
		lg_json_bool(gate, "away",
			     lg_fleet_one_away(gates->one[i], now_ms));
		lg_cli_fleet_doors_json(gates->one[i], gate);
		lg_json_append(array, gate);
	}
	lg_json_add(object, "gates", array);
	lg_strlist_release(&groups);
}

void lg_cli_fleet_plan_say(struct lg_cli *cli,
			   const struct lg_fleet_gates *gates)
{
	struct lg_strlist groups = groups_of(cli);
	int64_t now_ms = lg_cli_clocks().wall_ms;
	size_t count = 0, away = 0;

	for (size_t i = 0; i < gates->count; i++) {
		if (!lg_fleet_one_concerned(gates->one[i], &groups))
			continue;
		count++;
		if (lg_fleet_one_away(gates->one[i], now_ms)) {
			away++;
			lg_cli_say(cli, LG_EXIT_DONE, gates->one[i]->name,
				   "is away");
		}
	}
	if (!cli->quiet)
		lg_cli_print(cli, LG_PLAIN,
			     "%zu gates of the fleet would be locked, %zu of "
			     "them are away\n",
			     count, away);
	lg_cli_fleet_doors_say(cli, gates, &groups);
	lg_strlist_release(&groups);
}
