/* SPDX-License-Identifier: ISC */
/*
 * window_journal.c - the audit line of a change to the lock
 *
 * Each line carries all that is needed to make lock.json again when that is
 * lost (contract 7 "The gate").
 */
#include "app/window_journal.h"

enum lg_status lg_window_journal(struct lg_state *state,
				 enum lg_journal_event event,
				 const struct lg_lock *lock, const char *by,
				 const char *result, int locks,
				 struct lg_error *err)
{
	struct lg_now now = lg_state_now(state);
	struct lg_journal_entry entry = {
		.at_s = now.wall_ms / 1000,
		.event = event,
		.profile = lock->profile,
		.by = by ? by : lock->by,
		.reason = lock->reason,
		.result = result,
		.generation = state->lock->generation,
		.since_s = lock->since_s,
		.until_s = lock->until.wall_s,
		.max_duration_s = lock->max_duration_s,
		.backup = lock->backup,
		.locks = locks,
	};

	return lg_journal_append(state->files, &entry, err);
}

void lg_window_journal_done(struct lg_state *state, enum lg_journal_event event,
			    const struct lg_lock *lock, const char *by,
			    const char *result, int locks)
{
	struct lg_error err = {0};

	if (lg_window_journal(state, event, lock, by, result, locks, &err))
		lg_state_loud(state, "audit.jsonl could not be written: %s",
			      err.text);
}
