/* SPDX-License-Identifier: ISC */
/*
 * state_loading.h - what the parts of lg_state_load share
 *
 * Layer: app; for state_load.c, load_locks.c, load_standing.c and load_v1.c.
 */
#ifndef LOGONGATE_APP_LOCK_STATE_LOADING_H
#define LOGONGATE_APP_LOCK_STATE_LOADING_H

#include "app/lock/lock_file.h"
#include "app/lock/state.h"

/* What the audit says of one lock; by its last line. Texts are owned. */
struct lg_told {
	struct lg_lock *lock; /* profile, by, reason, backup, times */
	int locks;            /* in force after the line */
	int applied;          /* there is a line that it came into force */
};

/*
 * record: lock.json, where it was read whole. damaged: there is one and it
 * cannot be trusted. told: of locks with an
 * id; last: the last line at all. standing_moved: standing.reg is there.
 */
struct lg_loading {
	struct lg_state *state;
	struct lg_lock_record record;
	int damaged;
	struct lg_told *told;
	size_t told_count;
	size_t told_capacity;
	struct lg_told last;
	int standing_moved;
	int writes_picture; /* what is on disk is not what it should be */
	int spares_picture; /* registry.reg is not to be read */
	struct lg_error *err;
};

/* Moves a file that cannot be trusted aside (WRITE) and says so loudly. What
 * may not be read is not damaged: it is left where it is. */
void lg_loading_keep_aside(struct lg_state *state, const char *name,
			   const struct lg_error *trouble);

/* "missing", "not to be read" or "damaged". */
const char *lg_loading_word(enum lg_status status);

/* Only no memory, a newer version, or a reader who may not read, ends the
 * loading; err is copied to the loading's then. */
int lg_loading_is_fatal(struct lg_loading *loading, enum lg_status status,
			const struct lg_error *err);

/* registry.reg or its good copy as values; the first that can be read. Of a
 * lock (NULL: none) that they do not show, and tell of beside, its own. */
enum lg_status lg_loading_picture(const struct lg_state *state, const char *id,
				  struct lg_registry **out_values,
				  struct lg_error *err);

/* A copy of what the audit says of a lock. */
enum lg_status lg_loading_copy(const struct lg_lock *told, struct lg_lock *lock,
			       struct lg_error *err);

struct lg_told *lg_loading_told(const struct lg_loading *loading,
				const char *id);

/* Reads locks/ into the state; what is damaged comes from its good copy, else
 * from the audit and registry.reg. */
enum lg_status lg_loading_locks(struct lg_loading *loading);

/* Reads what was set by hand into state->standing, once the locks are read;
 * NULL: it is lost, and said loudly. */
enum lg_status lg_loading_standing(struct lg_loading *loading);

/* Carries the one lock of an earlier version over. The standing values are
 * loaded by it too where that lock was in force. */
enum lg_status lg_loading_carry_v1(struct lg_loading *loading);

#endif
