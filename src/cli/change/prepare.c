/* SPDX-License-Identifier: ISC */
/*
 * prepare.c - profile, times, servers, what is in force, who is logged on
 *
 * A plan needs no gate (contract 7 "Locks"): where one is expected and does
 * not answer, state_dir is read instead, and where that is not this user's to
 * read, the plan goes on without "before" and says so.
 */
#include <stdlib.h>
#include <string.h>

#include "base/listed.h"

#include "adapters/dovecot/doveadm.h"
#include "adapters/dovecot/doveadm_mask.h"
#include "app/change/change_begin.h"
#include "app/change/change_values.h"
#include "app/records/plan_json.h"
#include "cli/change/ends_there.h"
#include "cli/text/failed.h"
#include "cli/change/servers_hands.h"
#include "cli/open/open_fleet.h"
#include "cli/output.h"
#include "cli/text/past_text.h"
#include "cli/text/plan_text.h"
#include "cli/change/prepare.h"
#include "cli/open/targets.h"
#include "cli/text/times.h"

void lg_prepared_release(struct lg_prepared *prepared)
{
	if (prepared->past != NULL)
		lg_past_release(prepared->past);
	free(prepared->past);
	free(prepared->variables);
	lg_strlist_release(&prepared->beside);
	lg_strlist_release(&prepared->beside_names);
	lg_plan_free(&prepared->plan);
	lg_session_list_release(&prepared->sessions);
	lg_strlist_release(&prepared->unasking_doors);
	lg_strlist_release(&prepared->not_ended);
	lg_registry_free(&prepared->before);
	lg_profile_free(&prepared->profile);
	for (size_t i = 0; prepared->found && i < prepared->server_count; i++)
		lg_registry_free(&prepared->found[i]);
	free(prepared->found);
	free(prepared->service);
	free(prepared->mailboxes);
	lg_plan_beside_release(&prepared->there);
	lg_servers_book_release(&prepared->book);
	free(prepared->server);
	*prepared = (struct lg_prepared){0};
}

int lg_cli_too_long(struct lg_cli *cli, const struct lg_profile *profile)
{
	struct lg_buffer most = {0};
	int code;

	lg_text_span(profile->max_duration_s, &most);
	code = lg_cli_usage(
		cli,
		"%s runs at most %s (max_duration in %s); give an "
		"earlier end",
		profile->name, most.data != NULL ? most.data : "so long",
		profile->path != NULL ? profile->path : "its profile");
	lg_buffer_release(&most);
	return code;
}

static int read_times(struct lg_cli *cli, enum lg_prepare_end end,
		      struct lg_prepared *p)
{
	int64_t max_s = p->profile->max_duration_s;
	int64_t until_s, at_s;
	int code = lg_cli_duration(cli, "for", &p->for_s);

	if (code == LG_EXIT_DONE)
		code = lg_cli_time(cli, "until", &until_s);
	if (code == LG_EXIT_DONE)
		code = lg_cli_time(cli, "at", &at_s);
	if (code == LG_EXIT_DONE)
		code = lg_cli_duration(cli, "confirm-within",
				       &p->confirm_within_s);
	if (code == LG_EXIT_DONE)
		code = lg_cli_duration(cli, "grace", &p->grace_s);
	if (code != LG_EXIT_DONE)
		return code;
	p->input.now_s = lg_cli_now();
	p->input.starts_s = at_s > p->input.now_s ? at_s : p->input.now_s;
	if (p->for_s > 0 && until_s > 0)
		return lg_cli_usage(cli, "give --for or --until, not both");
	if (at_s > 0 && at_s < p->input.now_s)
		return lg_cli_usage(cli, "--at %s is in the past",
				    lg_cli_option(cli, "at"));
	if (p->for_s == 0 && until_s == 0 && end == LG_END_OR_MAXIMUM)
		p->for_s = max_s > 0 ? max_s : 0;
	if (p->for_s == 0 && until_s == 0 && end != LG_END_OPTIONAL)
		return lg_cli_usage(cli,
				    "there is no lock without an end: --for D "
				    "or --until T");
	if (until_s == 0 && p->for_s > 0)
		until_s = p->input.starts_s + p->for_s;
	if (until_s > 0 && until_s <= p->input.starts_s)
		return lg_cli_usage(cli, "the end is not after the beginning");
	if (until_s > 0 && max_s >= 0 && until_s - p->input.starts_s > max_s)
		return lg_cli_too_long(cli, p->profile);
	if (until_s > 0 && p->grace_s > 0 &&
	    p->grace_s >= until_s - p->input.starts_s)
		return lg_cli_usage(cli,
				    "--grace %s: the lock is over by then, so "
				    "nobody would be cut; give less",
				    lg_cli_option(cli, "grace"));
	if (until_s > 0 && p->confirm_within_s > until_s - p->input.starts_s)
		return lg_cli_usage(cli,
				    "--confirm-within %s: the lock is over by "
				    "then, confirmed or not; give less",
				    lg_cli_option(cli, "confirm-within"));
	p->input.until_s = until_s;
	return LG_EXIT_DONE;
}

