/* SPDX-License-Identifier: ISC */
/*
 * change_end.c - ending locks on servers: lifted, over, or interrupted
 *
 * Everything comes from the journal: which servers, what they held before,
 * what was written. Whoever runs this only says how to reach them.
 */
#include "app/change/change_end.h"

#include <stdlib.h>
#include <string.h>

#include "app/change/servers_ending.h"
#include "app/change/servers_journal.h"

#define NAMES_MAX 20

/* One change that is to end, with its servers opened. */
struct ending {
	const struct lg_change_hands *hands;
	struct lg_servers_journal journal;
	struct lg_servers_book book;
	const struct lg_servers_record *record; /* in the book; NULL: none */
	int opened;
	struct lg_servers fleet;
	enum lg_servers_outcome outcome;
};

void lg_change_names(const struct lg_strlist *names, struct lg_buffer *text)
{
	size_t i;

	for (i = 0; i < names->count && i < NAMES_MAX; i++)
		lg_buffer_format(text, "%s%s", i > 0 ? ", " : "",
				 names->item[i]);
	if (names->count > NAMES_MAX)
		lg_buffer_format(text, " and %zu more",
				 names->count - NAMES_MAX);
}

static enum lg_status begin(struct ending *ending,
			    const struct lg_change_hands *hands, const char *id,
			    struct lg_error *err)
{
	enum lg_status status;

	*ending = (struct ending){.hands = hands,
				  .outcome = LG_SERVERS_NOTHING_WRITTEN};
	status =
		hands->begin(hands->self, &ending->journal, &ending->book, err);
	if (status != LG_OK)
		return status;
	ending->record = lg_servers_book_find(&ending->book, id);
	ending->fleet.journal = ending->journal;
	ending->fleet.watch.context = hands->self;
	ending->fleet.watch.moved = hands->moved;
	return LG_OK;
}

static void finish(struct ending *ending)
{
	const struct lg_change_hands *hands = ending->hands;
	size_t i;

	for (i = 0; i < ending->fleet.count; i++)
		lg_servers_member_release(&ending->fleet.member[i]);
	free(ending->fleet.member);
	if (ending->opened)
		hands->close(hands->self);
	lg_servers_book_release(&ending->book);
	hands->finish(hands->self, &ending->journal);
}

static int is_among(const struct lg_strlist *names, const char *name)
{
	size_t i;

	for (i = 0; names && i < names->count; i++) {
		if (strcmp(names->item[i], name) == 0)
			return 1;
	}
	return !names;
}

/* What another change left half written is not to be guessed at. */
static enum lg_status not_interrupted(const struct ending *ending,
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

/* The servers of the record that are locked and meant, as members. */
static enum lg_status gather(struct ending *ending,
			     const struct lg_strlist *names,
			     enum lg_servers_lift_mode mode,
			     struct lg_error *err)
{
	const struct lg_change_hands *hands = ending->hands;
	const struct lg_servers_record *record = ending->record;
	const char **wanted = calloc(record->count + 1, sizeof(*wanted));
	struct lg_target *port = NULL;
	enum lg_status status = LG_OK;
	size_t count = 0;
	size_t i;

	ending->fleet.member =
		calloc(record->count + 1, sizeof(*ending->fleet.member));
	if (!wanted || !ending->fleet.member)
		status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				      "out of memory");
	for (i = 0; status == LG_OK && i < record->count; i++) {
		const char *name = record->target[i].name;

		if (!lg_servers_step_locks(record->target[i].step))
			continue;
		if (!is_among(names, name)) {
			ending->fleet.partial = 1;
			continue;
		}
		wanted[count++] = name;
		if (mode == LG_SERVERS_LIFT_CAREFUL)
			status = not_interrupted(ending, name, err);
	}
	if (status == LG_OK)
		status = hands->open(hands->self, record, wanted, &count, &port,
				     err);
	ending->opened = status == LG_OK;
	if (status == LG_OK)
		status = lg_servers_ending(&ending->book, record, port, count,
					   &ending->fleet, err);
	free(wanted);
	return status;
}

