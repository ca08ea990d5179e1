/* SPDX-License-Identifier: ISC */
/*
 * lock_change.h - the life of a lock: apply, confirm, extend, lift, and what
 * time does to it
 *
 * Layer: app: core, port/files, port/clock.
 * Flow: the gate calls these for requests on control.sock and from its timer;
 * `logongate` calls them itself where no gate is configured. They change
 * state_dir and the state; making the values take effect and cutting sessions
 * is the caller's.
 * Source: contract 4 (apply, confirm, lift, extend), 7 "Locks", 8, 9, 12.
 */
#ifndef LOGONGATE_APP_LOCK_LOCK_CHANGE_H
#define LOGONGATE_APP_LOCK_LOCK_CHANGE_H

#include <logongate/dialect.h>

#include "app/lock/state.h"

/*
 * Backs up, writes, reads back, journals; all or nothing. Without an id one is
 * made. for_s counts from the beginning (at_s, else now) and is used where
 * until_s is 0; with at_s the lock waits.
 * Returns: LG_OK with *out_lock, which is the state's; LG_ERR_CONFLICT
 * ("already-in-force", "too-many-locks": exit 5); LG_ERR_RANGE, the end is
 * missing, past, or beyond max_duration (exit 2); LG_ERR_IO and others,
 * nothing is changed.
 */
enum lg_status lg_lock_apply(struct lg_state *state,
			     const struct lg_target_lock *request,
			     struct lg_lock **out_lock, struct lg_error *err);

/* Whom a command means that names no lock. */
enum lg_lock_meant {
	LG_MEANT_ANY = 0,
	LG_MEANT_UNCONFIRMED /* confirm: those that wait for it */
};

/*
 * The lock that a command means: by id, by the profile's name, or, with name
 * NULL, the only one there is.
 * Returns: LG_ERR_CONFLICT with the code "not-in-force" or "ambiguous-lock",
 * which lists them.
 */
enum lg_status lg_lock_choose(const struct lg_state *state, const char *name,
			      enum lg_lock_meant meant,
			      struct lg_lock **out_lock, struct lg_error *err);

/* None of count locks is the one: that error, "not-in-force". */
enum lg_status lg_lock_not_there(size_t count, const char *name,
				 enum lg_lock_meant meant,
				 struct lg_error *err);

/* LG_ERR_CONFLICT: nothing to confirm. */
enum lg_status lg_lock_confirm(struct lg_state *state, struct lg_lock *lock,
			       const char *by, struct lg_error *err);

/* Moves the end: until_s, or for_s from now where until_s is 0.
 * LG_ERR_RANGE as in apply. */
enum lg_status lg_lock_extend(struct lg_state *state, struct lg_lock *lock,
			      const char *by, int64_t until_s, int64_t for_s,
			      struct lg_error *err);

/* The time of a lock that waited has come. LG_ERR_NO_MEMORY alone keeps it from
 * beginning. */
enum lg_status lg_lock_begin(struct lg_state *state, struct lg_lock *lock,
			     struct lg_error *err);

/* Why a lock ends. */
enum lg_lock_end {
	LG_LOCK_END_LIFT = 0,
	LG_LOCK_END_EXPIRE,
	LG_LOCK_END_UNCONFIRMED,
	LG_LOCK_END_FORCE, /* lift --force: whatever the disk says */
	LG_LOCK_END_UNDO   /* an apply that did not do what it should */
};

/*
 * Ends the lock, which is freed; what is left is composed anew. A lock that
 * waits is forgotten.
 * restored and changed (either may be NULL) get the names of the values that
 * are others in registry.reg after it, and of those that somebody changed
 * there by hand.
 * Returns: LG_OK; LG_ERR_IO, a lift alone: the lock is still in force. Every
 * other end takes the lock out of memory first and is tried again on disk
 * (state->unsaved): nobody is kept out past the end by a full disk.
 */
