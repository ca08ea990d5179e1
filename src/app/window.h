/* SPDX-License-Identifier: ISC */
/*
 * window.h - the life of a maintenance window: apply, confirm, extend, lift,
 * and what time does to it
 *
 * Layer: app: core, port/files, port/clock.
 * Flow: the gate calls these for requests on control.sock and from its timer;
 * `logongate` calls them itself where no gate is configured. They change
 * state_dir and the state; making the values take effect and cutting sessions
 * is the caller's.
 * Source: contract 4 (apply, confirm, lift, extend), 7 "Locks", 8.
 */
#ifndef LOGONGATE_APP_WINDOW_H
#define LOGONGATE_APP_WINDOW_H

#include <logongate/dialect.h>

#include "app/state.h"

/*
 * What to apply. Borrowed. findings NULL: nothing was asked.
 * Units: for_s, confirm_within_s, grace_s durations, 0 for none; until_s, at_s
 * wall clock, 0 for none; for_s counts from the beginning (at_s, else now) and
 * is used where until_s is 0. max_duration_s -1: no limit.
 */
struct lg_window_request {
	const char *profile;
	const char *by;
	const char *reason;
	const struct lg_registry *values;
	const struct lg_findings *findings;
	int64_t for_s;
	int64_t until_s;
	int64_t at_s;
	int64_t confirm_within_s;
	int64_t grace_s;
	int64_t max_duration_s;
};

/*
 * Backs up, writes, reads back, journals; all or nothing. With at_s the values
 * wait in state_dir and the lock is only pending.
 * Returns: LG_OK; LG_ERR_CONFLICT, a lock is in force or pending (exit 5);
 * LG_ERR_RANGE, the end is missing, past, or beyond max_duration (exit 2);
 * LG_ERR_IO and others, the earlier values are in force.
 */
enum lg_status lg_window_apply(struct lg_state *state,
			       const struct lg_window_request *request,
			       struct lg_error *err);

/* LG_ERR_CONFLICT: there is no lock, or nothing to confirm. */
enum lg_status lg_window_confirm(struct lg_state *state, const char *by,
				 struct lg_error *err);

/* Moves the end: until_s, or for_s from now where until_s is 0.
 * LG_ERR_CONFLICT: no lock; LG_ERR_RANGE as in apply. */
enum lg_status lg_window_extend(struct lg_state *state, const char *by,
				int64_t until_s, int64_t for_s,
				struct lg_error *err);

/* Why a lock ends. */
enum lg_window_end {
	LG_WINDOW_END_LIFT = 0,
	LG_WINDOW_END_EXPIRE,
	LG_WINDOW_END_UNCONFIRMED
};

/*
 * Puts back exactly the values that were there before, with their findings,
 * and ends the lock; a pending lock is forgotten.
 * restored and changed (either may be NULL) get the names of the values that
 * were written or deleted, and of those that are not what apply wrote.
 * Returns: LG_OK; LG_ERR_CONFLICT, there is no lock; LG_ERR_IO, the lock is
 * still in force.
 */
enum lg_status lg_window_lift(struct lg_state *state, enum lg_window_end end,
			      const char *by, struct lg_strlist *restored,
			      struct lg_strlist *changed, struct lg_error *err);

/* What comes next. */
enum lg_window_event {
	LG_WINDOW_NOTHING = 0,
	LG_WINDOW_BEGINS,      /* a pending lock */
	LG_WINDOW_CUTS,        /* the grace is over: cut open sessions */
	LG_WINDOW_UNCONFIRMED, /* lifted for want of a confirm */
	LG_WINDOW_EXPIRES
};

/* The next event and the milliseconds until it: 0 when due, -1 for
 * LG_WINDOW_NOTHING. */
enum lg_window_event lg_window_next(const struct lg_state *state,
				    int64_t *out_left_ms);

/*
 * Acts on what is due: call until *out_event is LG_WINDOW_NOTHING. A state
 * opened for reading is changed in memory only: a lock whose end is past
 * counts as lifted.
 */
enum lg_status lg_window_settle(struct lg_state *state,
				enum lg_window_event *out_event,
				struct lg_error *err);

/*
 * Puts other values in place without a lock: import and restore. names may be
 * NULL; it gets the names of the values that changed.
 * Returns: LG_OK; LG_ERR_CONFLICT, a lock is in force or pending (exit 5);
 * LG_ERR_IO, nothing is changed.
 */
enum lg_status lg_window_write(struct lg_state *state,
			       enum lg_journal_event event, const char *by,
			       const struct lg_registry *values,
			       const struct lg_findings *findings,
			       struct lg_strlist *names, struct lg_error *err);

/* Adds the names of values that are not the same in both. */
enum lg_status lg_window_differences(const struct lg_registry *a,
				     const struct lg_registry *b,
				     struct lg_strlist *names,
				     struct lg_error *err);

/* Whether findings (NULL: none) answer every name that values list under a
 * dialect with open semantics; names that are missing are added to the lists
 * (either may be NULL). *out_needs is 1 when any is missing. */
enum lg_status lg_window_missing_facts(enum lg_dialect dialect,
				       const struct lg_registry *values,
				       const struct lg_findings *findings,
				       struct lg_strlist *out_dn,
				       struct lg_strlist *out_user,
				       int *out_needs, struct lg_error *err);

#endif
