/* SPDX-License-Identifier: ISC */
/*
 * servers_seen.c - what is on servers, beside what the journal says of them
 */
#include "app/change/servers_seen.h"

#include <string.h>

#include "app/change/servers_ending.h"
#include "base/listed.h"

static int tells_more(const struct lg_servers_record *record,
		      const struct lg_servers_record *than)
{
	return !than || lg_servers_is_unfinished(record) ||
	       (!lg_servers_is_unfinished(than) &&
		record->lock.until_s > than->lock.until_s);
}

struct lg_servers_seen lg_servers_seen(const struct lg_servers_book *book,
				       const char *name)
{
	struct lg_servers_seen seen = {0};

	for (size_t i = 0; i < book->count; i++) {
		const struct lg_servers_record *record = &book->record[i];
		const struct lg_servers_record_target *target =
			lg_servers_record_target(record, name);

		if (target && lg_servers_step_locks(target->step) &&
		    tells_more(record, seen.record)) {
			seen.record = record;
			seen.target = target;
		}
	}
	return seen;
}

enum lg_status lg_servers_look_at(const struct lg_servers_book *book,
				  struct lg_target *port, size_t count,
				  struct lg_servers *fleet,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		struct lg_servers_member *member = &fleet->member[i];
		const struct lg_servers_record *record =
			lg_servers_seen(book, port[i].name).record;

		member->name = port[i].name;
		member->port = &port[i];
		fleet->count++;
		/* A gate is asked for our lock, beside which others may be. */
		if (record && port[i].lock) {
			port[i].lock(port[i].self, &record->lock, NULL);
		}
		status = lg_servers_standing(book, member->name,
					     port[i].end != NULL,
					     record ? record->lock.id : NULL,
					     &member->composed, err);
		member->wanted = member->composed;
	}
	if (status == LG_OK)
		lg_servers_look(fleet);
	return status;
}

enum lg_status lg_servers_names(const struct lg_servers_record *record,
				struct lg_strlist *names, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < record->count; i++) {
		const char *name = record->target[i].name;

		if (!lg_listed(names, name))
			status = lg_strlist_add(names, name, strlen(name), err);
	}
	return status;
}

int lg_servers_with_gate(const struct lg_servers_book *book)
{
	for (size_t i = 0; i < book->count; i++) {
		if (book->record[i].with_gate)
			return 1;
	}
	return 0;
}