enum lg_status lg_lock_lift(struct lg_state *state, struct lg_lock *lock,
			    enum lg_lock_end end, const char *by,
			    struct lg_strlist *restored,
			    struct lg_strlist *changed, struct lg_error *err);

/* What comes next. */
enum lg_lock_event {
	LG_LOCK_NOTHING = 0,
	LG_LOCK_BEGINS,      /* one that waited */
	LG_LOCK_CUTS,        /* the grace is over: cut open sessions */
	LG_LOCK_UNCONFIRMED, /* lifted for want of a confirm */
	LG_LOCK_EXPIRES
};

/* The next event of any lock and the milliseconds until it: 0 when due, -1 for
 * LG_LOCK_NOTHING. out_lock may be NULL. */
enum lg_lock_event lg_lock_next(const struct lg_state *state,
				struct lg_lock **out_lock,
				int64_t *out_left_ms);

/*
 * Acts on what is due, one event a call: call until *out_event is
 * LG_LOCK_NOTHING. out_id (may be NULL) gets the lock's id. A state opened for
 * reading is changed in memory only: a lock whose end is past counts as
 * lifted.
 */
enum lg_status lg_lock_settle(struct lg_state *state,
			      enum lg_lock_event *out_event,
			      char out_id[LG_LOCK_ID_SIZE],
			      struct lg_error *err);

/* LG_ERR_SYNTAX where values say whom they concern: those that are set by hand
 * concern everybody. */
enum lg_status lg_standing_check(const struct lg_registry *values,
				 struct lg_error *err);

/*
 * Puts other standing values in place: import and restore. names may be NULL;
 * it gets the names of the values that changed.
 * Returns: LG_OK; LG_ERR_CONFLICT, a lock is in force (exit 5); LG_ERR_IO,
 * nothing is changed.
 */
enum lg_status lg_standing_write(struct lg_state *state,
				 enum lg_journal_event event, const char *by,
				 const struct lg_registry *values,
				 const struct lg_findings *findings,
				 struct lg_strlist *names,
				 struct lg_error *err);

/* What stands in state_dir now, before it is taken over. */
struct lg_standing_fresh {
	struct lg_registry *values;   /* NULL: those of the state stay */
	struct lg_findings *findings; /* NULL: those of the state stay */
	struct lg_buffer text;        /* of registry.reg */
};

/*
 * Reads registry.reg and findings again (SIGHUP). Where they cannot be read
 * that is said loudly. Nothing of the state changes before they are taken.
 * While a lock is in force registry.reg is a picture: it is made again where
 * somebody changed it, which is LG_ERR_CONFLICT, and nothing is fresh.
 * Owns: release with lg_standing_fresh_release, also after they were taken.
 */
enum lg_status lg_standing_read(struct lg_state *state,
				struct lg_standing_fresh *out_fresh,
				struct lg_error *err);
/* Makes them the state's, and the last good copy. On failure nothing
 * changed. */
enum lg_status lg_standing_take(struct lg_state *state,
				struct lg_standing_fresh *fresh,
				struct lg_error *err);
void lg_standing_fresh_release(struct lg_standing_fresh *fresh);

/* Adds the names of values that are not the same in both. */
enum lg_status lg_registry_differences(const struct lg_registry *a,
				       const struct lg_registry *b,
				       struct lg_strlist *names,
				       struct lg_error *err);

/* Whether findings (NULL: none) answer every name that values list under a
 * dialect with open semantics; names that are missing are added to the lists
 * (either may be NULL). *out_needs is 1 when any is missing. */
enum lg_status lg_missing_facts(enum lg_dialect dialect,
				const struct lg_registry *values,
				const struct lg_findings *findings,
				struct lg_strlist *out_dn,
				struct lg_strlist *out_user, int *out_needs,
				struct lg_error *err);

/* The same for those whom a lock concerns. */
enum lg_status lg_missing_concerned(const struct lg_registry *values,
				    const struct lg_findings *findings,
				    struct lg_strlist *out_dn,
				    struct lg_strlist *out_user, int *out_needs,
				    struct lg_error *err);

#endif
