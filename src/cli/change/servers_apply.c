/* SPDX-License-Identifier: ISC */
/*
 * servers_apply.c - applying a plan to servers: the hands and the words
 *
 * The steps and their order are app/change/change_begin's and servers's.
 */
#include "app/change/change_begin.h"
#include "cli/change/servers_apply.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/system/journal_file.h"
#include "cli/change/apply.h"
#include "cli/change/effect.h"
#include "cli/change/servers_hands.h"
#include "cli/change/servers_lift.h"
#include "cli/output.h"
#include "cli/change/stop_signals.h"
#include "cli/open/targets.h"
#include "cli/text/times.h"

int lg_cli_servers_needed(const struct lg_prepared *prepared)
{
	return lg_change_needs_servers(prepared->server,
				       prepared->server_count);
}

int lg_cli_servers_exit(enum lg_servers_outcome outcome, enum lg_status status)
{
	if (outcome == LG_SERVERS_LEFT_BEHIND)
		return LG_EXIT_NOT_PUT_BACK;
	if (status == LG_ERR_DENIED)
		return LG_EXIT_DENIED;
	/* a lock of its own is in force on a gate */
	if (outcome == LG_SERVERS_NOTHING_WRITTEN && status == LG_ERR_CONFLICT)
		return LG_EXIT_WOULD_NOT_LOCK;
	if (status == LG_ERR_LIMIT || status == LG_ERR_SYNTAX)
		return LG_EXIT_INVALID;
	return LG_EXIT_PUT_BACK;
}

/* The names of the servers of a plan that are not the gate here. */
static enum lg_status names_of(const struct lg_prepared *p,
			       struct lg_strlist *names, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < p->server_count; i++) {
		if (!p->server[i].is_local)
			status = lg_strlist_add(names, p->server[i].name,
						strlen(p->server[i].name), err);
	}
	return status;
}

static enum lg_status open_of(struct lg_cli *cli, const struct lg_prepared *p,
			      struct lg_cli_targets *targets,
			      struct lg_error *err)
{
	const struct lg_settings *settings;
	struct lg_strlist names = {0};
	enum lg_status status = lg_cli_settings(cli, &settings, err);

	if (status == LG_OK)
		status = names_of(p, &names, err);
	if (status == LG_OK)
		status = lg_cli_targets_open(settings, names.item, names.count,
					     targets, err);
	lg_strlist_release(&names);
	return status;
}

int lg_cli_servers_read(struct lg_cli *cli, struct lg_prepared *prepared)
{
	struct lg_cli_targets targets = {0};
	struct lg_servers fleet = {0};
	struct lg_registry *nothing = NULL;
	struct lg_error err;
	enum lg_status status;
	int code = LG_EXIT_DONE;
	size_t at = 0;

	status = open_of(cli, prepared, &targets, &err);
	for (size_t i = 0; status == LG_OK && i < targets.count; i++)
		status = lg_cli_target_secret(targets.settings[i], &err);
	if (status == LG_OK)
		status = lg_registry_new(&nothing, &err);
	if (status != LG_OK) {
		code = lg_cli_fail(cli, &err);
		goto out;
	}
	fleet.member = calloc(targets.count + 1, sizeof(*fleet.member));
	prepared->found = calloc(targets.count + 1, sizeof(*prepared->found));
	prepared->service =
		calloc(prepared->server_count + 1, sizeof(*prepared->service));
	if (fleet.member == NULL || prepared->found == NULL ||
	    prepared->service == NULL) {
		code = lg_cli_say(cli, LG_EXIT_SOFTWARE, NULL, "out of memory");
		goto out;
	}
	fleet.count = targets.count;
	for (size_t i = 0; i < targets.count; i++) {
		fleet.member[i].name = targets.port[i].name;
		fleet.member[i].port = &targets.port[i];
		fleet.member[i].wanted = nothing;
	}
	status = lg_servers_probe(&fleet, &err);
	for (size_t i = 0; i < prepared->server_count && status == LG_OK; i++) {
		if (prepared->server[i].is_local)
			continue;
		prepared->service[i] = fleet.member[at].probe.service;
		prepared->found[at] = fleet.member[at].found;
		fleet.member[at].found = NULL;
		prepared->server[i].before = prepared->found[at];
		prepared->found_count = ++at;
	}
	if (status != LG_OK)
		code = lg_cli_fail_as(
			cli,
			lg_cli_servers_exit(LG_SERVERS_NOTHING_WRITTEN, status),
			&err);
out:
	for (size_t i = 0; fleet.member != NULL && i < fleet.count; i++)
		lg_servers_member_release(&fleet.member[i]);
	free(fleet.member);
	lg_registry_free(&nothing);
	lg_cli_targets_release(&targets);
	return code;
}

