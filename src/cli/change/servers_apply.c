/* SPDX-License-Identifier: ISC */
/*
 * servers_apply.c - applying a plan to servers of the settings
 *
 * The steps and their order are app/change/servers's; here stand the progress and the
 * gate of this machine, which is locked when every server holds its values
 * and before the change counts as applied.
 */
#include "cli/change/servers_apply.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/system/journal_file.h"
#include "app/change/servers_ending.h"
#include "cli/change/apply.h"
#include "cli/change/effect.h"
#include "cli/change/servers_history.h"
#include "cli/change/servers_lift.h"
#include "cli/output.h"
#include "cli/change/stop_signals.h"

int lg_cli_servers_needed(const struct lg_prepared *prepared)
{
	for (size_t i = 0; i < prepared->server_count; i++) {
		if (!prepared->server[i].is_local)
			return 1;
	}
	return 0;
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
		code = lg_cli_say(cli, LG_EXIT_SOFTWARE, NULL, "no memory");
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

/* What the hooks of one apply share. */
struct applying {
	struct lg_cli *cli;
	const struct lg_prepared *prepared;
	struct lg_applied *applied;
	int with_gate;
	int gate_code; /* why the gate here could not be locked */
};

static enum lg_status keep_backups(void *context, struct lg_servers *fleet,
				   struct lg_error *err)
{
	struct applying *applying = context;
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < fleet->count; i++)
		status = lg_cli_servers_backup(
			applying->cli, fleet->member[i].name,
			fleet->member[i].found, &fleet->member[i].backup, err);
	return status;
}

static enum lg_status lock_gate(void *context, struct lg_error *err)
{
	struct applying *applying = context;

	if (!applying->with_gate)
		return LG_OK;
	applying->gate_code = lg_cli_apply_gate(
		applying->cli, applying->prepared, applying->applied);
	if (applying->gate_code == LG_EXIT_DONE)
		return LG_OK;
	return lg_error_set(err, LG_ERR_CONFLICT, "gate",
			    "the gate of this machine was not locked, so the "
			    "servers get their earlier values back");
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
			   member->changed ? ""
					   : "when it can be reached again: "
					     "logongate recover; gone for "
					     "good: ",
			   member->name,
			   member->changed ? "leaves them as they are"
					   : "gives it up");
	}
}

/* Where another change was interrupted nobody knows what stands. */
static enum lg_status none_interrupted(const struct lg_servers_book *book,
				       const struct lg_cli_targets *targets,
				       struct lg_error *err)
{
	for (size_t i = 0; i < targets->count; i++) {
		const struct lg_servers_record *other = lg_servers_interrupted(
			book, targets->port[i].name, NULL);

		if (other != NULL)
			return lg_error_set(
				err, LG_ERR_CONFLICT,
				other->profile != NULL ? other->profile
						       : other->id,
				"was interrupted half-way on %s; logongate "
				"recover first",
				targets->port[i].name);
	}
	return LG_OK;
}

/* The same profile with the same variables is the same lock. */
static enum lg_status not_in_force(const struct lg_servers_book *book,
				   const struct lg_prepared *p,
				   struct lg_error *err)
{
	const char *variables = p->variables != NULL ? p->variables : "";
	struct lg_now now = lg_cli_clocks();

	for (size_t i = 0; i < book->count; i++) {
		const struct lg_servers_record *record = &book->record[i];

		if (record->phase != LG_SERVERS_APPLIED ||
		    lg_servers_record_is_over(record, &now) ||
		    strcmp(record->profile, p->profile->name) != 0 ||
		    strcmp(record->variables != NULL ? record->variables : "",
			   variables) != 0)
			continue;
		lg_error_set(err, LG_ERR_CONFLICT, record->profile,
			     "is in force on servers already; lift "
			     "or extend it first");
		return lg_error_code(err, "already-in-force");
	}
	return LG_OK;
}

/* What stood under the names when it was planned: what another lock or a hand
 * wrote there since is found by the comparison. */
