/* SPDX-License-Identifier: ISC */
/*
 * logongate apply PROFILE --fleet
 *
 * The plan is made here as for the gate here, and its values are sent as they
 * are, lists included; each gate verifies the names against its own directory.
 */
#include "cli/fleet/fleet_rounds.h"

#include <string.h>

#include "app/fleet/fleet_parts.h"
#include "app/fleet/fleet_values.h"
#include "cli/open/locks.h"
#include "cli/output.h"
#include "cli/text/times.h"

static const struct lg_plan_target *local_target(const struct lg_prepared *p)
{
	for (size_t i = 0; i < p->server_count; i++)
		if (p->server[i].is_local)
			return &p->plan->target[i];
	return NULL;
}

static int same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

/* The same profile with the same variables is in force in the fleet. */
static int find_same(struct lg_cli *cli, const struct lg_cli_fleet *fleet,
		     const struct lg_prepared *p)
{
	int64_t now_ms = lg_cli_clocks().wall_ms;
	struct lg_fleet_fate fate;
	struct lg_error err;
	size_t at = 0;

	while (lg_fleet_set_next(fleet->ear.set, &at, &fate)) {
		if (fate.prepare == NULL ||
		    lg_fleet_fate_state(&fate, now_ms) !=
			    LG_FLEET_STATE_IN_FORCE ||
		    !same_text(fate.prepare->profile, p->profile->name) ||
		    !same_text(fate.prepare->variables, p->variables))
			continue;
		lg_error_set(&err, LG_ERR_CONFLICT, p->profile->name,
			     "this lock is in force in the fleet already "
			     "(%s); extend or lift it with --fleet",
			     fate.lock);
		lg_error_code(&err, "already-in-force");
		return lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, &err);
	}
	return LG_EXIT_DONE;
}

/* What beside values and lists stands in an entry. */
#define ROOM 8192

/* What the profile's filters returned is too long for an entry: the filters
 * themselves, then, and what else the profile lists. */
static enum lg_status send_filters(const struct lg_prepared *p,
				   const struct lg_plan_target *target,
				   struct lg_fleet_event *event,
				   struct lg_buffer *values,
				   struct lg_error *err)
{
	const struct lg_render_target gate = {.dialect = target->dialect,
					      .is_gate = 1,
					      .has_process_hotfix = 1};
	const struct lg_fleet_filters filters = {
		.allow = p->profile->names_present ? p->profile->allow_filter
						   : NULL,
		.applies = p->profile->applies_filter};
	struct lg_registry *rest = NULL;
	enum lg_status status;

	if (lg_fleet_filters_size(values->data, &event->lists) <
		    LG_FLEET_BODY_LIMIT - ROOM ||
	    (filters.allow == NULL && filters.applies == NULL))
		return LG_OK;
	lg_buffer_clear(values);
	lg_strlist_release(&event->lists);
	status = lg_profile_render(p->profile, &gate, NULL, NULL, &rest, NULL,
				   NULL, err);
	if (status == LG_OK)
		status = lg_fleet_filters_add(&filters, &event->lists, err);
	if (status == LG_OK)
		status =
			lg_fleet_values_split(rest, values, &event->lists, err);
	lg_registry_free(&rest);
	return status;
}

static int fill(struct lg_cli *cli, const struct lg_prepared *p,
		const struct lg_plan_target *target,
		struct lg_fleet_event *event, struct lg_buffer *values)
{
	const char *group = lg_cli_option(cli, "group");
	int64_t begin_s = p->input.starts_s > p->input.now_s ? p->input.starts_s
							     : p->input.now_s;
	struct lg_error err;

