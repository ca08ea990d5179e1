/* SPDX-License-Identifier: ISC */
/*
 * servers_hands.c - what the machine of changes gets from the command line
 */
#include "cli/change/servers_hands.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <logongate/policy.h>

#include "adapters/control/gate_target.h"
#include "app/change/accounts_ask.h"
#include "app/change/change_begin.h"
#include "app/lock/lock_change.h"
#include "cli/change/apply.h"
#include "cli/open/open.h"
#include "cli/open/targets.h"
#include "cli/output.h"
#include "cli/text/times.h"

static struct lg_now tell_time(void *self)
{
	return lg_cli_clocks();
}

static int runs(void *self, int64_t pid)
{
	return kill((pid_t)pid, 0) == 0 || errno != ESRCH;
}

void lg_cli_holder_words(const struct lg_change_holder *holder,
			 struct lg_buffer *text)
{
	if (holder->command == NULL) {
		lg_buffer_text(text, "another command");
		return;
	}
	lg_buffer_format(text, "logongate %s", holder->command);
	if (holder->by != NULL)
		lg_buffer_format(text, " of %s", holder->by);
	lg_buffer_format(text, " (process %lld", (long long)holder->pid);
	if (holder->since_s > 0) {
		lg_buffer_text(text, ", since ");
		lg_text_clock(lg_cli_now(), holder->since_s, text);
	}
	lg_buffer_char(text, ')');
}

static void name_holder(void *self, const struct lg_change_holder *holder,
			struct lg_buffer *out_text)
{
	lg_cli_holder_words(holder, out_text);
}

/* Somebody else holds it: nothing is written. */
static enum lg_status open_state(void *context, struct lg_state **out_state,
				 struct lg_error *err)
{
	enum lg_status status =
		lg_cli_state(context, LG_STATE_WRITE, out_state, err);

	if (status == LG_ERR_CONFLICT)
		status = err->status = LG_ERR_IO;
	return status;
}

/* What is known stands in where it answers everything. */
static enum lg_status find_facts(void *context,
				 const struct lg_registry *values,
				 const struct lg_findings *saved,
				 struct lg_findings **out_findings,
				 struct lg_error *err)
{
	const struct lg_settings *settings;
	struct lg_directory *directory = NULL;
	struct lg_strlist dn = {0}, user = {0};
	struct lg_ask ask = {.dn = &dn, .user = &user};
	enum lg_status status = lg_cli_settings(context, &settings, err);
	int needs = 0;

	*out_findings = NULL;
	if (status == LG_OK)
		status = lg_missing_facts(settings->dialect, values, saved,
					  NULL, NULL, &needs, err);
	if (status == LG_OK && !needs && saved != NULL)
		status = lg_state_copy_findings(saved, out_findings, err);
	if (status != LG_OK || !needs)
		goto out;
	status = lg_policy_names(settings->dialect, values, &dn, &user, err);
	if (status == LG_OK)
		status = lg_cli_directory(context, &directory, err);
	ask.break_glass =
		settings->break_glass.count > 0 ? &settings->break_glass : NULL;
	if (status == LG_OK && directory == NULL)
		status =
			lg_error_set(err, LG_ERR_DIRECTORY, NULL,
				     "the values list names and no directory "
				     "is named; --directory URI or [directory] "
				     "uri names one");
	else if (status == LG_OK)
		status = lg_found_ask(directory, &ask, NULL, out_findings, NULL,
				      err);
out:
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}

/* One that does not answer says so when it is asked. */
static enum lg_status open_gate(struct lg_cli_hands *hands,
				const struct lg_settings *settings,
				struct lg_target *out_gate,
				struct lg_error *err)
{
	struct lg_progress progress = lg_cli_progress(hands->cli);
	struct lg_control *control = NULL;
	struct lg_buffer path = {0};
	struct lg_error no_gate;
	enum lg_status status;

	if (lg_cli_gate(hands->cli, &control, &no_gate) == LG_OK
		    ? control == NULL
		    : hands->needs_no_gate) {
		hands->state.context = hands->cli;
		hands->state.open = open_state;
		hands->state.facts = find_facts;
		*out_gate = lg_state_target(&hands->state);
		return LG_OK;
	}
	lg_buffer_format(&path, "%s/control.sock", settings->run_dir);
	status = lg_buffer_status(&path, err);
	if (status == LG_OK)
		status = lg_gate_target_open_here(path.data, &progress,
						  out_gate, err);
	lg_buffer_release(&path);
	return status;
}

static enum lg_status open_servers(void *self, const char *const *name,
				   size_t *count, int with_gate,
				   struct lg_target **out_port,
				   struct lg_error *err)
{
	struct lg_cli_hands *hands = self;
	const struct lg_settings *settings;
	enum lg_status status = lg_cli_settings(hands->cli, &settings, err);

