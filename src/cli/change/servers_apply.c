/* SPDX-License-Identifier: ISC */
/*
 * servers_apply.c - applying a plan to servers: the hands and the words
 *
 * The steps and their order are app/change/change_begin's and servers's.
 */
#include "app/change/change_begin.h"
#include "cli/change/servers_apply.h"

#include <stdlib.h>

#include "cli/change/servers_hands.h"
#include "cli/output.h"
#include "cli/open/targets.h"

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