/* The gate has no part in it and keeps no record of it. */
static void note(const struct ending *ending, enum lg_journal_event event,
		 int64_t until_s, const char *result)
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
	size_t i;

	for (i = 0; i < record->count; i++) {
		/* what became of those that were given up stands there */
		if (record->target[i].step != LG_SERVERS_FORGOTTEN)
			lg_strlist_add(&names, record->target[i].name,
				       strlen(record->target[i].name), NULL);
	}
	lg_change_names(&names, &target);
	entry.target = target.data;
	if (names.count > 0)
		hands->note(hands->self, &entry);
	lg_buffer_release(&target);
	lg_strlist_release(&names);
}

static void note_end(const struct ending *ending, int done)
{
	const struct lg_change_hands *hands = ending->hands;
	const struct lg_servers_record *record = ending->record;
	struct lg_now now = hands->now(hands->self);
	int expired = record->phase == LG_SERVERS_APPLIED &&
		      lg_servers_record_is_over(record, &now);

	note(ending, expired ? LG_EVENT_EXPIRE : LG_EVENT_LIFT, record->until_s,
	     !done                                  ? "not everywhere"
	     : record->phase == LG_SERVERS_APPLYING ? "undone"
						    : "done");
}

/* Lifts or undoes the servers' part. */
static enum lg_status put_back(struct ending *ending,
			       const struct lg_change_lift *lift,
			       struct lg_error *err)
{
	const struct lg_servers_record *record = ending->record;
	struct lg_servers *fleet = &ending->fleet;
	enum lg_status status;

	if (record->phase == LG_SERVERS_LOST) {
		ending->outcome = LG_SERVERS_LEFT_BEHIND;
		return lg_error_set(err, LG_ERR_IO, NULL,
				    "what it wrote is lost with the damaged "
				    "journal");
	}
	status = gather(ending, lift->names, lift->mode, err);
	if (status != LG_OK)
		return status;
	if (fleet->count == 0 && fleet->partial) {
		ending->outcome = LG_SERVERS_DONE;
		return LG_OK;
	}
	/* of a lock that stays on some servers the gate is lifted alone */
	fleet->gate_next =
		lift->with_gate && record->with_gate && !fleet->partial;
	status = lg_servers_lift(fleet, lift->mode, &ending->outcome, err);
	/* the gate knows neither of what it had no part in yet nor of what
	 * could not be put back, or later was */
	if ((!record->with_gate || record->phase != LG_SERVERS_APPLIED ||
	     status != LG_OK) &&
	    ending->outcome != LG_SERVERS_NOTHING_WRITTEN && !fleet->partial)
		note_end(ending, status == LG_OK);
	return status;
}

/* The gate here, when the servers have what they had; until then the change is
 * not over, and nobody begins another in between. */
static enum lg_status lift_gate(struct ending *ending, int *out_was,
				struct lg_error *err)
{
	const struct lg_change_hands *hands = ending->hands;
	enum lg_status status =
		hands->lift_gate(hands->self, ending->record, out_was);

	if (status == LG_OK && ending->fleet.gate_next &&
	    ending->outcome != LG_SERVERS_NOTHING_WRITTEN)
		status = lg_servers_journal_step(&ending->fleet, "opened", NULL,
						 err);
	return status;
}

static enum lg_status end_one(const struct lg_change_hands *hands,
			      const struct lg_change_lift *lift,
			      size_t *out_count, int *out_gate,
			      struct lg_error *err)
{
	struct lg_change_ended ended = {0};
	struct lg_error gate_error = {0};
	struct ending ending;
	enum lg_status status, gate;

