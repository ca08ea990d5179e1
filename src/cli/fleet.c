/* SPDX-License-Identifier: ISC */
/*
 * fleet.c - applying a plan to servers of the settings
 *
 * The steps and their order are app/fleet's; here stand the journal's file,
 * the back-ups, the progress and the gate of this machine, which is locked
 * when every server holds its values and before the change counts as applied.
 */
#include "cli/fleet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <logongate/instant.h>

#include "adapters/system/atomic_file.h"
#include "adapters/system/journal_file.h"
#include "cli/apply.h"
#include "cli/effect.h"
#include "cli/fleet_history.h"
#include "cli/fleet_lift.h"
#include "cli/output.h"

#define JOURNAL "fleet.jsonl"
/* What a hive and a sane remote registry take (contract 7). */
#define VALUE_LIMIT 1048576

enum lg_status lg_cli_fleet_path(struct lg_cli *cli, const char *name,
				 struct lg_buffer *out_path,
				 struct lg_error *err)
{
	const struct lg_settings *settings;
	enum lg_status status = lg_cli_settings(cli, &settings, err);

	if (status != LG_OK)
		return status;
	lg_buffer_format(out_path, "%s/%s", settings->state_dir, name);
	return lg_buffer_status(out_path, err);
}

/* state_dir need not exist before the first lock. */
static void make_folders(const char *path)
{
	char *copy = strdup(path);

	for (char *slash = copy; slash != NULL;) {
		slash = strchr(slash + 1, '/');
		if (slash == NULL)
			break;
		*slash = '\0';
		/* what cannot be made is found out by who writes there */
		if (mkdir(copy, 0700) != 0)
			errno = 0;
		*slash = '/';
	}
	free(copy);
}

enum lg_status lg_cli_fleet_journal(struct lg_cli *cli,
				    struct lg_journal_file **out_file,
				    struct lg_error *err)
{
	struct lg_buffer path = {0};
	enum lg_status status = lg_cli_fleet_path(cli, JOURNAL, &path, err);

	if (status == LG_OK) {
		make_folders(path.data);
		status = lg_journal_file_open(path.data, out_file, err);
	}
	lg_buffer_release(&path);
	return status;
}

enum lg_status lg_cli_fleet_record(struct lg_cli *cli,
				   struct lg_fleet_record *out_record,
				   struct lg_error *err)
{
	struct lg_buffer path = {0}, text = {0};
	enum lg_status status = lg_cli_fleet_path(cli, JOURNAL, &path, err);

	if (status == LG_OK)
		status = lg_journal_file_read(path.data, &text, err);
	if (status == LG_OK)
		status = lg_fleet_record_parse(text.data ? text.data : "",
					       text.len, path.data, out_record,
					       err);
	lg_buffer_release(&path);
	lg_buffer_release(&text);
	return status;
}

int lg_cli_fleet_needed(const struct lg_prepared *prepared)
{
	for (size_t i = 0; i < prepared->server_count; i++) {
		if (!prepared->server[i].is_local)
			return 1;
	}
	return 0;
}