	if (status == LG_OK)
		status = lg_cli_targets_open(settings, name, *count,
					     &hands->targets, err);
	if (status == LG_OK && with_gate) {
		status = open_gate(hands, settings, &hands->gate, err);
		hands->has_gate = status == LG_OK;
		if (status != LG_OK)
			lg_cli_targets_release(&hands->targets);
	}
	if (status != LG_OK)
		return status;
	if (with_gate)
		hands->targets.port[hands->targets.count] = hands->gate;
	*count = hands->targets.count;
	*out_port = hands->targets.port;
	return LG_OK;
}

static void close_servers(void *self)
{
	struct lg_cli_hands *hands = self;

	lg_cli_progress_end(hands->cli);
	lg_cli_targets_release(&hands->targets);
	if (hands->has_gate)
		hands->gate.close(hands->gate.self);
	hands->has_gate = 0;
}

enum lg_exit lg_cli_gate_exit(const struct lg_servers_member *gate)
{
	return gate->told.exit != 0 ? (enum lg_exit)gate->told.exit
				    : lg_cli_change_exit(gate->status);
}

void lg_cli_gate_says(struct lg_cli *cli, const struct lg_servers_member *gate)
{
	const struct lg_target_told *told = &gate->told;

	for (size_t i = 0; i < told->loud.count; i++)
		lg_cli_say(cli, LG_EXIT_DONE, NULL, "%s", told->loud.item[i]);
	for (size_t i = 0; i < told->says.count && !cli->quiet; i++)
		lg_cli_say(cli, LG_EXIT_DONE, NULL, "%s", told->says.item[i]);
}

static void warn(void *self, const struct lg_error *err)
{
	lg_cli_fail_as(((struct lg_cli_hands *)self)->cli, LG_EXIT_DONE, err);
}

static void moved(void *self, const struct lg_servers_member *member)
{
	const struct lg_cli *cli = ((struct lg_cli_hands *)self)->cli;

	if (!cli->progress || cli->quiet)
		return;
	fprintf(cli->err, "%s: %s\n", member->name,
		lg_servers_step_name(member->step));
}

struct lg_change_hands lg_cli_hands(struct lg_cli_hands *self)
{
	return (struct lg_change_hands){
		.self = self,
		.journal = lg_cli_journal(self),
		.files = &self->files,
		.command = self->cli->command->name,
		.by = lg_cli_by(self->cli),
		.pid = getpid(),
		.runs = runs,
		.name = name_holder,
		.now = tell_time,
		.open = open_servers,
		.close = close_servers,
		.test = lg_cli_target_test,
		.warn = warn,
		.moved = moved,
	};
}

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

static enum lg_status check_secrets(struct lg_cli *cli,
				    const struct lg_prepared *prepared,
				    struct lg_error *err)
{
	const struct lg_settings *settings;
	enum lg_status status = lg_cli_settings(cli, &settings, err);

	for (size_t i = 0; status == LG_OK && i < prepared->server_count; i++) {
		if (!prepared->server[i].is_local)
			status = lg_cli_target_secret(
				lg_cli_target(settings,
					      prepared->server[i].name),
				err);
	}
	return status;
}

int lg_cli_servers_read(struct lg_cli *cli, struct lg_prepared *prepared)
{
	struct lg_cli_hands base = {.cli = cli};
	const struct lg_change_hands hands = lg_cli_hands(&base);
	size_t count = prepared->server_count;
	struct lg_error err;
	enum lg_status status = check_secrets(cli, prepared, &err);
	int opened = 0;

	prepared->found = calloc(count + 1, sizeof(*prepared->found));
	prepared->service = calloc(count + 1, sizeof(*prepared->service));
	if (prepared->found == NULL || prepared->service == NULL)
		status = lg_no_memory(&err);
	if (status == LG_OK)
		status = lg_change_read(&hands, prepared->server, count,
					prepared->found, prepared->service,
					&opened, &err);
	if (status == LG_OK)
		return LG_EXIT_DONE;
	return opened ? lg_cli_fail_as(
				cli,
				lg_cli_servers_exit(LG_SERVERS_NOTHING_WRITTEN,
						    status),
				&err)
		      : lg_cli_fail(cli, &err);
}

/* What did not go as it should, a line each. */
void lg_cli_servers_tell(struct lg_cli *cli, const struct lg_servers *servers)
{
	struct lg_error failure;

	for (size_t i = 0; i < servers->count; i++) {
		const struct lg_servers_member *member = &servers->member[i];

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