void lg_cli_servers_moved(void *context, const struct lg_servers_member *member)
{
	struct lg_cli *cli = context;

	if (!cli->progress || cli->quiet)
		return;
	fprintf(cli->err, "%s: %s\n", member->name,
		lg_servers_step_name(member->step));
}

/* What did not go as it should, a line each. */
void lg_cli_servers_tell(struct lg_cli *cli, const struct lg_servers *fleet)
{
	struct lg_error failure;

	for (size_t i = 0; i < fleet->count; i++) {
		const struct lg_servers_member *member = &fleet->member[i];

		if (!member->left_behind)
			continue;
		lg_servers_member_failure(member, &failure);
		lg_cli_say(cli, LG_EXIT_NOT_PUT_BACK, member->name,
			   "could NOT be put back: %s; %slogongate recover "
			   "--forget %s %s",
			   failure.text,
			   member->changed
				   ? ""
				   : "when it can be reached again: logongate "
				     "recover; if it will not return: ",
			   member->name,
			   member->changed ? "leaves them as they are"
					   : "gives it up");
	}
}

/* What one apply holds. */
struct applying {
	struct lg_cli_hands base;
	const struct lg_prepared *prepared;
	struct lg_applied *applied;
	struct lg_stop_signals signals;
	int code;      /* which is printed */
	int gate_code; /* why the gate here could not be locked */
};

static enum lg_status lock_gate(void *self, struct lg_error *err)
{
	struct applying *applying = self;

	applying->gate_code = lg_cli_apply_gate(
		applying->base.cli, applying->prepared, applying->applied);
	if (applying->gate_code == LG_EXIT_DONE)
		return LG_OK;
	return lg_error_set(err, LG_ERR_CONFLICT, "gate",
			    "the gate of this machine was not locked, so the "
			    "servers get their earlier values back");
}

static int stop(void *self)
{
	struct applying *applying = self;

	return lg_stop_signals_came(&applying->signals);
}

/* As the change left the services: what the plan saw may be long past. */
static void keep_services(const struct lg_prepared *prepared,
			  const struct lg_servers *fleet)
{
	size_t at = 0;

	for (size_t i = 0; i < prepared->server_count; i++) {
		if (!prepared->server[i].is_local)
			prepared->service[i] = fleet->member[at++].service;
	}
}

static void tell_begun(void *self, const struct lg_change_begun *begun)
{
	struct applying *applying = self;
	struct lg_cli *cli = applying->base.cli;

	if (begun->status == LG_OK) {
		keep_services(applying->prepared, begun->fleet);
		return;
	}
	lg_stop_signals_drop(&applying->signals);
	applying->code = lg_cli_servers_exit(begun->outcome, begun->status);
	applying->code =
		lg_cli_fail_as(cli, (enum lg_exit)applying->code, begun->err);
	lg_cli_servers_tell(cli, begun->fleet);
	if (begun->outcome == LG_SERVERS_PUT_BACK && !cli->quiet)
		fputs("every server has its earlier values again\n", cli->err);
	if (begun->outcome != LG_SERVERS_LEFT_BEHIND &&
	    applying->gate_code != LG_EXIT_DONE)
		applying->code = applying->gate_code;
}

