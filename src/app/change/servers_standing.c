/* SPDX-License-Identifier: ISC */
/*
 * servers_standing.c - what is to stand on servers, and what is there
 */
#include "app/change/servers_standing.h"

#include <stdlib.h>
#include <string.h>

#include "base/listed.h"

/* Standing values that count again may not fit what is left: then the locks
 * that are left stand in their place, as the one that went did. */
static enum lg_status composed(struct lg_servers_beside *beside,
			       const struct lg_servers_more *more,
			       const struct lg_registry *names,
			       struct lg_registry **out_values,
			       struct lg_error *err)
{
	enum lg_status status = lg_servers_composed(
		beside, more, beside->bare, names, out_values, NULL, err);

	if (status != LG_ERR_CONFLICT || beside->replaced)
		return status;
	beside->replaced = 1;
	return lg_servers_composed(beside, more, beside->bare, names,
				   out_values, NULL, err);
}

/* More steps that broke off on one server than these nobody guesses at. */
#define HALF_MAX 5

/* The locks beside without those of the half done that are not in set. */
static void leave_out(const struct lg_servers_beside *beside, unsigned int set,
		      struct lg_servers_beside *rest)
{
	unsigned int half = 0;

	rest->count = 0;
	rest->replaced = beside->replaced;
	for (size_t i = 0; i < beside->count; i++) {
		if (beside->lock[i].half && half < HALF_MAX &&
		    !(set & (1u << half++)))
			continue;
		rest->lock[rest->count++] = beside->lock[i];
	}
}

/* Each of them may be there or not, and so may this lock. What cannot stand
 * together is not there. */
static enum lg_status add_possible(const struct lg_servers_beside *beside,
				   const struct lg_servers_more more[2],
				   const struct lg_registry *names,
				   struct lg_servers_member *member,
				   struct lg_error *err)
{
	struct lg_servers_beside rest = {.names = beside->names,
					 .bare = beside->bare};
	enum lg_status status = LG_OK;
	unsigned int half = 0;

	for (size_t i = 0; i < beside->count; i++)
		half += beside->lock[i].half && half < HALF_MAX;
	if (half == 0)
		return LG_OK;
	rest.lock = calloc(beside->count, sizeof(*rest.lock));
	member->possible = calloc(2u << half, sizeof(void *));
	if (!rest.lock || !member->possible)
		status = lg_no_memory(err);
	for (unsigned int set = 0; status == LG_OK && set < 2u << half; set++) {
		leave_out(beside, set >> 1, &rest);
		status = composed(&rest, &more[set & 1], names,
				  &member->possible[member->possible_count],
				  err);
		if (status == LG_OK)
			member->possible_count++;
		else if (status == LG_ERR_CONFLICT)
			status = LG_OK;
	}
	free(rest.lock);
	return status;
}

static enum lg_status fill(const struct lg_servers_book *book,
			   const struct lg_servers_record *record,
			   const struct lg_servers_record_target *target,
			   struct lg_servers_member *member,
			   struct lg_error *err)
{
	const struct lg_servers_more more[2] = {
		{.own = target->wanted,
		 .replaces = record->lock.replaces,
		 .dialect = target->dialect},
		{.dialect = target->dialect}};
	struct lg_servers_beside beside = {0};
	enum lg_status status;

	if (member->port->end || record->lock.stands) {
		status = lg_registry_copy(target->wanted, &member->composed,
					  err);
		if (status == LG_OK)
			status = lg_registry_copy(target->before,
						  &member->before, err);
		member->wanted = member->composed;
		return status;
	}
	status = lg_servers_beside(book, target->name, record, &beside, err);
	if (status == LG_OK)
		status = composed(&beside, &more[0], target->wanted,
				  &member->composed, err);
	if (status == LG_OK)
		status = composed(&beside, &more[1], target->wanted,
				  &member->before, err);
	if (status == LG_OK)
		status = add_possible(&beside, more, target->wanted, member,
				      err);
	member->wanted = member->composed;
	lg_servers_beside_release(&beside);
	return status;
}

enum lg_status lg_servers_ending(const struct lg_servers_book *book,
				 const struct lg_servers_record *record,
				 struct lg_target *port, size_t count,
				 struct lg_servers *servers,
				 struct lg_error *err)
{
	enum lg_status status = LG_OK;

	servers->id = record->lock.id;
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		const struct lg_servers_record_target *target =
			lg_servers_record_target(record, port[i].name);
		struct lg_servers_member *member = &servers->member[i];

		*member = (struct lg_servers_member){
			.name = port[i].name,
			.port = &port[i],
			.restart = target->restart,
			.step = target->step,
			.in_restart = target->in_restart,
			.stands = record->lock.stands,
		};
		servers->count++;
		status = fill(book, record, target, member, err);
	}
	return status;
}

enum lg_status lg_servers_standing(const struct lg_servers_book *book,
				   const char *target, int apart,
				   const char *id,
				   struct lg_registry **out_values,
				   struct lg_error *err)
{
	const struct lg_servers_record *record = lg_servers_book_find(book, id);
	const struct lg_servers_record_target *is =
		record ? lg_servers_record_target(record, target) : NULL;
	struct lg_servers_more none = {.dialect = LG_DIALECT_EXCHANGE_2007};
	struct lg_servers_beside beside = {0};
	enum lg_status status;

	if (!is || !is->wanted)
		return lg_registry_new(out_values, err);
	if (apart || record->lock.stands)
		return lg_registry_copy(is->wanted, out_values, err);
	none.dialect = is->dialect;
	status = lg_servers_beside(book, target, NULL, &beside, err);
	if (status == LG_OK)
		status =
			composed(&beside, &none, beside.names, out_values, err);
	lg_servers_beside_release(&beside);
	return status;
}

const struct lg_servers_record *
lg_servers_interrupted(const struct lg_servers_book *book, const char *target,
		       const struct lg_servers_record *except)
{
	for (size_t i = 0; i < book->count; i++) {
		const struct lg_servers_record *record = &book->record[i];
		const struct lg_servers_record_target *is =
			lg_servers_record_target(record, target);

		if (record != except && is &&
		    record->phase != LG_SERVERS_APPLIED &&
		    lg_servers_step_locks(is->step))
			return record;
	}
	return NULL;
}

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
				  struct lg_servers *servers,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		struct lg_servers_member *member = &servers->member[i];
		const struct lg_servers_record *record =
			lg_servers_seen(book, port[i].name).record;

		member->name = port[i].name;
		member->port = &port[i];
		servers->count++;
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
		lg_servers_look(servers);
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
