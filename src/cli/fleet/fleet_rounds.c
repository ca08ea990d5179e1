/* SPDX-License-Identifier: ISC */
/*
 * What a round needs of a command line, and what it shows while it waits.
 */
#include "cli/fleet/fleet_rounds.h"

#include <stdlib.h>
#include <string.h>

#include "app/fleet/fleet_parts.h"
#include "cli/change/stop_signals.h"
#include "cli/output.h"
#include "cli/text/times.h"

/* How long gates have, where --within does not say. */
#define WITHIN_S 10
#define WITHIN_MAX_S 3600
#define STEP_MS 100

int lg_cli_is_fleet(const struct lg_cli *cli)
{
	return lg_cli_option(cli, "fleet") != NULL;
}

/* all, N or N%. */
static int read_require(struct lg_cli *cli, struct lg_fleet_round *round)
{
	const char *text = lg_cli_option(cli, "require");
	char *end = NULL;
	unsigned long number;

	if (text == NULL || strcmp(text, "all") == 0)
		return LG_EXIT_DONE;
	number = *text >= '0' && *text <= '9' && strlen(text) < 7
			 ? strtoul(text, &end, 10)
			 : 0;
	if (number > 0 && *end == '\0') {
		round->require = LG_FLEET_REQUIRE_COUNT;
	} else if (number > 0 && number <= 100 && strcmp(end, "%") == 0) {
		round->require = LG_FLEET_REQUIRE_PERCENT;
	} else {
		return lg_cli_usage(cli,
				    "--require takes all, a number of gates, "
				    "or a percentage such as 80%%");
	}
	round->required = (int64_t)number;
	return LG_EXIT_DONE;
}

int lg_cli_round_options(struct lg_cli *cli, struct lg_fleet_round *round)
{
	int64_t within_s = 0;
	int code = read_require(cli, round);

	if (code == LG_EXIT_DONE)
		code = lg_cli_duration(cli, "within", &within_s);
	if (code == LG_EXIT_DONE && within_s > WITHIN_MAX_S)
		code = lg_cli_usage(cli, "--within is at most an hour");
	round->within_ms = (within_s > 0 ? within_s : WITHIN_S) * 1000;
	return code;
}

static void show(void *context, const struct lg_fleet_round *round,
		 const struct lg_fleet_part *part)
{
	struct lg_cli *cli = context;

	if (cli->quiet || part->answer == LG_FLEET_NO_ANSWER)
		return;
	lg_cli_progress_end(cli);
	lg_cli_say(cli, LG_EXIT_DONE, part->name, "%s%s%s (%lld.%02lld s)",
		   lg_fleet_part_state(round, part),
		   *part->why != '\0' ? ": " : "", part->why,
		   (long long)part->after_ms / 1000,
		   (long long)part->after_ms % 1000 / 10);
}

void lg_cli_round_begin(struct lg_cli *cli, struct lg_cli_fleet *fleet,
			struct lg_fleet_round *round)
{
	round->fleet = &fleet->fleet;
	round->signature = &fleet->signature;
	round->clock = &fleet->clock;
	round->ear = &fleet->ear;
	round->key = fleet->key;
	round->by = lg_cli_by(cli);
	round->told = show;
	round->context = cli;
}

/* Gates that did not do it: first those that say why, then those that were
 * silent, where they had all the time that there was. */
static void name_others(const struct lg_fleet_round *round,
			struct lg_buffer *out)
{
	size_t named = 0;
	size_t failed;

	for (size_t i = 0; i < round->part_count; i++) {
		const struct lg_fleet_part *part = &round->part[i];

		if (part->answer == LG_FLEET_IS_NOT_READY && named++ < 8)
			lg_buffer_format(out, "%s%s %s: %s",
					 named > 1 ? "; " : "", part->name,
					 lg_fleet_part_state(round, part),
					 part->why);
	}
	failed = named;
	for (size_t i = 0; i < round->part_count; i++) {
		const struct lg_fleet_part *part = &round->part[i];

		if ((part->answer == LG_FLEET_NO_ANSWER ||
		     part->answer == LG_FLEET_IS_AWAY) &&
		    (round->late || failed == 0) && named++ < 8)
			lg_buffer_format(out, "%s%s %s",
					 named == 1            ? ""
					 : named == failed + 1 ? "; "
							       : ", ",
					 part->name,
					 lg_fleet_part_state(round, part));
	}
	if (named > 8)
		lg_buffer_format(out, " and %zu more", named - 8);
}

