/* SPDX-License-Identifier: ISC */
/*
 * logongate status - what is in force
 *
 * The gate is asked, for only it knows what is in force now and who is logged
 * on. Where none is to run, or none answers, state_dir says what should be in
 * force; in the second case that is exit 8.
 */
#include <string.h>

#include "adapters/system/systemd_windows.h"
#include "app/calendar/window_units.h"
#include "app/lock/refused_count.h"
#include "app/records/json_member.h"
#include "app/records/status_record.h"
#include "cli/commands.h"
#include "cli/fleet/fleet_rounds.h"
#include "cli/change/servers_hands.h"
#include "cli/open/open.h"
#include "cli/open/open_ways.h"
#include "cli/output.h"
#include "cli/change/prepare.h"
#include "cli/text/status_text.h"
#include "cli/commands/cmd_status.h"
#include "cli/text/times.h"

/* Beside the exit codes: the line of --check is printed. */
#define CHECKED 100

/* What a gate that is gone refused while the locks were in force. */
static uint64_t refused_by(const struct lg_state *state)
{
	const struct lg_lock *oldest = lg_state_oldest(state);
	struct lg_now now = lg_state_now(state);
	struct lg_refused_since since;
	uint64_t count = 0;

	if (oldest == NULL)
		return 0;
	since = lg_refused_since(oldest, &now);
	if (lg_refused_count(state->files, &since, &count, NULL) != LG_OK)
		return 0;
	return count;
}

/* What a lock does by itself, as the policy has it. */
static const char *gate_of(const struct lg_policy *policy,
			   const struct lg_lock *lock)
{
	size_t layers = policy != NULL ? lg_policy_layer_count(policy) : 0;

	for (size_t i = 0; i < layers; i++) {
		const struct lg_policy_layer_info *info =
			lg_policy_layer_at(policy, (int)i);

		if (info->id != NULL && strcmp(info->id, lock->id) == 0)
			return lg_gate_state_name(info->gate);
	}
	return NULL;
}

/* The object of contract 4 from state_dir; state NULL: nothing was ever
 * applied here. */
static enum lg_status from_state(struct lg_cli *cli,
				 const struct lg_state *state,
				 cJSON **out_object, struct lg_error *err)
{
	struct lg_lock_concerns concerns[LG_LOCKS_MAX] = {0};
	struct lg_status_lock lock[LG_LOCKS_MAX];
	struct lg_status_facts facts = {.lock = lock, .now = lg_cli_clocks()};
	const struct lg_settings *settings;
	struct lg_policy *policy = NULL;
	enum lg_status status = lg_cli_settings(cli, &settings, err);

	if (status == LG_OK)
		status = lg_cli_policy(settings, state, &policy, err);
	/* A policy that cannot be made is shown, not hidden. */
	if (status == LG_ERR_NO_MEMORY)
		return status;
	for (size_t i = 0;
	     state != NULL && i < state->lock_count && i < LG_LOCKS_MAX; i++) {
		lg_lock_concerns(state->lock[i], &concerns[i], NULL);
		lock[i] = (struct lg_status_lock){
			.lock = state->lock[i],
			.concerns = &concerns[i],
			.gate = gate_of(policy, state->lock[i]),
		};
		facts.count++;
	}
	facts.gate = policy != NULL ? lg_gate_state_name(lg_policy_gate(policy))
				    : NULL;
	facts.dialect = settings->dialect;
	if (state != NULL) {
		facts.generation = state->generation;
		facts.refused = refused_by(state);
		facts.loud = &state->loud;
	}
	*out_object = lg_status_object(&facts);
	for (size_t i = 0; i < facts.count; i++)
		lg_strlist_release(&concerns[i].domains);
	lg_policy_free(&policy);
	return LG_OK;
}

/* A window that failed at night tells nobody but systemd. */
static void add_failed_windows(cJSON *object)
{
	struct lg_strlist names = {0};

	if (!lg_systemd_runs())
		return;
	/* What the gate heard some seconds ago. */
	lg_status_take_loud(object, LG_WINDOW_FAILED);
	lg_systemd_windows(&names, NULL);
	for (size_t i = 0; i < names.count; i++) {
		struct lg_buffer text = {0};

		if (!lg_systemd_window_failed(names.item[i]))
			continue;
		lg_window_failed_text(names.item[i], &text);
		lg_status_add_loud(object,
				   lg_buffer_status(&text, NULL) == LG_OK
					   ? text.data
					   : NULL);
		lg_buffer_release(&text);
	}
	lg_strlist_release(&names);
}