/* What --set says; with the profile's name it tells locks apart. */
static enum lg_status read_variables(struct lg_cli *cli, struct lg_prepared *p,
				     struct lg_error *err)
{
	struct lg_strlist set = {0};
	struct lg_buffer text = {0};
	enum lg_status status = lg_cli_options(cli, "set", &set, err);

	if (status == LG_OK && set.count > 0)
		qsort(set.item, set.count, sizeof(*set.item), lg_compare_texts);
	for (size_t i = 0; i < set.count; i++)
		lg_buffer_format(&text, "%s\n", set.item[i]);
	if (status == LG_OK && set.count > 0)
		status = lg_buffer_take(&text, &p->variables, err);
	lg_buffer_release(&text);
	lg_strlist_release(&set);
	return status;
}

/* Without --target and --group a lock is the local gate's alone. */
static int find_servers(struct lg_cli *cli, const struct lg_settings *settings,
			struct lg_prepared *p)
{
	struct lg_plan_server *local;

	/* With --fleet a group is one of the gates'. */
	if (lg_cli_option(cli, "target") != NULL ||
	    (lg_cli_option(cli, "group") != NULL &&
	     lg_cli_option(cli, "fleet") == NULL))
		return lg_cli_find_targets(cli, settings, &p->server,
					   &p->server_count);
	local = calloc(1, sizeof(*local));
	if (local == NULL)
		return lg_cli_say(cli, LG_EXIT_SOFTWARE, NULL, "out of memory");
	local->name = "gate";
	local->backend = LG_BACKEND_GATE;
	local->render.dialect = settings->dialect;
	local->render.is_gate = 1;
	local->render.has_process_hotfix = 1;
	local->is_local = 1;
	local->restarts = settings->gate_restart;
	p->server = local;
	p->server_count = 1;
	return LG_EXIT_DONE;
}

static enum lg_accepting accepting(const struct lg_cli *cli)
{
	unsigned int bits = LG_ACCEPT_NOTHING;

	if (lg_cli_option(cli, "accept-warnings") != NULL)
		bits |= LG_ACCEPT_WARNINGS;
	if (lg_cli_option(cli, "accept-open") != NULL)
		bits |= LG_ACCEPT_OPEN;
	return (enum lg_accepting)bits;
}

/* What no registry takes is said before anything is written, also by plan. A
 * gate keeps a list of any length. */
static enum lg_status check_sizes(const struct lg_prepared *p,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < p->server_count; i++) {
		if (p->server[i].backend != LG_BACKEND_GATE &&
		    p->plan->target[i].values != NULL)
			status = lg_values_check_sizes(
				p->server[i].name, p->plan->target[i].values,
				err);
	}
	return status;
}

