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
#include "cli/change/effect_words.h"
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
