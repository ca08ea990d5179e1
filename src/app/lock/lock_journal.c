/* SPDX-License-Identifier: ISC */
/*
 * lock_journal.c - the audit line of a change to a lock
 *
 * Each line carries what is needed to know a lock whose files are lost
 * (contract 7 "The gate").
 */
#include "app/lock/state.h"

static struct lg_journal_entry entry_of(const struct lg_state *state,
					enum lg_journal_event event,
					const struct lg_lock *lock,
					const char *by, const char *result,
					int locks)
{
	struct lg_now now = lg_state_now(state);
	struct lg_journal_entry entry = {
		.at_s = now.wall_ms / 1000,
		.event = event,
		.id = *lock->id ? lock->id : NULL,
		.profile = lock->profile,
		.by = by ? by : lock->by,
		.reason = lock->reason,
		.result = result,
		.generation = state->generation,
		.since_s = lock->since_s,
		.until_s = lock->until.wall_s,
		.max_duration_s = lock->max_duration_s,
		.backup = lock->backup,
		.locks = locks,
	};

	return entry;
}

enum lg_status lg_lock_journal(struct lg_state *state,
			       enum lg_journal_event event,
			       const struct lg_lock *lock, const char *by,
			       const char *result, int locks,
			       struct lg_error *err)
{
	struct lg_journal_entry entry =
		entry_of(state, event, lock, by, result, locks);

	return lg_journal_append(state->files, LG_JOURNAL_FILE, &entry, err);
}

/* Lines stay in order: behind one that is owed nothing is written yet. */
void lg_lock_journal_done(struct lg_state *state, enum lg_journal_event event,
			  const struct lg_lock *lock, const char *by,
			  const char *result, int locks)
{
	struct lg_journal_entry entry =
		entry_of(state, event, lock, by, result, locks);
	struct lg_error err = {0};
	enum lg_status status = LG_OK;

	if (!state->defers && !state->owed.len)
		status = lg_journal_append(state->files, LG_JOURNAL_FILE,
					   &entry, &err);
	if (status != LG_OK)
		lg_state_loud(state,
			      LG_JOURNAL_UNWRITTEN ": %s; it is tried again",
			      err.text);
	if (status != LG_OK || state->defers || state->owed.len) {
		lg_journal_line(&entry, &state->owed, NULL);
		state->unsaved = 1;
	}
}
