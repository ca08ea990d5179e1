/* SPDX-License-Identifier: ISC */
/*
 * change_end.c - ending locks: lifted, over, or interrupted
 *
 * Everything comes from the journal: which servers, what they held before,
 * what was written. Whoever runs this only says how to reach them.
 */
#include "app/change/change_held.h"
#include "app/change/change_now.h"
#include "base/listed.h"

static void note_end(const struct lg_change_held *held, int done)
{
	const struct lg_change_hands *hands = held->hands;
	const struct lg_servers_record *record = held->record;
	struct lg_now now = hands->now(hands->self);
	int expired = record->phase == LG_SERVERS_APPLIED &&
		      lg_servers_record_is_over(record, &now);

	lg_change_note_held(held, expired ? LG_EVENT_EXPIRE : LG_EVENT_LIFT,
			    record->lock.until_s,
			    !done ? "not everywhere"
			    : record->phase == LG_SERVERS_APPLYING ? "undone"
								   : "done");
}

/* Lifts or undoes it; the gate here comes when the servers have what they
 * had, and until then the change is not over: nobody begins another in
 * between. */
static enum lg_status put_back(struct lg_change_held *held,
			       const struct lg_change_lift *lift,
			       struct lg_error *err)
{
	const struct lg_servers_record *record = held->record;
	struct lg_servers *servers = &held->servers;
	enum lg_status status = lg_change_gather(held, lift, err);

	if (record && record->phase == LG_SERVERS_LOST) {
		held->outcome = LG_SERVERS_LEFT_BEHIND;
		lg_servers_end_last(servers);
		return lg_error_set(err, LG_ERR_IO, NULL,
				    "what it wrote is lost with the damaged "
				    "journal");
	}
	if (status != LG_OK)
		return status;
	/* also where the lock stays on some servers: it is theirs alone then */
	servers->ends_last = lift->with_gate && record && record->with_gate;
	status = lg_servers_lift(servers, lift->mode, &held->outcome, err);
	/* the gate knows neither of what it had no part in yet nor of what
	 * could not be put back, or later was */
	if (record &&
	    (!record->with_gate || record->phase != LG_SERVERS_APPLIED ||
	     status != LG_OK) &&
	    held->outcome != LG_SERVERS_NOTHING_WRITTEN && !servers->partial)
		note_end(held, status == LG_OK);
	return status;
}

/* stays: it is to have its earlier end again. What came of it is added. */
static enum lg_status end_one(const struct lg_change_hands *hands,
			      const struct lg_change_lift *lift, int stays,
			      struct lg_change_recovered *sum,
			      struct lg_error *err)
{
	struct lg_change_came came = {.err = err};
	const struct lg_servers_member *last;
	struct lg_change_held held;
	enum lg_status status = lg_change_hold(&held, hands, lift->id, err);

	if (status == LG_OK && lift->id && !held.record) {
		lg_change_let_go(&held);
		return LG_OK;
	}
	if (status != LG_OK) {
		came.status = status;
		hands->ended(hands->self, &came);
		return status;
	}
	if (stays) {
		status = lg_change_move_back(&held, err);
		held.outcome = status == LG_OK ? LG_SERVERS_DONE
					       : LG_SERVERS_LEFT_BEHIND;
		/* a gate ended it meanwhile, at the time that was asked for */
		if (status == LG_ERR_CONFLICT) {
			lg_change_let_go(&held);
			return end_one(hands, lift, 0, sum, err);
		}
	} else {
		status = put_back(&held, lift, err);
		sum->done += held.servers.count;
	}
	came.record = held.record;
	came.servers = &held.servers;
	came.outcome = held.outcome;
	came.status = status;
	hands->ended(hands->self, &came);
	last = held.servers.last;
	sum->gate |= last && last->told.ended;
	if (status == LG_OK && last && last->status != LG_OK) {
		status = last->status;
		*err = last->error;
	}
	lg_change_let_go(&held);
	return status;
}

enum lg_status lg_change_lift(const struct lg_change_hands *hands,
			      const struct lg_change_lift *lift,
			      size_t *out_count, struct lg_error *err)
{
	struct lg_change_recovered sum = {0};
	enum lg_status status = end_one(hands, lift, 0, &sum, err);

	*out_count = sum.done;
	return status;
}