	if (lg_fleet_values_split(target->values, values, &event->lists,
				  &err) != LG_OK ||
	    send_filters(p, target, event, values, &err) != LG_OK ||
	    (group != NULL && lg_strlist_add(&event->groups, group,
					     strlen(group), &err) != LG_OK))
		return lg_cli_fail(cli, &err);
	event->profile = p->profile->name;
	event->variables = p->variables;
	event->reason = lg_cli_option(cli, "reason");
	event->values = values->data;
	event->replaces = lg_cli_option(cli, "replace") != NULL;
	event->starts_s = begin_s > p->input.now_s ? begin_s : 0;
	event->until_s = p->for_s > 0 ? begin_s + p->for_s : p->input.until_s;
	event->confirm_within_s = p->confirm_within_s;
	event->grace_s = p->grace_s;
	event->max_duration_s = p->profile->max_duration_s;
	if (event->max_duration_s >= 0 &&
	    event->until_s - begin_s > event->max_duration_s) {
		lg_lock_too_long(event->profile, event->until_s - begin_s,
				 event->max_duration_s, "", &err);
		return lg_cli_fail_as(cli, LG_EXIT_USAGE, &err);
	}
	return LG_EXIT_DONE;
}

static int say(struct lg_cli *cli, const struct lg_prepared *p,
	       const struct lg_fleet_round *round,
	       const struct lg_fleet_event *event, int code)
{
	struct lg_buffer when = {0};
	cJSON *object;

	if (code == LG_EXIT_DONE)
		lg_cli_fleet_doors_say(cli, &round->gates, &event->groups);
	if (cli->json) {
		object = lg_prepared_object(
			cli, p, code == LG_EXIT_DONE ? round->lock : NULL,
			code);
		lg_cli_round_json(round, object);
		return lg_cli_json(cli, object);
	}
	if (cli->quiet || code != LG_EXIT_DONE)
		return LG_EXIT_DONE;
	lg_text_clock(lg_cli_now(), event->until_s, &when);
	lg_cli_print(cli, LG_GREEN, "%s",
		     event->starts_s > 0 ? "waiting" : "locked");
	lg_cli_print(cli, LG_PLAIN, ": %s (%s) at %zu of %zu gates, until %s\n",
		     event->profile, round->lock,
		     lg_fleet_parts_count(round, LG_FLEET_DID),
		     round->part_count, when.data != NULL ? when.data : "");
	if (event->confirm_within_s > 0)
		lg_cli_print(cli, LG_YELLOW,
			     "logongate confirm --fleet keeps it\n");
	lg_buffer_release(&when);
	return LG_EXIT_DONE;
}

int lg_cli_fleet_apply(struct lg_cli *cli, const struct lg_prepared *prepared)
{
	const struct lg_plan_target *target = local_target(prepared);
	struct lg_fleet_event event = {0};
	struct lg_fleet_round round = {0};
	struct lg_cli_fleet fleet = {0};
	struct lg_buffer values = {0};
	char id[LG_LOCK_ID_SIZE];
	struct lg_error err;
	int begun = 0;
	int code = lg_cli_round_options(cli, &round);
	int printed;

	if (code == LG_EXIT_DONE)
		code = lg_cli_fleet_open(cli, LG_CLI_FLEET_SIGN, &fleet);
	if (code == LG_EXIT_DONE)
		code = find_same(cli, &fleet, prepared);
	if (code == LG_EXIT_DONE)
		code = fill(cli, prepared, target, &event, &values);
	if (code == LG_EXIT_DONE && lg_cli_new_id(id, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE) {
		lg_cli_round_begin(cli, &fleet, &round);
		begun = 1;
		code = lg_fleet_round_apply(&round, id, &event, &err) == LG_OK
			       ? lg_cli_round_run(cli, &round)
			       : lg_cli_fleet_failed(cli, &fleet, &err);
	}
	if (begun || cli->json) {
		printed = say(cli, prepared, &round, &event, code);
		code = code == LG_EXIT_DONE ? printed : code;
	}
	lg_fleet_round_release(&round);
	lg_strlist_release(&event.groups);
	lg_strlist_release(&event.lists);
	lg_buffer_release(&values);
	lg_cli_fleet_close(&fleet);
	return code;
}
