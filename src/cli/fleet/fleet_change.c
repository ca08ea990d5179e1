/* SPDX-License-Identifier: ISC */
/*
 * logongate lift, extend, confirm [PROFILE|ID] --fleet
 */
#include "base/listed.h"
#include "cli/fleet/fleet_rounds.h"

#include <string.h>

#include "app/lock/lock.h"
#include "cli/output.h"
#include "cli/text/failed.h"
#include "cli/text/times.h"

/* Which locks a command can mean. */
static int is_meant(const struct lg_fleet_fate *fate, enum lg_fleet_kind kind,
		    const char *name)
{
	enum lg_fleet_state state =
		lg_fleet_fate_state(fate, lg_cli_clocks().wall_ms);

	if (fate->prepare == NULL || (state != LG_FLEET_STATE_IN_FORCE &&
				      state != LG_FLEET_STATE_PREPARED))
		return 0;
	if (kind == LG_FLEET_CONFIRM &&
	    (fate->confirm_by_s == 0 || fate->confirm != NULL))
		return 0;
	if (kind == LG_FLEET_EXTEND && state == LG_FLEET_STATE_PREPARED)
		return 0;
	return name == NULL || strcmp(fate->lock, name) == 0 ||
	       lg_lock_profile_is(fate->prepare->profile, name);
}

/* 1 where the directory still says enough of a lock, be it that it ended. */
static int is_told(const struct lg_cli_fleet *fleet, const char *id)
{
	struct lg_fleet_fate fate;

	return lg_fleet_set_find(fleet->ear.set, id, &fate) &&
	       (fate.prepare != NULL || fate.end != NULL);
}

/* Locks whose entries were deleted, by what gates say that they hold: they
 * must not be without a lift. Appends their ids. */
static enum lg_status find_untold(const struct lg_cli_fleet *fleet,
				  const char *name, struct lg_strlist *out_ids,
				  struct lg_error *err)
{
	struct lg_fleet_gates gates = {0};
	struct lg_fleet_sink sink = lg_fleet_gates_sink(&gates);
	enum lg_status status =
		fleet->fleet.gates(fleet->fleet.self, &sink, err);

	for (size_t i = 0; status == LG_OK && i < gates.count; i++) {
		const struct lg_fleet_report *report = &gates.one[i]->report;

		for (size_t k = 0; status == LG_OK && k < report->lock_count;
		     k++) {
			const char *id = report->lock[k].id;

			if (report->lock[k].state != LG_FLEET_STATE_IN_FORCE ||
			    (name != NULL && strcmp(name, id) != 0) ||
			    lg_listed(out_ids, id) || is_told(fleet, id))
				continue;
			status = lg_strlist_add(out_ids, id, strlen(id), err);
		}
	}
	lg_fleet_gates_release(&gates);
	return status;
}

/* How many locks are meant, for a lift with those that no entry tells of; the
 * last of them, and the names of all. */
static size_t find_meant(const struct lg_cli_fleet *fleet,
			 enum lg_fleet_kind kind, const char *name,
			 struct lg_strlist *ids, struct lg_fleet_fate *out_fate,
			 struct lg_buffer *out_names)
{
	struct lg_fleet_fate fate;
	struct lg_error err;
	size_t count = 0;
	size_t at = 0;

	while (lg_fleet_set_next(fleet->ear.set, &at, &fate)) {
		if (!is_meant(&fate, kind, name))
			continue;
		lg_buffer_format(out_names, "%s%s (%s)", count > 0 ? ", " : "",
				 fate.prepare->profile, fate.lock);
		*out_fate = fate;
		count++;
	}
	/* A name that means one is not asked about any further. */
	if (kind != LG_FLEET_LIFT || (count > 0 && name != NULL) ||
	    find_untold(fleet, name, ids, &err) != LG_OK)
		return count;
	for (size_t i = 0; i < ids->count; i++) {
		if (count == 0)
			*out_fate =
				(struct lg_fleet_fate){.lock = ids->item[i]};
		lg_buffer_format(out_names, "%s%s", count > 0 ? ", " : "",
				 ids->item[i]);
		count++;
	}
	return count;
}