int lg_change_is_due(const struct lg_servers_record *record,
		     const struct lg_now *now)
{
	return record->phase != LG_SERVERS_LOST &&
	       lg_servers_record_is_over(record, now);
}

/* Of a lock that stays: the servers on which a lift of them alone broke off. */
static enum lg_status half_lifted(const struct lg_servers_record *record,
				  struct lg_strlist *names,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < record->count; i++) {
		if (record->target[i].step == LG_SERVERS_RESTORING)
			status = lg_list_text(names, record->target[i].name,
					      err);
	}
	return status;
}

/* What is left of one that is in force and has not ended. */
static enum lg_status end_rest(const struct lg_change_hands *hands,
			       const struct lg_servers_record *record,
			       const struct lg_change_lift *lift,
			       struct lg_change_recovered *recovered,
			       struct lg_error *err)
{
	struct lg_strlist half = {0};
	const struct lg_change_lift rest = {
		.id = lift->id, .names = &half, .mode = lift->mode};
	enum lg_status status = half_lifted(record, &half, err);

	if (status == LG_OK && record->moving) {
		status = end_one(hands, lift, 1, recovered, err);
		recovered->ends += status == LG_OK;
	}
	if (status == LG_OK && half.count > 0)
		status = end_one(hands, &rest, 0, recovered, err);
	lg_strlist_release(&half);
	return status;
}

static void end_each(const struct lg_change_hands *hands,
		     const struct lg_servers_book *book,
		     enum lg_servers_lift_mode mode, int interrupted,
		     struct lg_change_recovered *recovered)
{
	struct lg_now now = hands->now(hands->self);

	/* what it wrote stands on what the older ones left */
	for (size_t i = book->count; i-- > 0;) {
		const struct lg_servers_record *record = &book->record[i];
		int due = lg_change_is_due(record, &now);
		const struct lg_change_lift lift = {
			.id = record->lock.id ? record->lock.id : "",
			.mode = mode,
			/* a gate whose lock is over has lifted it by itself,
			 * unless its end may be another */
			.with_gate =
				record->with_gate && (!due || record->moving),
		};
		int stays = record->phase == LG_SERVERS_APPLIED && !due;
		struct lg_error err;
		enum lg_status status;

		if (!due && !interrupted)
			continue;
		status = stays ? end_rest(hands, record, &lift, recovered, &err)
			       : end_one(hands, &lift, 0, recovered, &err);
		if (recovered->status == LG_OK)
			recovered->status = status;
	}
}

void lg_change_end_over(const struct lg_change_hands *hands,
			enum lg_servers_lift_mode mode,
			struct lg_change_recovered *out_recovered)
{
	struct lg_change_now now = {0};

	*out_recovered = (struct lg_change_recovered){
		.status = lg_change_now(hands, &now, NULL)};
	if (out_recovered->status == LG_OK && now.state != LG_CHANGE_UNDER_WAY)
		end_each(hands, &now.book, mode, 0, out_recovered);
	lg_change_now_release(&now);
}

/* Taking a damaged journal keeps it and writes down what is left of it. */
static enum lg_status mend(const struct lg_change_hands *hands,
			   struct lg_error *err)
{
	struct lg_servers_book book = {0};
	enum lg_status status = lg_change_take(hands, &book, err);

	lg_servers_book_release(&book);
	if (status == LG_OK)
		hands->journal.let_go(hands->journal.self);
	return status;
}

enum lg_status lg_change_recover(const struct lg_change_hands *hands,
				 enum lg_servers_lift_mode mode,
				 int interrupted,
				 struct lg_change_recovered *out_recovered,
				 struct lg_error *err)
{
	struct lg_servers_book book = {0};
	enum lg_status status = lg_change_book(hands, &book, err);

	*out_recovered = (struct lg_change_recovered){.damaged = book.damaged};
	if (book.damaged > 0 && interrupted)
		status = mend(hands, err);
	if (status == LG_OK)
		end_each(hands, &book, mode, interrupted, out_recovered);
	lg_servers_book_release(&book);
	return status;
}
