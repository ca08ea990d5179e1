/* SPDX-License-Identifier: ISC */
/*
 * open_mailboxes.c - the mailboxes of a directory that the settings name
 */
#include "cli/open/open_mailboxes.h"

#include <stdlib.h>
#include <strings.h>

#include "adapters/ldap/ldap_mailboxes.h"
#include "adapters/ldif/ldif_directory.h"
#include "cli/change/servers_targets.h"
#include "cli/open/targets.h"

enum lg_status
lg_cli_mailboxes_list(const struct lg_directory_settings *settings,
		      const struct lg_mailbox_sink *sink, struct lg_error *err)
{
	if (strncasecmp(settings->uri, "ldif:", 5) == 0)
		return lg_mailboxes_list_ldif(settings, sink, err);
	return lg_mailboxes_list_ldap(settings, sink, err);
}

static enum lg_status list(void *self, const struct lg_mailbox_sink *sink,
			   struct lg_error *err)
{
	const struct lg_cli_mailboxes *mailboxes = self;

	return lg_cli_mailboxes_list(&mailboxes->settings, sink, err);
}

int lg_cli_mailboxes(struct lg_cli *cli, const struct lg_settings *settings,
		     struct lg_plan_server *server, size_t count,
		     struct lg_cli_mailboxes **out_mailboxes)
{
	struct lg_cli_mailboxes *mailboxes =
		calloc(count + 1, sizeof(*mailboxes));

	if (mailboxes == NULL)
		return lg_cli_no_memory(cli);
	*out_mailboxes = mailboxes;
	for (size_t i = 0; i < count; i++) {
		if (!lg_backend_row(server[i].backend)->holds_accounts)
			continue;
		mailboxes[i].settings = lg_cli_target_directory(
			settings, lg_cli_target(settings, server[i].name));
		mailboxes[i].port = (struct lg_mailboxes){&mailboxes[i], list};
		server[i].mailboxes = &mailboxes[i].port;
	}
	return LG_EXIT_DONE;
}