int lg_cli_fleet_exit(enum lg_fleet_outcome outcome, enum lg_status status)
{
	if (outcome == LG_FLEET_LEFT_BEHIND)
		return LG_EXIT_NOT_PUT_BACK;
	if (status == LG_ERR_DENIED)
		return LG_EXIT_DENIED;
	/* a lock of its own is in force on a gate */
	if (outcome == LG_FLEET_NOTHING_WRITTEN && status == LG_ERR_CONFLICT)
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

int lg_cli_fleet_read(struct lg_cli *cli, struct lg_prepared *prepared)
{
	struct lg_cli_targets targets = {0};
	struct lg_fleet fleet = {0};
	struct lg_registry *nothing = NULL;
	struct lg_error err;
	enum lg_status status = open_of(cli, prepared, &targets, &err);
	int code = LG_EXIT_DONE;
	size_t at = 0;

	if (status == LG_OK)
		status = lg_registry_new(&nothing, &err);
	if (status != LG_OK) {
		code = lg_cli_fail(cli, &err);
		goto out;
	}
	fleet.member = calloc(targets.count + 1, sizeof(*fleet.member));
	prepared->found = calloc(targets.count + 1, sizeof(*prepared->found));
	if (fleet.member == NULL || prepared->found == NULL) {
		code = lg_cli_say(cli, LG_EXIT_SOFTWARE, NULL, "no memory");
		goto out;
	}
	fleet.count = targets.count;
	for (size_t i = 0; i < targets.count; i++) {
		fleet.member[i].name = targets.port[i].name;
		fleet.member[i].port = &targets.port[i];
		fleet.member[i].wanted = nothing;
	}
	status = lg_fleet_probe(&fleet, &err);
	for (size_t i = 0; i < prepared->server_count && status == LG_OK; i++) {
		if (prepared->server[i].is_local)
			continue;
		prepared->found[at] = fleet.member[at].found;
		fleet.member[at].found = NULL;
		prepared->server[i].before = prepared->found[at];
		prepared->found_count = ++at;
	}
	if (status != LG_OK)
		code = lg_cli_fail_as(
			cli,
			lg_cli_fleet_exit(LG_FLEET_NOTHING_WRITTEN, status),
			&err);
out:
	for (size_t i = 0; fleet.member != NULL && i < fleet.count; i++)
		lg_fleet_member_release(&fleet.member[i]);
	free(fleet.member);
	lg_registry_free(&nothing);
	lg_cli_targets_release(&targets);
	return code;
}

enum lg_status lg_cli_fleet_check_sizes(const char *name,
					const struct lg_registry *values,
					struct lg_error *err)
{
	const struct lg_value *value;
	size_t size;

	for (size_t i = 0; i < lg_registry_count(values); i++) {
		value = lg_registry_at(values, i);
		size = lg_value_stored_size(value);
		if (size > VALUE_LIMIT)
			return lg_error_set(err, LG_ERR_LIMIT, name,
					    "\"%s\" has %zu bytes; a registry "
					    "value takes at most %d (about "
					    "7,400 DNs)",
					    value->name, size, VALUE_LIMIT);
	}
	return LG_OK;
}

/* What the hooks of one apply share. */
struct applying {
	struct lg_cli *cli;
	const struct lg_prepared *prepared;
	struct lg_applied *applied;
	int with_gate;
	int gate_code; /* why the gate here could not be locked */
};

/* state_dir/backups/TIME.NAME.reg; TIME.N.NAME.reg where that is taken. */
static enum lg_status backup_path(struct lg_cli *cli, const char *name,
				  struct lg_buffer *path, struct lg_error *err)
{
	struct lg_buffer file = {0};
	char stamp[LG_INSTANT_SIZE];
	enum lg_status status = LG_OK;

	lg_instant_format(lg_cli_now(), stamp);
	for (unsigned int n = 1; status == LG_OK; n++) {
		lg_buffer_clear(&file);
		lg_buffer_clear(path);
		if (n == 1)
			lg_buffer_format(&file, LG_CLI_BACKUPS "/%s.%s.reg",
					 stamp, name);
		else
			lg_buffer_format(&file, LG_CLI_BACKUPS "/%s.%u.%s.reg",
					 stamp, n, name);
		status = lg_buffer_status(&file, err);
		if (status == LG_OK)
			status = lg_cli_fleet_path(cli, file.data, path, err);
		if (status == LG_OK && access(path->data, F_OK) != 0)
			break;
	}
	lg_buffer_release(&file);
	return status;
}

enum lg_status lg_cli_fleet_backup(struct lg_cli *cli, const char *name,
				   const struct lg_registry *values,
				   struct lg_error *err)
{
	struct lg_buffer path = {0}, text = {0};
	enum lg_status status = backup_path(cli, name, &path, err);

	if (status == LG_OK)
		status = lg_reg_text_render(values, LG_REG_ENCODING_UTF16,
					    &text, err);
	if (status == LG_OK) {
		make_folders(path.data);
		status = lg_atomic_file_replace(path.data, text.data, text.len,
						err);
	}
	lg_buffer_release(&path);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status keep_backups(void *context, struct lg_fleet *fleet,
				   struct lg_error *err)
{
	struct applying *applying = context;
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < fleet->count; i++)
		status = lg_cli_fleet_backup(applying->cli,
					     fleet->member[i].name,
					     fleet->member[i].found, err);
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

void lg_cli_fleet_moved(void *context, const struct lg_fleet_member *member)
{
	struct lg_cli *cli = context;

	if (!cli->progress || cli->quiet)
		return;
	fprintf(cli->err, "%s: %s\n", member->name,
		lg_fleet_step_name(member->step));
}

/* What did not go as it should, a line each. */
void lg_cli_fleet_tell(struct lg_cli *cli, const struct lg_fleet *fleet)
{
	for (size_t i = 0; i < fleet->count; i++) {
		const struct lg_fleet_member *member = &fleet->member[i];

		if (member->left_behind)
			lg_cli_say(cli, LG_EXIT_NOT_PUT_BACK, member->name,
				   "could NOT be put back: %s; when it can be "
				   "reached again: logongate recover",
				   member->error.text);
	}
}

static enum lg_status no_lock_yet(struct lg_cli *cli, struct lg_error *err)
{
	struct lg_fleet_record record = {0};
	enum lg_status status = lg_cli_fleet_record(cli, &record, err);

	if (status == LG_OK && record.phase == LG_FLEET_APPLIED)
		status = lg_error_set(err, LG_ERR_CONFLICT, record.profile,
				      "is in force on servers already; lift "
				      "or extend it first");
	else if (status == LG_OK && record.phase != LG_FLEET_NOTHING)
		status = lg_error_set(err, LG_ERR_CONFLICT, record.profile,
				      "was interrupted half-way; logongate "
				      "recover first");
	lg_fleet_record_release(&record);
	return status;
}

/* The members of a plan's servers, in the order of the opened targets. */
static enum lg_status add_members(const struct lg_prepared *p,
				  const struct lg_cli_targets *targets,
				  struct lg_fleet *fleet, struct lg_error *err)
{
	enum lg_status status;
	size_t at = 0;

	fleet->member = calloc(targets->count + 1, sizeof(*fleet->member));
	if (fleet->member == NULL)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	fleet->count = targets->count;
	for (size_t i = 0; i < p->server_count; i++) {
		if (p->server[i].is_local)
			continue;
		fleet->member[at].name = targets->port[at].name;
		fleet->member[at].port = &targets->port[at];
		fleet->member[at].wanted = p->plan->target[i].values;
		fleet->member[at].planned = p->plan->target[i].seen;
		/* one that polls keeps its sessions (A4) */
		fleet->member[at].restart = p->plan->target[i].restarts;
		/* before the poll a logon tells nothing of the lock */
		if (lg_cli_effect(p, i) == LG_EFFECT_NOW)
			fleet->member[at].test = lg_cli_target_test;
		fleet->member[at].test_context = targets->settings[at];
		at++;
	}
	for (size_t i = 0; i < fleet->count; i++) {
		/* a gate keeps a list of any length */
		if (targets->settings[i]->backend == LG_BACKEND_GATE)
			continue;
		status = lg_cli_fleet_check_sizes(fleet->member[i].name,
						  fleet->member[i].wanted, err);
		if (status != LG_OK)
			return status;
	}
	return LG_OK;
}

int lg_cli_fleet_apply(struct lg_cli *cli, const struct lg_prepared *prepared,
		       struct lg_applied *out_applied)
{
	struct applying applying = {cli, prepared, out_applied, 0, 0};
	const struct lg_fleet_hooks hooks = {&applying, keep_backups,
					     lock_gate};
	/* servers are lifted with a gate that nobody confirms */
	int64_t confirm_s =
		prepared->confirm_within_s > 0
			? prepared->input.now_s + prepared->confirm_within_s
			: prepared->input.until_s;
	struct lg_fleet_change change = {
		.profile = prepared->profile->name,
		.by = lg_cli_by(cli),
		.reason = lg_cli_option(cli, "reason"),
		.since_s = prepared->input.now_s,
		.until_s = confirm_s < prepared->input.until_s
				   ? confirm_s
				   : prepared->input.until_s,
	};
	const struct lg_gate_lock lock = {
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
	struct lg_fleet fleet = {.watch = {cli, lg_cli_fleet_moved}};
	struct lg_journal_file *journal = NULL;
	struct lg_cli_targets targets = {0};
	enum lg_fleet_outcome outcome = LG_FLEET_NOTHING_WRITTEN;
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
	change.max_duration_s = prepared->profile->max_duration_s;
	status = lg_cli_fleet_journal(cli, &journal, &err);
	if (status == LG_OK)
		status = no_lock_yet(cli, &err);
	if (status == LG_ERR_CONFLICT) {
		code = lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, &err);
		goto out;
	}
	if (status == LG_OK)
		status = lg_journal_file_clear(journal, &err);
	if (status == LG_OK)
		status = open_of(cli, prepared, &targets, &err);
	if (status == LG_OK)
		lg_cli_targets_lock(&targets, &lock);
	if (status == LG_OK)
		status = add_members(prepared, &targets, &fleet, &err);
	if (status == LG_OK) {
		fleet.journal.self = journal;
		fleet.journal.append = lg_journal_file_append;
		status =
			lg_fleet_apply(&fleet, &change, &hooks, &outcome, &err);
	}
	if (status != LG_OK) {
		code = lg_cli_fail_as(cli, lg_cli_fleet_exit(outcome, status),
				      &err);
		lg_cli_fleet_tell(cli, &fleet);
		if (outcome == LG_FLEET_PUT_BACK && !cli->quiet)
			fputs("every server has its earlier values again\n",
			      cli->err);
		if (outcome != LG_FLEET_LEFT_BEHIND &&
		    applying.gate_code != LG_EXIT_DONE)
			code = applying.gate_code;
	} else if (!applying.with_gate) {
		const struct lg_journal_entry entry = {
			.at_s = change.since_s,
			.event = LG_EVENT_APPLY,
			.profile = change.profile,
			.by = change.by,
			.reason = change.reason,
			.result = "done",
			.since_s = change.since_s,
			.until_s = change.until_s,
			.max_duration_s = prepared->profile->max_duration_s,
			.locks = 1,
		};

		out_applied->until_s = change.until_s;
		lg_cli_fleet_note(cli, &entry);
	}
out:
	for (size_t i = 0; i < fleet.count; i++)
		lg_fleet_member_release(&fleet.member[i]);
	free(fleet.member);
	lg_cli_targets_release(&targets);
	lg_journal_file_close(&journal);
	return code;
}
