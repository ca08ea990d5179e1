/* SPDX-License-Identifier: ISC */
/*
 * view.h - what the loop decides by and tells: one value, made whole
 *
 * Layer: daemon.
 * Flow: a job on the state lane makes a view of the inside; the loop shows it
 * (the one before goes back to the lane to be freed) and reads nothing else
 * about the locks.
 */
#ifndef LOGONGATE_DAEMON_VIEW_H
#define LOGONGATE_DAEMON_VIEW_H

#include "app/records/status_record.h"
#include "daemon/inside.h"
#include "daemon/work.h"

/* A lock as the loop knows it. */
struct gate_view_lock {
	struct lg_lock *lock; /* without values and findings */
	struct lg_lock_concerns concerns;
	int is_read;             /* the policy in force has it */
	enum lg_gate_state gate; /* what it does by itself */
	char since[32];          /* as messages show them */
	char until[32];
	char starts[32]; /* of one that waits */
};

/*
 * Immutable once it is made. policy is NULL while none can be trusted, and
 * leaves out what cannot be known where it is_partial. cuts
 * decides who of those logged on goes: policy without the locks that still
 * have their grace. of_layer[i] is the lock of the policy's layer i, -1: none.
 */
struct gate_view {
	struct gate_held_settings *held;
	const struct lg_policy *policy;
	const struct lg_policy *cuts;
	int is_partial;
	struct gate_view_lock lock[LG_LOCKS_MAX];
	size_t lock_count;
	int of_layer[LG_LAYERS_MAX];
	const struct gate_view_lock *last; /* in force, ends last; or NULL */
	uint64_t generation;
	int locked;               /* in force, not only pending */
	int restarts;             /* the store is restarted by apply and lift */
	int owes;                 /* done in memory, not yet on disk */
	int64_t due_boot_ms;      /* when something is due; -1: never */
	int64_t poll_s;           /* the store's next poll; -1: never */
	struct lg_strlist loud;   /* what an administrator must be told */
	struct gate_job free_job; /* how it goes */
};

/* On the state lane. */
enum lg_status gate_view_make(struct gate_inside *inside,
			      struct gate_view **out_view,
			      struct lg_error *err);
void gate_view_free(struct gate_view **view);

/* Lets go of a policy that lg_policy_share gave; NULL is none. */
void gate_policy_drop(const struct lg_policy *held);

/* On the loop: from now on this is what counts. */
void gate_view_show(struct gate *gate, struct gate_view *view);

/* The lock that speaks in a decision; NULL: the standing values, or one that
 * is over and was not read yet. */
const struct gate_view_lock *
gate_view_speaks(const struct gate_view *view,
		 const struct lg_decision *decision);

/* What the gate decides by now, as status tells it: the control socket and the
 * page for everybody begin with these facts and add what else they know. */
struct lg_status_lock gate_status_lock(const struct gate_view_lock *shown);

/* The same of all locks. Nobody is asked for it: sessions are 0. Borrows from
 * the view, which is good until the loop turns, and from out_lock. */
struct lg_status_facts
gate_status(const struct gate *gate,
	    struct lg_status_lock out_lock[LG_LOCKS_MAX]);

#endif