	*out_count = 0;
	*out_gate = 0;
	status = begin(&ending, hands, lift->id, err);
	if (status != LG_OK) {
		ended.status = status;
		ended.err = err;
		hands->ended(hands->self, &ended);
		return status;
	}
	if (!ending.record) {
		finish(&ending);
		return LG_OK;
	}
	status = put_back(&ending, lift, err);
	*out_count = ending.fleet.count;
	ended.record = ending.record;
	ended.fleet = &ending.fleet;
	ended.outcome = ending.outcome;
	ended.status = status;
	ended.err = err;
	hands->ended(hands->self, &ended);
	/* a server that is left behind does not keep people out here */
	if (lift->with_gate &&
	    (status == LG_OK || ending.outcome == LG_SERVERS_LEFT_BEHIND)) {
		gate = lift_gate(&ending, out_gate, &gate_error);
		if (status == LG_OK && gate != LG_OK) {
			status = gate;
			*err = gate_error;
		}
	}
	finish(&ending);
	return status;
}

enum lg_status lg_change_lift(const struct lg_change_hands *hands,
			      const struct lg_change_lift *lift,
			      size_t *out_count, struct lg_error *err)
{
	int gate;

	return end_one(hands, lift, out_count, &gate, err);
}

int lg_change_is_due(const struct lg_servers_record *record,
		     const struct lg_now *now)
{
	return record->phase != LG_SERVERS_LOST &&
	       lg_servers_record_is_over(record, now);
}

struct lg_change_recovered
lg_change_recover(const struct lg_change_hands *hands,
		  const struct lg_servers_book *book,
		  enum lg_servers_lift_mode mode, int interrupted)
{
	struct lg_change_recovered recovered = {0};
	struct lg_now now = hands->now(hands->self);
	size_t i;

	/* what it wrote stands on what the older ones left */
	for (i = book->count; i-- > 0;) {
		const struct lg_servers_record *record = &book->record[i];
		int due = lg_change_is_due(record, &now);
		const struct lg_change_lift lift = {
			.id = record->id ? record->id : "",
			.mode = mode,
			/* a gate whose lock is over has lifted it by itself */
			.with_gate = record->with_gate && !due,
		};
		struct lg_error err;
		enum lg_status status;
		size_t count;
		int gate;

		if (!due &&
		    (!interrupted || record->phase == LG_SERVERS_APPLIED))
			continue;
		status = end_one(hands, &lift, &count, &gate, &err);
		recovered.done += count;
		recovered.gate |= gate;
		if (recovered.status == LG_OK)
			recovered.status = status;
	}
	return recovered;
}

/* Servers that keep the lock's end themselves. */
static enum lg_status extend_there(struct ending *ending, int64_t until_s,
				   struct lg_error *err)
{
	enum lg_status status = gather(ending, NULL, LG_SERVERS_LIFT_EACH, err);
	size_t i;

	for (i = 0; status == LG_OK && i < ending->fleet.count; i++) {
		struct lg_target *port = ending->fleet.member[i].port;

		if (port->extend)
			status = port->extend(port->self, until_s, err);
	}
	return status;
}

static enum lg_status extend(struct ending *ending, int64_t until_s,
			     struct lg_error *err)
{
	const struct lg_servers_record *record = ending->record;
	struct lg_now now = ending->hands->now(ending->hands->self);
	enum lg_status status;

	if (!record->with_gate && record->max_duration_s >= 0 &&
	    lg_servers_record_lasts_s(record, until_s, &now) >
		    record->max_duration_s)
		return lg_error_set(err, LG_ERR_RANGE, NULL,
				    "%s runs at most %lld s from its "
				    "beginning (max_duration)",
				    record->profile,
				    (long long)record->max_duration_s);
	status = extend_there(ending, until_s, err);
	if (status == LG_OK)
		status = lg_servers_journal_until(&ending->fleet, until_s, &now,
						  err);
	if (status == LG_OK && !record->with_gate)
		note(ending, LG_EVENT_EXTEND, until_s, "done");
	return status;
}

enum lg_status lg_change_extend(const struct lg_change_hands *hands,
				const char *id, int64_t until_s,
				struct lg_error *err)
{
	struct ending ending;
	enum lg_status status = begin(&ending, hands, id, err);

	if (status != LG_OK)
		return status;
	if (ending.record && ending.record->phase == LG_SERVERS_APPLIED)
		status = extend(&ending, until_s, err);
	finish(&ending);
	return status;
}