/* Whose test accounts show the lock when apply is done. */
static const void **tests_of(const struct lg_prepared *prepared,
			     const struct lg_settings *settings)
{
	const void **test = calloc(prepared->server_count + 1, sizeof(*test));

	for (size_t i = 0; test != NULL && i < prepared->server_count; i++) {
		if (lg_cli_effect_running(prepared, i) == LG_EFFECT_NOW)
			test[i] = lg_cli_target(settings,
						prepared->server[i].name);
	}
	return test;
}

static int is_possible(struct lg_cli *cli, const struct lg_prepared *prepared,
		       int with_gate)
{
	if (prepared->input.starts_s > prepared->input.now_s)
		return lg_cli_usage(
			cli,
			"--at works for the gate of this machine only; servers "
			"are locked when the command runs");
	if (prepared->confirm_within_s > 0 && !with_gate)
		return lg_cli_usage(cli, "--confirm-within needs the gate of "
					 "this machine among the servers, "
					 "which waits for logongate confirm");
	return LG_EXIT_DONE;
}

/* Servers are lifted with a gate that nobody confirms. */
static struct lg_servers_change change_of(struct lg_cli *cli,
					  const struct lg_prepared *prepared,
					  const char *id)
{
	struct lg_servers_change change = {
		.id = id,
		.profile = prepared->profile->name,
		.variables = prepared->variables,
		.by = lg_cli_by(cli),
		.reason = lg_cli_option(cli, "reason"),
		.since_s = lg_cli_now(), /* asking may have taken long */
		.until_s = prepared->input.until_s,
		.now = lg_cli_clocks(),
		.max_duration_s = prepared->profile->max_duration_s,
		.replaces = prepared->input.replaces,
	};
	int64_t confirm_s = prepared->input.now_s + prepared->confirm_within_s;

	if (prepared->confirm_within_s > 0 && confirm_s < change.until_s)
		change.until_s = confirm_s;
	for (size_t i = 0; i < prepared->server_count; i++)
		change.with_gate |= prepared->server[i].is_local;
	return change;
}

int lg_cli_servers_apply(struct lg_cli *cli, const struct lg_prepared *prepared,
			 struct lg_applied *out_applied)
{
	struct lg_change_begin request = {
		.plan = prepared->plan,
		.server = prepared->server,
		.change = change_of(cli, prepared, out_applied->id),
	};
	const struct lg_servers_change *change = &request.change;
	const struct lg_gate_lock lock = {
		.id = change->id,
		.profile = change->profile,
		.by = change->by,
		.caller = change->by,
		.reason = change->reason,
		.until_s = change->until_s,
		.max_duration_s = change->max_duration_s,
		.grace_s = prepared->grace_s,
		.findings = prepared->plan->facts == LG_FACTS_FINDINGS
				    ? prepared->plan->findings
				    : NULL,
	};
	struct applying applying = {.base = {.cli = cli, .lock = &lock},
				    .prepared = prepared,
				    .applied = out_applied};
	struct lg_change_hands hands = lg_cli_hands(&applying.base);
	const struct lg_settings *settings;
	const void **test = NULL;
	struct lg_error err;
	int code = is_possible(cli, prepared, change->with_gate);

	if (code == LG_EXIT_DONE &&
	    lg_cli_settings(cli, &settings, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code != LG_EXIT_DONE)
		return code;
	test = tests_of(prepared, settings);
	if (test == NULL)
		return lg_cli_say(cli, LG_EXIT_SOFTWARE, NULL, "out of memory");
	request.test = test;
	hands.lock_gate = lock_gate;
	hands.stop = stop;
	hands.begun = tell_begun;
	lg_stop_signals_wait(&applying.signals);
	lg_change_begin(&hands, &request, &err);
	lg_stop_signals_end(&applying.signals);
	free(test);
	if (applying.code == LG_EXIT_DONE && !change->with_gate)
		out_applied->until_s = change->until_s;
	return applying.code;
}
