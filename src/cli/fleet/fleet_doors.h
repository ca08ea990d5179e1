/* SPDX-License-Identifier: ISC */
/*
 * fleet_doors.h - the doors that do not ask their gate, across a fleet
 *
 * Layer: cli.
 * Flow: plan, apply and status with --fleet show them: a lock is as good as
 * its weakest door.
 * Source: contract 14 "Doors of the fleet".
 */
#ifndef LOGONGATE_CLI_FLEET_FLEET_DOORS_H
#define LOGONGATE_CLI_FLEET_FLEET_DOORS_H

#include <cjson/cJSON.h>

#include "app/fleet/fleet_gates.h"
#include "cli/command.h"

/* Adds "not_closed" and "doors_unknown"; null where nobody looked, and for one
 * that is NULL. */
void lg_cli_fleet_doors_json(const struct lg_fleet_one *one, cJSON *object);

/* Which gates are meant; what a round concerns. */
struct lg_cli_fleet_whose {
	const struct lg_fleet_gates *gates;
	const struct lg_strlist *groups; /* NULL or none: all of them */
};

int lg_cli_fleet_is_meant(const struct lg_cli_fleet_whose *whose,
			  const struct lg_fleet_one *one);

/* Says which doors do not ask, a line each, and at which gates; and at how
 * many gates something is not known. Not with --quiet. */
void lg_cli_fleet_doors_say(struct lg_cli *cli,
			    const struct lg_cli_fleet_whose *whose);

#endif