/* Which servers the gate here cannot end the lock on. */
static enum lg_status find_rights(const struct lg_settings *settings,
				  struct lg_prepared *p, struct lg_error *err)
{
	struct lg_strlist *list = &p->not_ended;
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < p->server_count; i++) {
		const struct lg_target_settings *target =
			lg_cli_target(settings, p->server[i].name);
		struct lg_buffer why = {0};

		if (target != NULL)
			lg_cli_ends_there(settings, target, &why);
		status = lg_buffer_status(&why, err);
		if (status == LG_OK)
			status = lg_strlist_add(list,
						why.len > 0 ? why.data : "",
						why.len, err);
		if (status == LG_OK && why.len > 0)
			p->server[i].not_ended = list->item[i];
		lg_buffer_release(&why);
	}
	return status;
}

/* Values that cannot stand beside those of another lock. */
static int is_lock_conflict(const struct lg_error *err)
{
	return err->status == LG_ERR_CONFLICT && err->code != NULL &&
	       strcmp(err->code, "lock-conflict") == 0;
}

/* What was set by hand gives way where it is told to, another lock never. */
static int say_conflict(struct lg_cli *cli, const struct lg_prepared *p,
			const struct lg_error *err)
{
	int code = lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, err);

	if (!p->input.replaces)
		lg_cli_say(cli, LG_EXIT_DONE, NULL,
			   "apply --replace puts the profile's values in place "
			   "of those that were set by hand; they come back "
			   "when it is lifted");
	return code;
}

int lg_prepare(struct lg_cli *cli, const char *profile, enum lg_prepare_end end,
	       struct lg_prepared *out_prepared)
{
	struct lg_prepared *p = out_prepared;
	const struct lg_settings *settings;
	struct lg_error err;
	int code;

