/* SPDX-License-Identifier: ISC */
/*
 * plan_beside.h - the locks on servers beside which a plan is made
 *
 * Layer: app.
 * Flow: what the journal says of each server of a plan, before the plan.
 */
#ifndef LOGONGATE_APP_CHANGE_PLAN_BESIDE_H
#define LOGONGATE_APP_CHANGE_PLAN_BESIDE_H

#include "app/change/plan.h"

/* A directory, and the locks there. */
struct lg_bare_mailboxes {
	const struct lg_servers_beside *beside;
	const struct lg_mailboxes *directory;
};

/* An item a server. Zero-initialise. Owns: release, when the plan is gone. */
struct lg_plan_beside {
	struct lg_servers_beside *there;
	struct lg_bare_mailboxes *bare;
	struct lg_mailboxes *unlocked; /* each directory without them */
	size_t count;
};
void lg_plan_beside_release(struct lg_plan_beside *beside);

/* Sets beside of each server but the gates, which compose by themselves. */
enum lg_status lg_plan_beside_find(const struct lg_servers_book *book,
				   struct lg_plan_server *server, size_t count,
				   struct lg_plan_beside *out_beside,
				   struct lg_error *err);

/* Has the directories listed as they would be without the locks there. */
void lg_plan_beside_unlock(struct lg_plan_beside *beside,
			   struct lg_plan_server *server);

/* 1 for a lock in force on any of the servers. */
int lg_plan_is_beside(const struct lg_servers_record *record,
		      const struct lg_plan_server *server, size_t count);

#endif