/* ids: has the name of the lock where no entry tells of it. */
static int choose(struct lg_cli *cli, struct lg_cli_fleet *fleet,
		  enum lg_fleet_kind kind, struct lg_strlist *ids,
		  struct lg_fleet_fate *out_fate)
{
	const char *name = cli->operand_count > 0 ? cli->operand[0] : NULL;
	struct lg_buffer names = {0};
	size_t count = find_meant(fleet, kind, name, ids, out_fate, &names);
	struct lg_error err;
	int code = LG_EXIT_DONE;

	/* The provider that answered may not have heard of it yet. */
	if (count == 0 || ids->count > 0) {
		lg_cli_fleet_ask_all(fleet);
		lg_strlist_release(ids);
		lg_buffer_clear(&names);
		count = find_meant(fleet, kind, name, ids, out_fate, &names);
	}
	if (count == 0) {
		lg_error_set(&err, LG_ERR_CONFLICT, name,
			     name != NULL ? "is not in force in the fleet"
					  : "no lock of the fleet is in force");
		lg_error_code(&err, "not-in-force");
	} else if (count > 1) {
		lg_error_set(&err, LG_ERR_CONFLICT, NULL,
			     "several locks of the fleet are in force: %s; "
			     "name one",
			     names.data != NULL ? names.data : "");
		lg_error_code(&err, "ambiguous-lock");
	}
	if (count != 1)
		code = lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, &err);
	lg_buffer_release(&names);
	return code;
}

/* Where the end is to be; 0 for the other kinds. */
static int find_end(struct lg_cli *cli, enum lg_fleet_kind kind,
		    const struct lg_fleet_fate *fate, int64_t *out_until_s)
{
	const struct lg_fleet_event *prepare = fate->prepare;
	int64_t begin_s = fate->begin != NULL ? fate->begin->at_ms / 1000 : 0;
	int64_t for_s = 0;
	struct lg_error err;
	int code;

	*out_until_s = 0;
	if (kind != LG_FLEET_EXTEND)
		return LG_EXIT_DONE;
	if (prepare->starts_s > begin_s)
		begin_s = prepare->starts_s;
	code = lg_cli_duration(cli, "for", &for_s);
	if (code == LG_EXIT_DONE)
		code = lg_cli_time(cli, "until", out_until_s);
	if (code != LG_EXIT_DONE)
		return code;
	if ((for_s > 0) == (*out_until_s > 0))
		return lg_cli_usage(cli, "extend needs --for D or --until T");
	if (for_s > 0)
		*out_until_s = lg_cli_now() + for_s;
	if (*out_until_s <= lg_cli_now())
		return lg_cli_usage(cli, "that end is in the past");
	if (prepare->max_duration_s >= 0 &&
	    *out_until_s - begin_s > prepare->max_duration_s) {
		lg_lock_too_long(prepare->profile, *out_until_s - begin_s,
				 prepare->max_duration_s, " from its beginning",
				 &err);
		return lg_cli_fail_as(cli, LG_EXIT_USAGE, &err);
	}
	return LG_EXIT_DONE;
}

static int say(struct lg_cli *cli, const struct lg_fleet_round *round,
	       enum lg_fleet_kind kind, int64_t until_s, int code)
{
	struct lg_buffer when = {0};
	cJSON *object, *error;
	cJSON *ids;

	if (cli->json) {
		object = cJSON_CreateObject();
		if (kind == LG_FLEET_LIFT) {
			ids = cJSON_CreateArray();
			lg_json_item(ids, round->lock);
			lg_json_add(object, "lifted", ids);
		} else {
			lg_json_time(object, "until", until_s);
		}
		lg_cli_round_json(round, object);
		error = lg_cli_failed_object(cli, code);
		if (error != NULL)
			lg_json_add(object, "error", error);
		return lg_cli_json(cli, object);
	}
	if (cli->quiet || code != LG_EXIT_DONE)
		return LG_EXIT_DONE;
	if (kind == LG_FLEET_LIFT) {
		lg_cli_print(cli, LG_GREEN, "lifted");
	} else {
		lg_text_clock(lg_cli_now(), until_s, &when);
		lg_cli_print(cli, LG_PLAIN, "%s until %s",
			     kind == LG_FLEET_CONFIRM ? "kept" : "in force",
			     when.data != NULL ? when.data : "");
	}
	lg_cli_print(cli, LG_PLAIN, " in the fleet (%s)\n", round->lock);
	lg_buffer_release(&when);
	return LG_EXIT_DONE;
}

