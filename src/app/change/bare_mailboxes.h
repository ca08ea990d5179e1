/* SPDX-License-Identifier: ISC */
/*
 * bare_mailboxes.h - accounts as they were without the locks on them
 *
 * Layer: app.
 * Flow: a plan beside other locks on a directory asks what this one would do
 * to what stood there before all of them.
 */
#ifndef LOGONGATE_APP_CHANGE_BARE_MAILBOXES_H
#define LOGONGATE_APP_CHANGE_BARE_MAILBOXES_H

#include "app/change/servers_compose.h"
#include "port/mailboxes.h"

struct lg_bare_mailboxes {
	const struct lg_servers_beside *beside;
	const struct lg_mailboxes *directory;
};

/* A list of lg_mailboxes; self is a struct lg_bare_mailboxes. */
enum lg_status lg_bare_mailboxes_list(void *self,
				      const struct lg_mailbox_sink *sink,
				      struct lg_error *err);

#endif
