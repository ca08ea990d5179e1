/* SPDX-License-Identifier: ISC */
/*
 * apply.c - puts a plan in force: the hands and the words
 *
 * The steps and their order are app/change/change_begin's. What a gate is sent
 * is what the profile sets and nothing else: what it comes to beside other
 * locks is the gate's to say. When it says that it is done, it is asked what
 * the lock does now (A5): one that is not what the plan said is taken back.
 */
#include <stdlib.h>
#include <string.h>

#include "port/json_of.h"
#include "app/change/change_begin.h"
#include "app/records/status_record.h"
#include "cli/change/apply.h"
#include "cli/change/effect_words.h"
#include "cli/change/servers_hands.h"
#include "cli/change/stop_signals.h"
#include "cli/open/locks.h"
#include "cli/text/times.h"
#include "cli/open/targets.h"

#define ANSWER_MS 5000

enum lg_exit lg_cli_change_exit(enum lg_status status)
{
	switch (status) {
	case LG_ERR_CONFLICT:
		return LG_EXIT_WOULD_NOT_LOCK;
	case LG_ERR_RANGE:
		return LG_EXIT_USAGE;
	case LG_ERR_IO:
	case LG_ERR_TIMEOUT:
		return LG_EXIT_PUT_BACK;
	case LG_OK:
	case LG_ERR_SYNTAX:
	case LG_ERR_LIMIT:
	case LG_ERR_UNKNOWN_KEY:
	case LG_ERR_DIRECTORY:
	case LG_ERR_DENIED:
	case LG_ERR_NO_MEMORY:
	case LG_ERR_BUG:
		break;
	}
	return lg_cli_exit(status);
}

/* What one server is tested with (A5); settings NULL: it has no section. */
struct tested {
	const struct lg_prepared *prepared;
	size_t server;
	const struct lg_target_settings *settings;
	const char *id;
};

/* What one apply holds. */
struct applying {
	struct lg_cli_hands base;
	const struct lg_prepared *prepared;
	struct lg_applied *applied;
	struct lg_stop_signals signals;
	struct tested *tested;
	const void **test;
	int code; /* which is printed */
};

/* What the lock of that id does by itself, as the gate says; "": no such
 * lock. */
static const char *gate_of(const cJSON *status, const char *id)
{
	struct lg_status_lock_said lock;
	struct lg_status_said said;
	const cJSON *item;

	lg_status_read(status, &said);
	cJSON_ArrayForEach(item, said.locks) {
		lg_status_lock_read(item, &lock);
		if (lock.id != NULL && strcmp(lock.id, id) == 0)
			return lock.gate != NULL ? lock.gate : "silent";
	}
	return "";
}

/* What the gate does now is what the plan said. */
static enum lg_status test_gate(const struct tested *tested,
				struct lg_error *err)
{
	const struct lg_plan_target *target =
		&tested->prepared->plan->target[tested->server];
	const char *planned = lg_gate_state_name(target->gate);
	struct lg_control_answer answer = {0};
	cJSON *request;
	const char *gate;
	enum lg_status status;
	int code;

	/* restarted just now, it may not have read the values yet */
	if (target->takes_effect != LG_TAKES_EFFECT_AT_ONCE)
		return LG_OK;
	request = lg_cli_request("status");
	status = lg_control_ask(tested->prepared->control, request, NULL, 0,
				ANSWER_MS, NULL, &answer, &code, err);
	if (status != LG_OK)
		return status;
	gate = gate_of(lg_json_of(answer.object, "status"), tested->id);
	if (strcmp(gate, planned) != 0)
		status = lg_error_set(err, LG_ERR_CONFLICT, NULL,
				      "the lock is %s at the gate where the "
				      "plan said %s; it is taken back",
				      *gate != '\0' ? gate : "over already",
				      planned);
	lg_control_release(&answer);
	return status;
}

/* The gate here: what it says, too; a server: test accounts at its doors. */
static enum lg_status test_one(const void *context, struct lg_error *err)
{
	const struct tested *tested = context;
	int is_local = tested->prepared->server[tested->server].is_local;
	enum lg_status status = is_local ? test_gate(tested, err) : LG_OK;

	if (status == LG_OK && tested->settings != NULL)
		status = lg_cli_target_test(tested->settings, err);
	/* it failed, and is no refusal */
	if (is_local && status == LG_ERR_CONFLICT)
		status = err->status = LG_ERR_IO;
	return status;
}

/* What shows the lock on each server. */
static enum lg_status find_tests(struct applying *applying,
				 const struct lg_settings *settings,
				 struct lg_error *err)
{
	const struct lg_prepared *prepared = applying->prepared;
	size_t most = prepared->server_count + 1;

	applying->tested = calloc(most, sizeof(*applying->tested));
	applying->test = calloc(most, sizeof(*applying->test));
	if (applying->tested == NULL || applying->test == NULL)
		return lg_no_memory(err);
	for (size_t i = 0; i < prepared->server_count; i++) {
		struct tested *tested = &applying->tested[i];

		*tested = (struct tested){
			.prepared = prepared,
			.server = i,
			.settings = lg_cli_target(settings,
						  prepared->server[i].name),
			.id = applying->applied->id,
		};
		if (prepared->server[i].is_local || tested->settings != NULL)
			applying->test[i] = tested;
	}
	return LG_OK;
}

