/* SPDX-License-Identifier: ISC */
/*
 * lock_due.c - what time does to locks
 *
 * Each lock has its own deadlines. Of two things that are due at the same
 * moment a beginning goes first: between a lock that ends at ten and one that
 * begins at ten nobody slips in.
 */
#include "app/lock/lock_change.h"

#include <string.h>

static enum lg_lock_event next_of(const struct lg_lock *lock,
				  const struct lg_now *now,
				  int64_t *out_left_ms)
{
	struct {
		enum lg_lock_event event;
		const struct lg_deadline *deadline;
	} const active[] = {
		{LG_LOCK_EXPIRES, &lock->until},
		{LG_LOCK_UNCONFIRMED, &lock->confirm},
		{LG_LOCK_CUTS, &lock->cut},
	};
	enum lg_lock_event next = LG_LOCK_NOTHING;
	int64_t least_ms = -1;

	if (lg_lock_waits(lock)) {
		int64_t ends_ms = lg_lock_left_ms(lock, &lock->until, now);

		least_ms = lg_lock_left_ms(lock, &lock->start, now);
		next = LG_LOCK_BEGINS;
		/* It came and went while nobody was there, or clocks that were
		 * stepped between two commands let it end first. */
		if (ends_ms >= 0 && ends_ms <= least_ms) {
			least_ms = ends_ms;
			next = LG_LOCK_EXPIRES;
		}
		*out_left_ms = least_ms;
		return next;
	}
	for (size_t i = 0; i < 3; i++) {
		int64_t left_ms =
			lg_lock_left_ms(lock, active[i].deadline, now);

		if (left_ms >= 0 && (least_ms < 0 || left_ms < least_ms)) {
			least_ms = left_ms;
			next = active[i].event;
		}
	}
	*out_left_ms = least_ms;
	return next;
}

enum lg_lock_event lg_lock_next(const struct lg_state *state,
				struct lg_lock **out_lock, int64_t *out_left_ms)
{
	struct lg_now now = lg_state_now(state);
	enum lg_lock_event next = LG_LOCK_NOTHING;
	struct lg_lock *of = NULL;
	int64_t least_ms = -1;

	for (size_t i = 0; i < state->lock_count; i++) {
		int64_t left_ms;
		enum lg_lock_event event =
			next_of(state->lock[i], &now, &left_ms);

		if (left_ms < 0 || (least_ms >= 0 && left_ms > least_ms) ||
		    (left_ms == least_ms && event != LG_LOCK_BEGINS))
			continue;
		least_ms = left_ms;
		next = event;
		of = state->lock[i];
	}
	*out_left_ms = least_ms;
	if (out_lock)
		*out_lock = of;
	return next;
}

enum lg_status lg_lock_settle(struct lg_state *state,
			      enum lg_lock_event *out_event,
			      char out_id[LG_LOCK_ID_SIZE],
			      struct lg_error *err)
{
	enum lg_status status = LG_OK;
	struct lg_lock *lock = NULL;
	int64_t left_ms;
	enum lg_lock_event event = lg_lock_next(state, &lock, &left_ms);

	if (left_ms != 0)
		event = LG_LOCK_NOTHING;
	if (out_id && lock)
		memcpy(out_id, lock->id, LG_LOCK_ID_SIZE);
	switch (event) {
	case LG_LOCK_NOTHING:
		break;
	case LG_LOCK_BEGINS:
		status = lg_lock_begin(state, lock, err);
		break;
	case LG_LOCK_CUTS:
		lock->cut = (struct lg_deadline){0};
		if (state->mode == LG_STATE_WRITE &&
		    (state->defers ||
		     lg_state_write_lock(state, lock, 0, NULL) != LG_OK))
			state->unsaved = 1;
		break;
	case LG_LOCK_UNCONFIRMED:
		status = lg_lock_lift(state, lock, LG_LOCK_END_UNCONFIRMED,
				      NULL, NULL, NULL, err);
		break;
	case LG_LOCK_EXPIRES:
		status = lg_lock_lift(state, lock, LG_LOCK_END_EXPIRE, NULL,
				      NULL, NULL, err);
		break;
	}
	if (status == LG_OK)
		*out_event = event;
	return status;
}
