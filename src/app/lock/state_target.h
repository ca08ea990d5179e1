/* SPDX-License-Identifier: ISC */
/*
 * state_target.h - state_dir as a target: a machine on which no gate runs
 *
 * Layer: app: implements port/target.
 * Flow: a change whose last target is the gate here writes to this where there
 * is none that could be asked: locks, or values by hand.
 * Source: contract 7 "Locks", 9 "One machine for all targets".
 */
#ifndef LOGONGATE_APP_LOCK_STATE_TARGET_H
#define LOGONGATE_APP_LOCK_STATE_TARGET_H

#include "app/lock/state.h"
#include "port/target.h"

/*
 * open: the state, to be written; it stays its owner's, and is asked for at
 * each call. facts: what is known of the names that values list, saved (may be
 * NULL) where that says it all; *out_findings is NULL where nothing is needed;
 * facts NULL: nothing ever is. Borrowed until close, with all that it points
 * to.
 */
struct lg_state_target {
	void *context;
	enum lg_status (*open)(void *context, struct lg_state **out_state,
			       struct lg_error *err);
	enum lg_status (*facts)(void *context, const struct lg_registry *values,
				const struct lg_findings *saved,
				struct lg_findings **out_findings,
				struct lg_error *err);
	const struct lg_target_lock *lock;
	struct lg_target_told *told;
};

/* self: context and open are set. */
struct lg_target lg_state_target(struct lg_state_target *self);

#endif