/* The gates because of which it was put back, and why. */
static void name_failed(const struct lg_fleet_round *round,
			struct lg_buffer *out)
{
	size_t named = 0;

	for (size_t i = 0; i < round->part_count; i++) {
		const struct lg_fleet_part *part = &round->part[i];

		if (*part->why != '\0' && named++ < 3)
			lg_buffer_format(out, "%s%s: %s", named > 1 ? "; " : "",
					 part->name, part->why);
	}
	if (named > 3)
		lg_buffer_format(out, "; and %zu more", named - 3);
}

static int say_outcome(struct lg_cli *cli, const struct lg_fleet_round *round)
{
	struct lg_buffer others = {0};
	struct lg_buffer failed = {0};
	const char *names, *whom;
	int code = LG_EXIT_DONE;

	name_others(round, &others);
	name_failed(round, &failed);
	names = others.data != NULL ? others.data : "nobody is left";
	whom = failed.data != NULL ? failed.data : "a gate was away";
	switch (round->outcome) {
	case LG_FLEET_CAME_TRUE:
		break;
	case LG_FLEET_CAME_TO_NOTHING:
		code = lg_cli_say(cli, LG_EXIT_PUT_BACK, NULL,
				  "not every gate that is required was ready "
				  "in time (%s); it was in force nowhere",
				  names);
		break;
	case LG_FLEET_STOPPED:
		code = lg_cli_say(cli, LG_EXIT_PUT_BACK, NULL,
				  "stopped before it began; it was in force "
				  "nowhere");
		break;
	case LG_FLEET_STOPPED_LATE:
		code = lg_cli_say(cli, LG_EXIT_NOT_PUT_BACK, NULL,
				  "stopped after it began: it stays in force, "
				  "at %zu of %zu gates so far; logongate lift "
				  "%s --fleet lifts it",
				  lg_fleet_parts_count(round, LG_FLEET_DID),
				  round->part_count, round->lock);
		break;
	case LG_FLEET_PUT_BACK:
		code = lg_cli_say(cli, LG_EXIT_PUT_BACK, NULL,
				  "not every gate that was ready enforced it "
				  "(%s); it was lifted again everywhere",
				  whom);
		break;
	case LG_FLEET_NOT_PUT_BACK:
		code = lg_cli_say(cli, LG_EXIT_NOT_PUT_BACK, NULL,
				  "not every gate that was ready enforced it "
				  "(%s); it was lifted again, and not every "
				  "gate has said so (%s): logongate status "
				  "--fleet",
				  whom, names);
		break;
	case LG_FLEET_NOT_EVERYWHERE:
		code = lg_cli_say(cli, LG_EXIT_NOT_PUT_BACK, NULL,
				  "it is written, and %zu of %zu gates have "
				  "done it (%s); the others do as soon as they "
				  "hear of it: logongate status --fleet",
				  lg_fleet_parts_count(round, LG_FLEET_DID),
				  round->part_count, names);
		break;
	}
	lg_buffer_release(&failed);
	lg_buffer_release(&others);
	return code;
}

int lg_cli_round_run(struct lg_cli *cli, struct lg_fleet_round *round)
{
	struct lg_stop_signals signals;
	enum lg_status status = LG_OK;
	struct lg_error err;

	lg_stop_signals_wait(&signals);
	while (status == LG_OK && round->phase != LG_FLEET_PHASE_DONE) {
		if (lg_stop_signals_came(&signals)) {
			lg_stop_signals_drop(&signals);
			lg_fleet_round_stop(round);
		} else {
			status = lg_fleet_round_step(round, STEP_MS, &err);
		}
	}
	lg_stop_signals_end(&signals);
	return status == LG_OK ? say_outcome(cli, round)
			       : lg_cli_fail(cli, &err);
}

void lg_cli_round_json(const struct lg_fleet_round *round, cJSON *object)
{
	cJSON *gates = cJSON_CreateArray();

	for (size_t i = 0; i < round->part_count; i++) {
		const struct lg_fleet_part *part = &round->part[i];
		cJSON *gate = cJSON_CreateObject();

		lg_json_text(gate, "name", part->name);
		lg_json_text(gate, "state", lg_fleet_part_state(round, part));
		lg_json_text(gate, "why",
			     *part->why != '\0' ? part->why : NULL);
		lg_json_add(gate, "after_s",
			    cJSON_CreateNumber((double)part->after_ms / 1000));
		lg_cli_fleet_doors_json(
			lg_fleet_gates_find(&round->gates, part->name), gate);
		lg_json_append(gates, gate);
	}
	lg_json_add(object, "gates", gates);
}