static int stop(void *self)
{
	struct applying *applying = self;

	return lg_stop_signals_came(&applying->signals);
}

/* As the change left the services: what the plan saw may be long past. */
static void keep_services(const struct lg_prepared *prepared,
			  const struct lg_servers *servers)
{
	size_t at = 0;

	for (size_t i = 0; i < prepared->server_count; i++) {
		if (!prepared->server[i].is_local)
			prepared->service[i] = servers->member[at++].service;
	}
}

/* Words for what failed at the gate here; the exit code. */
static int tell_gate(struct lg_cli *cli, const struct lg_servers *servers,
		     enum lg_servers_outcome outcome)
{
	const struct lg_servers_member *gate = servers->last;
	int code = lg_cli_fail_as(cli, lg_cli_gate_exit(gate), &gate->error);

	if (gate->left_behind)
		lg_cli_say(
			cli, LG_EXIT_NOT_PUT_BACK, gate->name,
			"it is not known whether it holds the lock: logongate "
			"status, and logongate lift");
	if (servers->count > 0)
		lg_cli_say(cli,
			   (enum lg_exit)lg_cli_servers_exit(outcome,
							     LG_ERR_CONFLICT),
			   gate->name,
			   "the gate of this machine was not locked, so the "
			   "servers get their earlier values back");
	return outcome == LG_SERVERS_LEFT_BEHIND ? LG_EXIT_NOT_PUT_BACK : code;
}

static void tell_begun(void *self, const struct lg_change_came *begun)
{
	struct applying *applying = self;
	struct lg_cli *cli = applying->base.cli;
	const struct lg_servers_member *gate = begun->servers->last;

	applying->applied->until_s = begun->lock->until_s;
	if (gate != NULL) {
		lg_cli_gate_says(cli, gate);
		applying->applied->until_s = gate->told.until_s;
		applying->applied->cut = gate->told.cut;
		applying->applied->left = gate->told.left;
	}
	if (begun->status == LG_OK) {
		keep_services(applying->prepared, begun->servers);
		return;
	}
	if (begun->servers->count > 0)
		lg_stop_signals_drop(&applying->signals);
	if (gate != NULL && gate->status != LG_OK) {
		applying->code = tell_gate(cli, begun->servers, begun->outcome);
	} else {
		applying->code =
			lg_cli_servers_exit(begun->outcome, begun->status);
		lg_cli_fail_as(cli, (enum lg_exit)applying->code, begun->err);
	}
	lg_cli_servers_tell(cli, begun->servers);
	if (begun->outcome == LG_SERVERS_PUT_BACK &&
	    begun->servers->count > 0 && !cli->quiet)
		fputs("every server has its earlier values again\n", cli->err);
}

static int is_possible(struct lg_cli *cli, const struct lg_prepared *prepared)
{
	if (prepared->input.starts_s > prepared->input.now_s)
		return lg_cli_usage(
			cli,
			"--at works for the gate of this machine only; servers "
			"are locked when the command runs");
	if (prepared->confirm_within_s > 0 &&
	    !lg_change_has_gate(prepared->server, prepared->server_count))
		return lg_cli_usage(cli, "--confirm-within needs the gate of "
					 "this machine among the servers, "
					 "which waits for logongate confirm");
	return LG_EXIT_DONE;
}

static int begin(struct applying *applying, struct lg_change_begin *request)
{
	struct lg_change_hands hands = lg_cli_hands(&applying->base);
	int stops = lg_cli_servers_needed(applying->prepared);
	struct lg_error err;

	request->test = applying->test;
	hands.test = test_one;
	hands.begun = tell_begun;
	/* a gate alone is not left half-way */
	if (stops) {
		hands.stop = stop;
		lg_stop_signals_wait(&applying->signals);
	}
	lg_change_begin(&hands, request, &err);
	if (stops)
		lg_stop_signals_end(&applying->signals);
	return applying->code;
}

int lg_cli_apply(struct lg_cli *cli, const struct lg_prepared *prepared,
		 struct lg_applied *out_applied)
{
	struct applying applying = {.base = {.cli = cli},
				    .prepared = prepared,
				    .applied = out_applied};
	struct lg_change_begin request = {
		.plan = prepared->plan,
		.input = &prepared->input,
		.gate_runs = prepared->control != NULL,
		.id = out_applied->id,
		.variables = prepared->variables,
		.reason = lg_cli_option(cli, "reason"),
		.for_s = prepared->for_s,
		.confirm_within_s = prepared->confirm_within_s,
		.grace_s = prepared->grace_s,
	};
	const struct lg_settings *settings;
	struct lg_error err;
	int code;

	*out_applied = (struct lg_applied){0};
	if (lg_cli_new_id(out_applied->id, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	code = lg_cli_probe_before(cli, prepared);
	if (code == LG_EXIT_DONE && lg_cli_servers_needed(prepared))
		code = is_possible(cli, prepared);
	if (code == LG_EXIT_DONE &&
	    (lg_cli_settings(cli, &settings, &err) != LG_OK ||
	     find_tests(&applying, settings, &err) != LG_OK))
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE)
		code = begin(&applying, &request);
	free(applying.test);
	free(applying.tested);
	return code;
}
