/* SPDX-License-Identifier: ISC */
/*
 * plan_beside.c - the locks on servers beside which a plan is made
 */
#include "app/change/plan_beside.h"

#include <stdlib.h>

#include "core/values/account_values.h"

/* A directory is listed as it would be without the locks on its accounts. */
struct passing {
	const struct lg_servers_beside *beside;
	const struct lg_mailbox_sink *sink;
};

static enum lg_status pass(void *context, const struct lg_mailbox *mailbox,
			   struct lg_error *err)
{
	static const struct lg_strlist none;
	const struct passing *passing = context;
	struct lg_mailbox bare = *mailbox;
	const struct lg_value *value;

	if (lg_registry_find(passing->beside->names, LG_KEY_ACCOUNTS,
			     mailbox->entry)) {
		value = lg_registry_find(passing->beside->bare, LG_KEY_ACCOUNTS,
					 mailbox->entry);
		bare.protocol_settings = value ? &value->list : &none;
	}
	return passing->sink->mailbox(passing->sink->context, &bare, err);
}

static enum lg_status list_bare(void *self, const struct lg_mailbox_sink *sink,
				struct lg_error *err)
{
	const struct lg_bare_mailboxes *mailboxes = self;
	struct passing passing = {mailboxes->beside, sink};
	const struct lg_mailbox_sink own = {&passing, pass};

	return mailboxes->directory->list(mailboxes->directory->self, &own,
					  err);
}

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
		beside->unlocked[i].list = list_bare;
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
