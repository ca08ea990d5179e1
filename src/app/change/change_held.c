/* SPDX-License-Identifier: ISC */
/*
 * change_held.c - what one change holds: the journal, its servers opened
 */
#include "app/change/change_held.h"

#include <stdlib.h>
#include <string.h>

#include "app/change/change_now.h"
#include "app/change/servers_standing.h"
#include "base/listed.h"

enum lg_status lg_change_hold(struct lg_change_held *held,
			      const struct lg_change_hands *hands,
			      const char *id, struct lg_error *err)
{
	enum lg_status status;

	*held = (struct lg_change_held){
		.hands = hands,
		.servers = {.parallel = hands->parallel,
			    .watch = {hands->self, hands->moved, hands->stop}},
		.outcome = LG_SERVERS_NOTHING_WRITTEN};
	if (!id)
		return LG_OK;
	status = lg_change_take(hands, &held->book, err);
	if (status != LG_OK)
		return status;
	held->begun = 1;
	held->servers.journal = hands->journal;
	held->record = lg_servers_book_find(&held->book, id);
	return LG_OK;
}

void lg_change_let_go(struct lg_change_held *held)
{
	const struct lg_change_hands *hands = held->hands;
	struct lg_servers *servers = &held->servers;

	for (size_t i = 0; i < servers->count; i++)
		lg_servers_member_release(&servers->member[i]);
	if (servers->last)
		lg_servers_member_release(servers->last);
	free(servers->member);
	if (held->opened)
		hands->close(hands->self);
	lg_servers_book_release(&held->book);
	if (held->begun)
		hands->journal.let_go(hands->journal.self);
}

enum lg_status lg_change_open(struct lg_change_held *held,
			      const char *const *name, size_t *count,
			      int with_gate, struct lg_target **out_port,
			      struct lg_error *err)
{
	const struct lg_change_hands *hands = held->hands;
	enum lg_status status;

	held->servers.member =
		calloc(*count + 1, sizeof(*held->servers.member));
	if (!held->servers.member)
		return lg_no_memory(err);
	status =
		hands->open(hands->self, name, count, with_gate, out_port, err);
	held->opened = status == LG_OK;
	return status;
}

/* What another change left half written is not to be guessed at. */
static enum lg_status not_interrupted(const struct lg_change_held *held,
				      const char *name, struct lg_error *err)
{
	const struct lg_servers_record *other =
		lg_servers_interrupted(&held->book, name, held->record);

	if (!other)
		return LG_OK;
	return lg_error_set(err, LG_ERR_CONFLICT, name,
			    "another change (%s) was interrupted half-way "
			    "there; logongate recover first, or lift --force",
			    other->lock.profile ? other->lock.profile : "?");
}

/* The servers of the record that are locked and meant; their number. */
static enum lg_status choose(struct lg_change_held *held,
			     const struct lg_change_lift *lift,
			     const char **wanted, size_t *count,
			     struct lg_error *err)
{
	const struct lg_servers_record *record = held->record;
	enum lg_status status = LG_OK;

	/* what it wrote nobody knows */
	if (!record || record->phase == LG_SERVERS_LOST)
		return LG_OK;
	for (size_t i = 0; status == LG_OK && i < record->count; i++) {
		const char *name = record->target[i].name;

		if (!lg_servers_step_locks(record->target[i].step))
			continue;
		if (lift->names && !lg_listed(lift->names, name)) {
			held->servers.partial = 1;
			continue;
		}
		wanted[(*count)++] = name;
		if (lift->mode == LG_SERVERS_LIFT_CAREFUL)
			status = not_interrupted(held, name, err);
	}
	return status;
}

/* What tells the lock apart from others at a gate. */
static void name_lock(struct lg_change_held *held,
		      const struct lg_change_lift *lift)
{
	const struct lg_servers_record *record = held->record;

	if (record)
		held->lock = record->lock;
	held->lock.caller = held->hands->by;
	held->lock.force = lift->mode == LG_SERVERS_LIFT_FORCE;
	held->lock_here = held->lock;
	if (lift->gate_id)
		held->lock_here.id = lift->gate_id;
}

/* The gate here: it may have the lock. */
static void add_gate(struct lg_change_held *held, struct lg_target *port,
		     struct lg_servers_member *member)
{
	member->name = port->name;
	member->port = port;
	member->step = LG_SERVERS_TESTED;
	port->lock(port->self, &held->lock_here, &member->told);
	held->servers.last = member;
}

enum lg_status lg_change_gather(struct lg_change_held *held,
				const struct lg_change_lift *lift,
				struct lg_error *err)
{
	const struct lg_servers_record *record = held->record;
	size_t most = (record ? record->count : 0) + 1;
	const char **wanted = calloc(most, sizeof(*wanted));
	struct lg_servers *servers = &held->servers;
	struct lg_target *port = NULL;
	enum lg_status status = LG_OK;
	size_t count = 0;

	if (!wanted)
		status = lg_no_memory(err);
	if (status == LG_OK)
		status = choose(held, lift, wanted, &count, err);
	if (status == LG_OK)
		status = lg_change_open(held, wanted, &count, lift->with_gate,
					&port, err);
	if (status == LG_OK && record)
		status = lg_servers_ending(&held->book, record, port, count,
					   servers, err);
	name_lock(held, lift);
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (port[i].lock)
			port[i].lock(port[i].self, &held->lock,
				     &servers->member[i].told);
	}
	if (status == LG_OK && lift->with_gate)
		add_gate(held, &port[count], &servers->member[count]);
	free(wanted);
	return status;
}

struct lg_journal_entry lg_change_entry(const struct lg_change_hands *hands,
					const struct lg_target_lock *lock,
					enum lg_journal_event event,
					const char *result)
{
	return (struct lg_journal_entry){
		.at_s = hands->now(hands->self).wall_ms / 1000,
		.event = event,
		.id = lock->id,
		.profile = lock->profile,
		.by = hands->by,
		.reason = lock->reason && *lock->reason ? lock->reason : NULL,
		.result = result,
		.since_s = lock->since_s,
		.until_s = lock->until_s,
		.max_duration_s = -1,
	};
}

void lg_change_note(const struct lg_change_hands *hands,
		    struct lg_journal_entry *entry,
		    const struct lg_strlist *names)
{
	struct lg_buffer target = {0};
	struct lg_error err;

	if (names) {
		lg_journal_names(names, &target);
		entry->target = target.data;
	}
	if (lg_journal_append(hands->files, LG_JOURNAL_OF_SERVERS, entry,
			      &err) != LG_OK)
		hands->warn(hands->self, &err);
	lg_buffer_release(&target);
}

void lg_change_note_held(const struct lg_change_held *held,
			 enum lg_journal_event event, int64_t until_s,
			 const char *result)
{
	const struct lg_servers_record *record = held->record;
	struct lg_journal_entry entry =
		lg_change_entry(held->hands, &record->lock, event, result);
	struct lg_strlist names = {0};

	entry.until_s = until_s;
	entry.locks = event == LG_EVENT_EXTEND;
	for (size_t i = 0; i < record->count; i++) {
		/* what became of those that were given up stands there */
		if (record->target[i].step != LG_SERVERS_FORGOTTEN)
			lg_strlist_add(&names, record->target[i].name,
				       strlen(record->target[i].name), NULL);
	}
	if (names.count > 0)
		lg_change_note(held->hands, &entry, &names);
	lg_strlist_release(&names);
}