static int show(struct lg_cli *cli, cJSON *object, int reachable, int code)
{
	int printed = lg_cli_servers_status(cli, object, reachable);
	struct lg_status_said said;
	int active;

	if (printed != LG_EXIT_DONE) {
		cJSON_Delete(object);
		return printed;
	}
	lg_cli_add_open_ways(cli, object);
	if (!cli->quiet)
		add_failed_windows(object);
	lg_status_read(object, &said);
	active = said.is_active;
	if (lg_cli_option(cli, "check") != NULL) {
		code = lg_cli_status_check(cli, &said, code != LG_EXIT_NO_GATE);
		cJSON_Delete(object);
		return CHECKED + code;
	}
	if (cli->json) {
		printed = lg_cli_json(cli, object);
	} else {
		if (!cli->quiet)
			lg_status_text(cli, &said);
		cJSON_Delete(object);
	}
	if (code == LG_EXIT_DONE)
		code = printed;
	if (code == LG_EXIT_DONE && cli->quiet && !active)
		code = LG_EXIT_REFUSED;
	return code;
}

/* Nothing here asks what state_dir says. */
static void say_unenforced(struct lg_cli *cli, const struct lg_state *state,
			   cJSON *object)
{
	lg_json_bool(object, "enforced", 0);
	if (cli->quiet || state == NULL || state->lock_count == 0)
		return;
	if (cli->json)
		lg_cli_say(cli, LG_EXIT_DONE, NULL, "%s", LG_UNENFORCED);
	else
		lg_cli_print(cli, LG_YELLOW, "%s. ", LG_UNENFORCED);
}

static int show_state(struct lg_cli *cli, int reachable, int code)
{
	struct lg_state *state = NULL;
	cJSON *object = NULL;
	struct lg_error err;

	if (lg_cli_state(cli, LG_STATE_READ, &state, &err) != LG_OK ||
	    from_state(cli, state, &object, &err) != LG_OK)
		return code != LG_EXIT_DONE ? code : lg_cli_fail(cli, &err);
	say_unenforced(cli, state, object);
	return show(cli, object, reachable, code);
}

static int show_once(struct lg_cli *cli)
{
	struct lg_control_answer answer = {0};
	struct lg_control *control = NULL;
	struct lg_error err;
	enum lg_status status = lg_cli_gate(cli, &control, &err);
	cJSON *object;
	int code;

	if (status != LG_OK) {
		code = lg_cli_no_gate(cli, &err);
		if (code == LG_EXIT_NO_GATE)
			code = show_state(cli, 0, code);
		return code;
	}
	if (control == NULL)
		return show_state(cli, 1, LG_EXIT_DONE);
	code = lg_cli_ask(cli, control, lg_cli_request("status"), &answer);
	if (code == LG_EXIT_DONE) {
		object = cJSON_DetachItemFromObjectCaseSensitive(answer.object,
								 "status");
		lg_json_bool(object, "enforced", 1);
		code = show(cli, object, 1, LG_EXIT_DONE);
	}
	lg_control_release(&answer);
	return code;
}

static int show_all(struct lg_cli *cli)
{
	return lg_cli_is_fleet(cli) ? lg_cli_fleet_status(cli) : show_once(cli);
}

int lg_cmd_status(struct lg_cli *cli)
{
	int code;

	if (lg_cli_option(cli, "watch") != NULL) {
		if (cli->json || cli->quiet ||
		    lg_cli_option(cli, "check") != NULL)
			return lg_cli_usage(cli,
					    "--watch goes without --check, "
					    "--json and --quiet");
		return lg_cli_watch(cli, show_all);
	}
	if (lg_cli_option(cli, "check") == NULL)
		return show_all(cli);
	if (cli->json || cli->quiet || lg_cli_is_fleet(cli))
		return lg_cli_usage(cli, "--check prints a line of its own; it "
					 "goes without --json, --quiet and "
					 "--fleet");
	code = show_once(cli);
	return code >= CHECKED ? code - CHECKED
			       : lg_cli_status_unknown(cli, code);
}
