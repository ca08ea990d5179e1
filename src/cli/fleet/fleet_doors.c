/* SPDX-License-Identifier: ISC */
/*
 * Many gates are set up alike, so a door is said once, with the gates that it
 * is at.
 */
#include "cli/fleet/fleet_rounds.h"

#include "app/records/json_member.h"
#include "base/listed.h"

/* Doors that are told apart. */
#define DOORS_MAX 64

void lg_cli_fleet_doors_json(const struct lg_fleet_one *one, cJSON *object)
{
	if (one == NULL || !one->report.doors_looked) {
		lg_json_add(object, "not_closed", cJSON_CreateNull());
		lg_json_add(object, "doors_unknown", cJSON_CreateNull());
		return;
	}
	lg_json_names(object, "not_closed", &one->report.not_closed);
	lg_json_names(object, "doors_unknown", &one->report.doors_unknown);
}

/* Names the gates where the door does not ask, or where (NULL) something is
 * not known; how many they are. */
static size_t name_gates(const struct lg_fleet_gates *gates,
			 const struct lg_strlist *groups, const char *door,
			 struct lg_buffer *names)
{
	size_t count = 0;

	for (size_t i = 0; i < gates->count; i++) {
		const struct lg_fleet_one *one = gates->one[i];
		int is_so = door != NULL
				    ? lg_listed(&one->report.not_closed, door)
				    : one->report.doors_unknown.count > 0;

		if (is_so && lg_fleet_one_concerned(one, groups))
			lg_fleet_name_one(names, one->name, &count);
	}
	lg_fleet_name_more(names, count);
	return count;
}

static void say_door(struct lg_cli *cli, const char *door,
		     const struct lg_fleet_gates *gates,
		     const struct lg_strlist *groups)
{
	struct lg_buffer names = {0};

	name_gates(gates, groups, door, &names);
	lg_cli_say(cli, LG_EXIT_DONE, "door-does-not-ask",
		   "%s at %s does not ask the gate: no lock closes it", door,
		   names.data != NULL ? names.data : "some gates");
	lg_buffer_release(&names);
}

static void say_unknown(struct lg_cli *cli, const struct lg_fleet_gates *gates,
			const struct lg_strlist *groups)
{
	struct lg_buffer names = {0};

	if (name_gates(gates, groups, NULL, &names) > 0)
		lg_cli_say(cli, LG_EXIT_DONE, NULL,
			   "%s: the gate may not see whether all doors ask it; "
			   "logongate doors there, as root, says which",
			   names.data != NULL ? names.data : "some gates");
	lg_buffer_release(&names);
}

static void say_new(struct lg_cli *cli, const struct lg_fleet_one *one,
		    const struct lg_fleet_gates *gates,
		    const struct lg_strlist *groups, struct lg_strlist *said)
{
	const struct lg_strlist *doors = &one->report.not_closed;

	for (size_t i = 0; i < doors->count && said->count < DOORS_MAX; i++) {
		if (lg_listed(said, doors->item[i]) ||
		    lg_strlist_add(said, doors->item[i], strlen(doors->item[i]),
				   NULL) != LG_OK)
			continue;
		say_door(cli, doors->item[i], gates, groups);
	}
}

void lg_cli_fleet_doors_say(struct lg_cli *cli,
			    const struct lg_fleet_gates *gates,
			    const struct lg_strlist *groups)
{
	struct lg_strlist said = {0};

	if (cli->quiet)
		return;
	for (size_t i = 0; i < gates->count; i++)
		if (lg_fleet_one_concerned(gates->one[i], groups))
			say_new(cli, gates->one[i], gates, groups, &said);
	if (said.count > 0)
		lg_cli_say(cli, LG_EXIT_DONE, NULL,
			   "logongate doors, on the machine of the door, says "
			   "what to add");
	say_unknown(cli, gates, groups);
	lg_strlist_release(&said);
}
