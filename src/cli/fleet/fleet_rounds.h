/* SPDX-License-Identifier: ISC */
/*
 * fleet_rounds.h - apply, lift, extend and confirm with --fleet
 *
 * Layer: cli.
 * Flow: each opens the fleet, begins a round, shows what each gate says, and
 * ends with an exit code.
 * Source: contract 10 "Applying", 13 "Commands", 14 "Doors of the fleet".
 */
#ifndef LOGONGATE_CLI_FLEET_FLEET_ROUNDS_H
#define LOGONGATE_CLI_FLEET_FLEET_ROUNDS_H

#include "app/fleet/fleet_round.h"
#include "cli/change/prepare.h"
#include "cli/open/open_fleet.h"

/* 1 where --fleet was given. */
int lg_cli_is_fleet(const struct lg_cli *cli);

/* Carries out a plan, whose answer is LG_PLAN_GO, at all gates of the fleet,
 * and prints what came of it. Returns: an exit code. */
int lg_cli_fleet_apply(struct lg_cli *cli, const struct lg_prepared *prepared);

/* plan --fleet: reads what gates said last. Returns: an exit code. */
int lg_cli_fleet_gates(struct lg_cli *cli, struct lg_fleet_gates *out_gates);
/* Those that the lock would concern: "gates":[{"name","away","not_closed",
 * "doors_unknown"}], or in words. */
void lg_cli_fleet_plan_json(const struct lg_cli *cli,
			    const struct lg_fleet_gates *gates, cJSON *object);
void lg_cli_fleet_plan_say(struct lg_cli *cli,
			   const struct lg_fleet_gates *gates);

/* logongate lift|extend|confirm [PROFILE|ID] --fleet. */
int lg_cli_fleet_change(struct lg_cli *cli, enum lg_fleet_kind kind);

/* logongate status --fleet. */
int lg_cli_fleet_status(struct lg_cli *cli);

/* Reads --require and --within into a round. Returns: an exit code. */
int lg_cli_round_options(struct lg_cli *cli, struct lg_fleet_round *round);

/* Makes the rest of a round for a fleet that was opened to sign. */
void lg_cli_round_begin(struct lg_cli *cli, struct lg_cli_fleet *fleet,
			struct lg_fleet_round *round);

/* Steps until it is done; what gates say goes to stderr. Returns: an exit
 * code, its error printed. */
int lg_cli_round_run(struct lg_cli *cli, struct lg_fleet_round *round);

/* Adds "gates":[{"name","state","why","after_s","not_closed",
 * "doors_unknown"}]. */
void lg_cli_round_json(const struct lg_fleet_round *round, cJSON *object);

/* The doors that do not ask their gate: a lock is as good as its weakest door.
 * plan, apply and status show them. */

/* Adds "not_closed" and "doors_unknown"; null where nobody looked, and for one
 * that is NULL. */
void lg_cli_fleet_doors_json(const struct lg_fleet_one *one, cJSON *object);

/* Of gates of these groups (none: of all), says which doors do not ask, a line
 * each, and at which gates; and at how many gates something is not known. Not
 * with --quiet. */
void lg_cli_fleet_doors_say(struct lg_cli *cli,
			    const struct lg_fleet_gates *gates,
			    const struct lg_strlist *groups);

#endif
