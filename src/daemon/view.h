/* SPDX-License-Identifier: ISC */
/*
 * view.h - what the loop decides by and tells: one value, made whole
 *
 * Layer: daemon.
 * Flow: a job on the state lane makes a view of the inside; the loop shows it
 * (the one before goes back to the lane to be freed) and reads nothing else
 * about the lock.
 */
#ifndef LOGONGATE_DAEMON_VIEW_H
#define LOGONGATE_DAEMON_VIEW_H

#include "daemon/inside.h"
#include "daemon/work.h"

/* Immutable once it is made. policy is NULL while none can be trusted. */
struct gate_view {
	struct gate_held_settings *held;
	const struct lg_policy *policy;
	struct lg_lock *lock; /* without what was there before it */
	int locked;           /* in force, not only pending */
	int restarts;         /* the store is restarted by apply and lift */
	int owes;             /* done in memory, not yet on disk */
	char since[32];       /* as messages show them */
	char until[32];
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

/* On the loop: from now on this is what counts. */
void gate_view_show(struct gate *gate, struct gate_view *view);

#endif