	if (lg_cli_settings(cli, &settings, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	if (end == LG_END_REQUIRED && lg_cli_option(cli, "for") == NULL &&
	    lg_cli_option(cli, "until") == NULL)
		return lg_cli_usage(cli,
				    "there is no lock without an end: --for D "
				    "or --until T");
	code = lg_cli_profile(cli, profile, &p->profile);
	if (code == LG_EXIT_DONE)
		code = read_times(cli, end, p);
	if (code == LG_EXIT_DONE && read_variables(cli, p, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE)
		code = find_servers(cli, settings, p);
	/* before anything is planned on values that are to go */
	if (code == LG_EXIT_DONE && end != LG_END_OPTIONAL)
		lg_cli_servers_end_over(cli);
	if (code == LG_EXIT_DONE &&
	    lg_prepare_locks_there(cli, p, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE &&
	    lg_change_has_gate(p->server, p->server_count)) {
		code = lg_prepare_before(cli, settings, end, p);
		if (code == LG_EXIT_DONE)
			code = lg_prepare_beside(cli, p);
	}
	if (code == LG_EXIT_DONE && lg_prepare_beside_there(p, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE && lg_cli_servers_needed(p))
		code = lg_cli_servers_read(cli, p);
	if (code == LG_EXIT_DONE &&
	    lg_cli_directory(cli, &p->input.directory, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE &&
	    lg_prepare_doors(settings, p, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE && end != LG_END_OR_MAXIMUM &&
	    lg_settings_expects_gate(settings) &&
	    find_rights(settings, p, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code != LG_EXIT_DONE)
		return code;
	code = lg_cli_mailboxes(cli, settings, p->server, p->server_count,
				&p->mailboxes);
	if (code != LG_EXIT_DONE)
		return code;
	lg_plan_beside_unlock(&p->there, p->server);
	for (size_t i = 0; i < p->server_count; i++) {
		p->server[i].render.skip_unsupported =
			lg_cli_option(cli, "skip-unsupported") != NULL;
		if (p->server[i].is_local)
			p->server[i].before = p->before;
	}
	p->progress = lg_cli_progress(cli);
	p->input.profile = p->profile;
	p->input.server = p->server;
	p->input.server_count = p->server_count;
	p->input.break_glass = &settings->break_glass;
	p->input.default_domain = settings->default_domain;
	p->input.language = settings->language;
	p->input.progress = &p->progress;
	p->input.caller = lg_cli_caller(cli);
	p->input.unasking_doors = &p->unasking_doors;
	p->input.session = p->sessions.session;
	if (!lg_doveadm_names_each(settings->doveadm))
		p->input.can_cut = lg_doveadm_can_cut;
	p->input.session_count = p->sessions.count;
	p->input.accepting = accepting(cli);
	p->input.replaces = lg_cli_option(cli, "replace") != NULL;
	/* run lifts its own lock, whatever becomes of its command. */
	p->input.lifting =
		end == LG_END_OR_MAXIMUM || lg_settings_expects_gate(settings)
			? LG_LIFTED_IN_TIME
			: LG_LIFTED_BY_NOBODY;
	if (lg_plan_new(&p->input, &p->plan, &err) != LG_OK ||
	    check_sizes(p, &err) != LG_OK)
		code = is_lock_conflict(&err) ? say_conflict(cli, p, &err)
					      : lg_cli_fail(cli, &err);
	lg_cli_progress_end(cli);
	return code;
}

/* Without a gate here the values in state_dir keep nobody out. */
int lg_prepared_enforced(const struct lg_prepared *prepared)
{
	return prepared->control != NULL ||
	       !lg_change_has_gate(prepared->server, prepared->server_count);
}

int lg_prepared_say_unenforced(struct lg_cli *cli,
			       const struct lg_prepared *prepared)
{
	if (lg_prepared_enforced(prepared))
		return 0;
	if (cli->json)
		lg_cli_say(cli, LG_EXIT_DONE, NULL, "%s", LG_UNENFORCED);
	else if (!cli->quiet)
		lg_cli_print(cli, LG_YELLOW, "%s. ", LG_UNENFORCED);
	return 1;
}

static void print_beside(struct lg_cli *cli, const struct lg_prepared *prepared)
{
	const char *name = prepared->profile->name;
	size_t len = strlen(name);
	int has_same = 0;

	for (size_t i = 0; i < prepared->beside_names.count; i++) {
		const char *beside = prepared->beside_names.item[i];

		has_same |= strncmp(beside, name, len) == 0 &&
			    strncmp(beside + len, " (", 2) == 0;
		lg_cli_print(cli, LG_PLAIN, "%s", i == 0 ? "\nbeside: " : ", ");
		lg_cli_text(cli, prepared->beside_names.item[i]);
	}
	if (prepared->beside_names.count > 0)
		lg_cli_print(cli, LG_PLAIN, "\n");
	if (has_same)
		lg_cli_print(cli, LG_YELLOW,
			     "%s is there already: apply refuses it a second "
			     "time, unless --set differs; extend or lift it\n",
			     name);
}

cJSON *lg_prepared_object(struct lg_cli *cli,
			  const struct lg_prepared *prepared, const char *id,
			  int code)
{
	cJSON *object = lg_plan_object(prepared->plan, &prepared->input);
	cJSON *error = lg_cli_failed_object(cli, code);

	lg_json_text(object, "id", id);
	lg_json_names(object, "beside", &prepared->beside);
	lg_json_bool(object, "enforced", lg_prepared_enforced(prepared));
	lg_cli_add_fleet(cli, object);
	if (prepared->past != NULL)
		lg_json_add(object, "past", lg_past_object(prepared->past));
	if (error != NULL)
		lg_json_add(object, "error", error);
	return object;
}

int lg_prepared_print(struct lg_cli *cli, const struct lg_prepared *prepared,
		      int code)
{
	int printed;

	if (!cli->json && cli->quiet)
		return LG_EXIT_DONE;
	if (cli->json)
		return lg_cli_json(
			cli, lg_prepared_object(cli, prepared, NULL, code));
	printed = lg_plan_text(cli, prepared->plan, &prepared->input);
	if (printed == LG_EXIT_DONE)
		print_beside(cli, prepared);
	if (printed == LG_EXIT_DONE && prepared->past != NULL)
		printed = lg_past_text(cli, prepared->past);
	return printed;
}