static enum lg_status add_planned(struct lg_servers_member *member,
				  const struct lg_servers_beside *beside,
				  const struct lg_plan_target *target,
				  struct lg_registry **out_planned,
				  struct lg_error *err)
{
	const struct lg_registry *found = target->before;
	const struct lg_servers_more none = {NULL, 0, target->dialect};
	struct lg_registry *stands = NULL;
	enum lg_status status;

	status = lg_servers_bare(beside, found, NULL, &stands, err);
	if (status == LG_OK)
		status = lg_servers_bare(beside, found, target->own,
					 &member->bare, err);
	if (status == LG_OK)
		status = lg_servers_composed(beside, &none, stands, target->own,
					     out_planned, NULL, err);
	lg_registry_free(&stands);
	return status;
}

/* The members of a plan's servers, in the order of the opened targets. */
static enum lg_status add_members(const struct lg_prepared *p,
				  const struct lg_cli_targets *targets,
				  struct lg_servers *fleet,
				  struct lg_registry **planned,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;
	size_t at = 0;

	for (size_t i = 0; status == LG_OK && i < p->server_count; i++) {
		const struct lg_plan_target *target = &p->plan->target[i];
		struct lg_servers_member *member = &fleet->member[at];

		if (p->server[i].is_local)
			continue;
		member->name = targets->port[at].name;
		member->port = &targets->port[at];
		member->wanted = target->values;
		member->dialect = target->dialect;
		/* one that polls keeps its sessions (A4) */
		member->restart = target->restarts;
		/* before the poll a logon tells nothing of the lock */
		if (lg_cli_effect_running(p, i) == LG_EFFECT_NOW)
			member->test = lg_cli_target_test;
		member->test_context = targets->settings[at];
		fleet->count = ++at;
		if (member->port->keeps_locks)
			continue;
		member->own = target->own;
		status = add_planned(member, &p->there[i], target,
				     &planned[at - 1], err);
		member->planned = planned[at - 1];
	}
	return status;
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

static void note_apply(struct lg_cli *cli, const struct lg_prepared *prepared,
		       const struct lg_servers_change *change,
		       const char *result)
{
	struct lg_strlist names = {0};
	struct lg_buffer target = {0};
	struct lg_journal_entry entry = {
		.at_s = change->since_s,
		.event = LG_EVENT_APPLY,
		.id = change->id,
		.profile = change->profile,
		.by = change->by,
		.reason = change->reason,
		.result = result,
		.since_s = change->since_s,
		.until_s = change->until_s,
		.max_duration_s = change->max_duration_s,
		.locks = strcmp(result, "done") == 0,
	};

	names_of(prepared, &names, NULL);
	lg_cli_servers_names(&names, &target);
	entry.target = target.data;
	lg_cli_servers_note(cli, &entry);
	lg_buffer_release(&target);
	lg_strlist_release(&names);
}

int lg_cli_servers_apply(struct lg_cli *cli, const struct lg_prepared *prepared,
			 struct lg_applied *out_applied)
{
	struct applying applying = {cli, prepared, out_applied, 0, 0};
	const struct lg_servers_hooks hooks = {&applying, keep_backups,
					       lock_gate};
	/* servers are lifted with a gate that nobody confirms */
	int64_t confirm_s =
		prepared->confirm_within_s > 0
			? prepared->input.now_s + prepared->confirm_within_s
			: prepared->input.until_s;
	struct lg_servers_change change = {
		.id = out_applied->id,
		.profile = prepared->profile->name,
		.by = lg_cli_by(cli),
		.reason = lg_cli_option(cli, "reason"),
		.since_s = lg_cli_now(), /* asking may have taken long */
		.until_s = confirm_s < prepared->input.until_s
				   ? confirm_s
				   : prepared->input.until_s,
		.now = lg_cli_clocks(),
	};
	const struct lg_gate_lock lock = {
		.id = change.id,
		.profile = change.profile,
		.by = change.by,
		.caller = change.by,
		.reason = change.reason,
		.until_s = change.until_s,
		.max_duration_s = prepared->profile->max_duration_s,
		.grace_s = prepared->grace_s,
		.findings = prepared->plan->facts == LG_FACTS_FINDINGS
				    ? prepared->plan->findings
				    : NULL,
	};
	struct lg_stop_signals signals;
	struct lg_servers fleet = {.watch = {cli, lg_cli_servers_moved,
					     &signals, lg_stop_signals_came}};
	struct lg_journal_file *journal = NULL;
	struct lg_servers_book book = {0};
	struct lg_cli_targets targets = {0};
	struct lg_registry **planned = NULL;
	enum lg_servers_outcome outcome = LG_SERVERS_NOTHING_WRITTEN;
	enum lg_status status;
	struct lg_error err;
	int code = LG_EXIT_DONE;

	if (prepared->input.starts_s > prepared->input.now_s)
		return lg_cli_usage(cli, "--at is for the gate of this "
					 "machine alone; servers are locked "
					 "when the command runs");
	for (size_t i = 0; i < prepared->server_count; i++)
		applying.with_gate |= prepared->server[i].is_local;
	if (prepared->confirm_within_s > 0 && !applying.with_gate)
		return lg_cli_usage(cli, "--confirm-within needs the gate of "
					 "this machine among the servers, "
					 "which waits for logongate confirm");
	change.with_gate = applying.with_gate;
	change.variables = prepared->variables;
	change.replaces = prepared->input.replaces;
	change.max_duration_s = prepared->profile->max_duration_s;
	status = lg_cli_servers_begin(cli, &journal, &book, &err);
	if (status == LG_OK)
		status = not_in_force(&book, prepared, &err);
	if (status == LG_OK)
		status = open_of(cli, prepared, &targets, &err);
	if (status == LG_OK)
		status = none_interrupted(&book, &targets, &err);
	if (status == LG_ERR_CONFLICT) {
		code = lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, &err);
		goto out;
	}
	if (status == LG_OK)
		status = lg_cli_servers_rewrite(journal, &book, &err);
	lg_cli_targets_lock(&targets, &lock);
	fleet.member = calloc(targets.count + 1, sizeof(*fleet.member));
	planned = calloc(targets.count + 1, sizeof(*planned));
	if (status == LG_OK && (fleet.member == NULL || planned == NULL))
		status =
			lg_error_set(&err, LG_ERR_NO_MEMORY, NULL, "no memory");
	if (status == LG_OK)
		status = add_members(prepared, &targets, &fleet, planned, &err);
	if (status == LG_OK) {
		fleet.journal.self = journal;
		fleet.journal.append = lg_journal_file_append;
		lg_stop_signals_wait(&signals);
		status = lg_servers_apply(&fleet, &change, &hooks, &outcome,
					  &err);
		if (status != LG_OK)
			lg_stop_signals_drop(&signals);
		lg_stop_signals_end(&signals);
	}
	if (status == LG_OK)
		keep_services(prepared, &fleet);
	if (status != LG_OK) {
		code = lg_cli_fail_as(cli, lg_cli_servers_exit(outcome, status),
				      &err);
		lg_cli_servers_tell(cli, &fleet);
		if (outcome == LG_SERVERS_PUT_BACK && !cli->quiet)
			fputs("every server has its earlier values again\n",
			      cli->err);
		if (outcome != LG_SERVERS_LEFT_BEHIND &&
		    applying.gate_code != LG_EXIT_DONE)
			code = applying.gate_code;
	} else if (!applying.with_gate) {
		out_applied->until_s = change.until_s;
	}
	/* what a gate had its part in it notes itself */
	if (status == LG_OK ? !applying.with_gate
			    : outcome != LG_SERVERS_NOTHING_WRITTEN)
		note_apply(cli, prepared, &change,
			   status == LG_OK ? "done"
			   : outcome == LG_SERVERS_PUT_BACK
				   ? "failed, put back"
				   : "failed, NOT put back everywhere");
out:
	for (size_t i = 0; i < fleet.count; i++)
		lg_servers_member_release(&fleet.member[i]);
	for (size_t i = 0; planned != NULL && i < targets.count; i++)
		lg_registry_free(&planned[i]);
	free(planned);
	free(fleet.member);
	lg_cli_targets_release(&targets);
	lg_servers_book_release(&book);
	lg_journal_file_close(&journal);
	return code;
}
