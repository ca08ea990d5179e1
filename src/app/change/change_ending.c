/* SPDX-License-Identifier: ISC */
/*
 * change_ending.c - one change that is to end or to move, with its servers
 */
#include "app/change/change_ending.h"

#include <stdlib.h>
#include <string.h>

#include "app/change/servers_ending.h"
#include "base/listed.h"

enum lg_status lg_change_ending_begin(struct lg_change_ending *ending,
				      const struct lg_change_hands *hands,
				      const char *id, struct lg_error *err)
{
	enum lg_status status;

	*ending = (struct lg_change_ending){
		.hands = hands, .outcome = LG_SERVERS_NOTHING_WRITTEN};
	if (!id)
		return LG_OK;
	status =
		hands->begin(hands->self, &ending->journal, &ending->book, err);
	if (status != LG_OK)
		return status;
	ending->begun = 1;
	ending->record = lg_servers_book_find(&ending->book, id);
	ending->fleet.journal = ending->journal;
	ending->fleet.parallel = hands->parallel;
	ending->fleet.watch.context = hands->self;
	ending->fleet.watch.moved = hands->moved;
	return LG_OK;
}

void lg_change_ending_finish(struct lg_change_ending *ending)
{
	const struct lg_change_hands *hands = ending->hands;

	for (size_t i = 0; i < ending->fleet.count; i++)
		lg_servers_member_release(&ending->fleet.member[i]);
	if (ending->fleet.last)
		lg_servers_member_release(ending->fleet.last);
	free(ending->fleet.member);
	if (ending->opened)
		hands->close(hands->self);
	lg_servers_book_release(&ending->book);
	if (ending->begun)
		hands->finish(hands->self, &ending->journal);
}

/* What another change left half written is not to be guessed at. */
static enum lg_status not_interrupted(const struct lg_change_ending *ending,
				      const char *name, struct lg_error *err)
{
	const struct lg_servers_record *other =
		lg_servers_interrupted(&ending->book, name, ending->record);

	if (!other)
		return LG_OK;
	return lg_error_set(err, LG_ERR_CONFLICT, name,
			    "another change (%s) was interrupted half-way "
			    "there; logongate recover first, or lift --force",
			    other->profile ? other->profile : "?");
}

/* The servers of the record that are locked and meant; their number. */
static enum lg_status choose(struct lg_change_ending *ending,
			     const struct lg_change_lift *lift,
			     const char **wanted, size_t *count,
			     struct lg_error *err)
{
	const struct lg_servers_record *record = ending->record;
	enum lg_status status = LG_OK;

	/* what it wrote nobody knows */
	if (!record || record->phase == LG_SERVERS_LOST)
		return LG_OK;
	for (size_t i = 0; status == LG_OK && i < record->count; i++) {
		const char *name = record->target[i].name;

		if (!lg_servers_step_locks(record->target[i].step))
			continue;
		if (lift->names && !lg_listed(lift->names, name)) {
			ending->fleet.partial = 1;
			continue;
		}
		wanted[(*count)++] = name;
		if (lift->mode == LG_SERVERS_LIFT_CAREFUL)
			status = not_interrupted(ending, name, err);
	}
	return status;
}

/* What tells the lock apart from others at a gate. */
static void name_lock(struct lg_change_ending *ending,
		      const struct lg_change_lift *lift)
{
	const struct lg_servers_record *record = ending->record;

	if (record)
		ending->lock = lg_servers_record_lock(record);
	ending->lock.caller = ending->hands->by;
	ending->lock.force = lift->mode == LG_SERVERS_LIFT_FORCE;
	ending->lock_here = ending->lock;
	if (lift->gate_id)
		ending->lock_here.id = lift->gate_id;
}

/* The gate here: it may have the lock. */
static void add_gate(struct lg_change_ending *ending, struct lg_target *port,
		     struct lg_servers_member *member)
{
	member->name = port->name;
	member->port = port;
	member->step = LG_SERVERS_TESTED;
	port->lock(port->self, &ending->lock_here, &member->told);
	ending->fleet.last = member;
}

enum lg_status lg_change_ending_gather(struct lg_change_ending *ending,
				       const struct lg_change_lift *lift,
				       struct lg_error *err)
{
	const struct lg_change_hands *hands = ending->hands;
	const struct lg_servers_record *record = ending->record;
	size_t most = (record ? record->count : 0) + 1;
	const char **wanted = calloc(most, sizeof(*wanted));
	struct lg_servers *fleet = &ending->fleet;
	struct lg_target *port = NULL;
	enum lg_status status = LG_OK;
	size_t count = 0;

	fleet->member = calloc(most, sizeof(*fleet->member));
	if (!wanted || !fleet->member)
		status = lg_no_memory(err);
	if (status == LG_OK)
		status = choose(ending, lift, wanted, &count, err);
	if (status == LG_OK)
		status = hands->open(hands->self, wanted, &count,
				     lift->with_gate, &port, err);
	ending->opened = status == LG_OK;
	if (status == LG_OK && record)
		status = lg_servers_ending(&ending->book, record, port, count,
					   fleet, err);
	name_lock(ending, lift);
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (port[i].lock)
			port[i].lock(port[i].self, &ending->lock,
				     &fleet->member[i].told);
	}
	if (status == LG_OK && lift->with_gate)
		add_gate(ending, &port[count], &fleet->member[count]);
	free(wanted);
	return status;
}

void lg_change_ending_note(const struct lg_change_ending *ending,
			   enum lg_journal_event event, int64_t until_s,
			   const char *result)
{
	const struct lg_change_hands *hands = ending->hands;
	const struct lg_servers_record *record = ending->record;
	struct lg_strlist names = {0};
	struct lg_buffer target = {0};
	struct lg_journal_entry entry = {
		.at_s = hands->now(hands->self).wall_ms / 1000,
		.event = event,
		.id = record->id,
		.profile = record->profile,
		.by = hands->by,
		.reason = *record->reason ? record->reason : NULL,
		.result = result,
		.since_s = record->since_s,
		.until_s = until_s,
		.max_duration_s = -1,
		.locks = event == LG_EVENT_EXTEND,
	};

	for (size_t i = 0; i < record->count; i++) {
		/* what became of those that were given up stands there */
		if (record->target[i].step != LG_SERVERS_FORGOTTEN)
			lg_strlist_add(&names, record->target[i].name,
				       strlen(record->target[i].name), NULL);
	}
	lg_journal_names(&names, &target);
	entry.target = target.data;
	if (names.count > 0)
		hands->note(hands->self, &entry);
	lg_buffer_release(&target);
	lg_strlist_release(&names);
}
