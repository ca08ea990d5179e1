/* SPDX-License-Identifier: ISC */
/*
 * open_mailboxes.h - the mailboxes of a directory that the settings name
 *
 * Layer: cli: the place that knows the adapters.
 * Source: contract 3 [directory], 8 "Targets".
 */
#ifndef LOGONGATE_CLI_OPEN_OPEN_MAILBOXES_H
#define LOGONGATE_CLI_OPEN_OPEN_MAILBOXES_H

#include "port/mailboxes.h"
#include "core/settings/settings.h"

#include "app/change/plan.h"
#include "cli/command.h"

struct lg_cli_mailboxes {
	struct lg_directory_settings settings;
	struct lg_mailboxes port;
};

/*
 * Gives each server of backend directory its mailboxes. They are borrowed
 * from *out_mailboxes, which the caller frees after the servers.
 * Returns: an exit code.
 */
int lg_cli_mailboxes(struct lg_cli *cli, const struct lg_settings *settings,
		     struct lg_plan_server *server, size_t count,
		     struct lg_cli_mailboxes **out_mailboxes);

/* Lists those of a directory, LDAP or LDIF. */
enum lg_status
lg_cli_mailboxes_list(const struct lg_directory_settings *settings,
		      const struct lg_mailbox_sink *sink, struct lg_error *err);

#endif
