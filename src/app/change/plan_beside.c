/* SPDX-License-Identifier: ISC */
/*
 * plan_beside.c - the locks on servers beside which a plan is made
 */
#include "app/change/plan_beside.h"

#include <stdlib.h>

void lg_plan_beside_release(struct lg_plan_beside *beside)
{
	for (size_t i = 0; i < beside->count; i++)
		lg_servers_beside_release(&beside->there[i]);
	free(beside->there);
	free(beside->bare);
	free(beside->unlocked);
	*beside = (struct lg_plan_beside){0};
}

enum lg_status lg_plan_beside_find(const struct lg_servers_book *book,
				   struct lg_plan_server *server, size_t count,
				   struct lg_plan_beside *out_beside,
				   struct lg_error *err)
{
	struct lg_plan_beside *beside = out_beside;
	enum lg_status status = LG_OK;

	beside->there = calloc(count + 1, sizeof(*beside->there));
	beside->bare = calloc(count + 1, sizeof(*beside->bare));
	beside->unlocked = calloc(count + 1, sizeof(*beside->unlocked));
	if (!beside->there || !beside->bare || !beside->unlocked)
		return lg_no_memory(err);
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		status = lg_servers_beside(book, server[i].name, NULL,
					   &beside->there[i], err);
		if (server[i].backend != LG_BACKEND_GATE)
			server[i].beside = &beside->there[i];
		beside->count = i + 1;
	}
	return status;
}

void lg_plan_beside_unlock(struct lg_plan_beside *beside,
			   struct lg_plan_server *server)
{
	for (size_t i = 0; i < beside->count; i++) {
		if (!server[i].mailboxes)
			continue;
		beside->bare[i].beside = &beside->there[i];
		beside->bare[i].directory = server[i].mailboxes;
		beside->unlocked[i].self = &beside->bare[i];
		beside->unlocked[i].list = lg_bare_mailboxes_list;
		server[i].mailboxes = &beside->unlocked[i];
	}
}

int lg_plan_is_beside(const struct lg_servers_record *record,
		      const struct lg_plan_server *server, size_t count)
{
	if (!record->lock.id || record->phase != LG_SERVERS_APPLIED)
		return 0;
	for (size_t i = 0; i < count; i++) {
		const struct lg_servers_record_target *target =
			lg_servers_record_target(record, server[i].name);

		if (target && lg_servers_step_locks(target->step))
			return 1;
	}
	return 0;
}