static int run_round(struct lg_cli *cli, struct lg_cli_fleet *fleet,
		     struct lg_fleet_round *round,
		     const struct lg_fleet_fate *fate, enum lg_fleet_kind kind,
		     int64_t until_s)
{
	struct lg_error err;

	lg_cli_round_begin(cli, fleet, round);
	return lg_fleet_round_change(round, fate, kind, until_s, &err) == LG_OK
		       ? lg_cli_round_run(cli, round)
		       : lg_cli_fleet_failed(cli, fleet, &err);
}

static void lift_and_say(struct lg_cli *cli, struct lg_cli_fleet *fleet,
			 const struct lg_fleet_fate *fate, cJSON *ids,
			 int *code)
{
	struct lg_fleet_round round = {0};
	int one = lg_cli_round_options(cli, &round);

	if (one == LG_EXIT_DONE)
		one = run_round(cli, fleet, &round, fate, LG_FLEET_LIFT, 0);
	lg_fleet_round_release(&round);
	if (one != LG_EXIT_DONE) {
		*code = one;
		return;
	}
	lg_json_item(ids, fate->lock);
	if (!cli->json && !cli->quiet)
		lg_cli_print(cli, LG_GREEN, "lifted in the fleet: %s\n",
			     fate->lock);
}

static int lift_all(struct lg_cli *cli)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *ids = cJSON_CreateArray();
	struct lg_cli_fleet fleet = {0};
	struct lg_strlist untold = {0};
	struct lg_fleet_fate fate;
	struct lg_error err;
	size_t at = 0;
	int code = lg_cli_fleet_open(cli, LG_CLI_FLEET_SIGN, &fleet);

	if (code == LG_EXIT_DONE) {
		lg_cli_fleet_ask_all(&fleet);
		if (find_untold(&fleet, NULL, &untold, &err) != LG_OK)
			code = lg_cli_fleet_failed(cli, &fleet, &err);
	}
	while (fleet.ear.set != NULL &&
	       lg_fleet_set_next(fleet.ear.set, &at, &fate)) {
		if (is_meant(&fate, LG_FLEET_LIFT, NULL))
			lift_and_say(cli, &fleet, &fate, ids, &code);
	}
	for (size_t i = 0; i < untold.count; i++) {
		fate = (struct lg_fleet_fate){.lock = untold.item[i]};
		lift_and_say(cli, &fleet, &fate, ids, &code);
	}
	lg_strlist_release(&untold);
	lg_cli_fleet_close(&fleet);
	lg_json_add(object, "lifted", ids);
	if (!cli->json || code != LG_EXIT_DONE)
		cJSON_Delete(object);
	else
		code = lg_cli_json(cli, object);
	return code;
}

int lg_cli_fleet_change(struct lg_cli *cli, enum lg_fleet_kind kind)
{
	struct lg_fleet_round round = {0};
	struct lg_cli_fleet fleet = {0};
	struct lg_strlist ids = {0};
	struct lg_fleet_fate fate = {0};
	int64_t until_s = 0;
	int printed;
	int code;

	if (kind == LG_FLEET_LIFT && lg_cli_option(cli, "all") != NULL)
		return cli->operand_count > 0
			       ? lg_cli_usage(cli, "--all lifts every lock; "
						   "give it or a name")
			       : lift_all(cli);
	code = lg_cli_round_options(cli, &round);
	if (code == LG_EXIT_DONE)
		code = lg_cli_fleet_open(cli, LG_CLI_FLEET_SIGN, &fleet);
	if (code == LG_EXIT_DONE)
		code = choose(cli, &fleet, kind, &ids, &fate);
	if (code == LG_EXIT_DONE)
		code = find_end(cli, kind, &fate, &until_s);
	if (code == LG_EXIT_DONE) {
		code = run_round(cli, &fleet, &round, &fate, kind, until_s);
		printed = say(cli, &round, kind,
			      until_s > 0 ? until_s : fate.until_s, code);
		code = code == LG_EXIT_DONE ? printed : code;
	} else if (kind == LG_FLEET_LIFT && cli->failed_code != NULL &&
		   strcmp(cli->failed_code, "not-in-force") == 0 &&
		   lg_cli_option(cli, "ensure") != NULL) {
		code = LG_EXIT_DONE;
	}
	lg_strlist_release(&ids);
	lg_fleet_round_release(&round);
	lg_cli_fleet_close(&fleet);
	return code;
}
