/* SPDX-License-Identifier: ISC */
/*
 * inside.h - the lock as the state lane knows it: state_dir, values, store
 *
 * Layer: daemon.
 * Flow: only a job on GATE_LANE_STATE touches it (before the loop runs and
 * after it ended: the main thread). What the loop may know of it is handed
 * over as a view (view.h) when a job is done: see lock_change.h.
 */
#ifndef LOGONGATE_DAEMON_INSIDE_H
#define LOGONGATE_DAEMON_INSIDE_H

#include "core/settings/settings.h"
#include <logongate/store.h>

#include "app/lock/state.h"

struct gate;

/* Settings that several views share; counted on the state lane alone. */
struct gate_held_settings {
	unsigned int holders;
	struct lg_settings *settings;
};

struct gate_inside {
	const struct lg_files *files;
	struct lg_now now; /* what its clock said last */
	struct lg_clock clock;
	int64_t started_boot_ms;
	struct gate_held_settings *held;
	const struct lg_settings *settings; /* held's */
	struct lg_state *state;
	struct lg_store *store;
	/* 0 while no policy can be trusted: without_policy answers. */
	int has_policy;
	/* It leaves out what is in force and cannot be known: who is not
	 * refused by the rest is answered without_policy. */
	int is_partial;
	/* A gate of a fleet that has never heard its directory: likewise. */
	int unheard;
	struct lg_registry *nothing; /* where no standing values count */
	struct lg_strlist loud_logged;
};

/* What a job did to what is in force. */
struct gate_outcome {
	int is_read; /* a new policy is in force */
	int failed;  /* the values stand and are not yet in force */
	int asks;    /* the directory has to be asked about names */
	int cuts;    /* a grace is over: open sessions are cut */
};

/* settings become the inside's; they are given up on failure too. */
enum lg_status gate_inside_new(const struct gate *gate,
			       struct lg_settings *settings,
			       struct gate_inside **out_inside,
			       struct lg_error *err);
void gate_inside_free(struct gate_inside **inside);

/* Other settings count from now on; they become the inside's. */
enum lg_status gate_inside_settings(struct gate_inside *inside,
				    struct lg_settings *settings,
				    struct lg_error *err);
void gate_settings_drop(struct gate_held_settings *held);

/* NULL while no policy can be trusted. */
const struct lg_policy *gate_inside_policy(const struct gate_inside *inside);

/* 1 where the store is restarted by apply and lift. */
int gate_inside_restarts(const struct gate_inside *inside);

/* Reads the values of the state into the store for the first time, after
 * whatever was due while no gate ran was done. */
enum lg_status gate_inside_first(struct gate_inside *inside,
				 struct gate_outcome *outcome,
				 struct lg_error *err);

/*
 * The values, findings or lock of the state changed: the store gets them and
 * is restarted where its dialect needs that and the settings allow it.
 * Returns: LG_OK; LG_ERR_DIRECTORY: the directory must be asked first; the
 * policy in force stays (L17).
 */
enum lg_status gate_inside_enforce(struct gate_inside *inside,
				   struct gate_outcome *outcome,
				   struct lg_error *err);

/* The facts arrived: the values are read again. */
enum lg_status gate_inside_enforce_again(struct gate_inside *inside,
					 struct gate_outcome *outcome,
					 struct lg_error *err);

/*
 * Does everything that is due, in memory: whether the disk is full or slow, a
 * lock ends and begins at its time. gate_inside_catch_up writes it down.
 */
enum lg_status gate_inside_settle(struct gate_inside *inside,
				  struct gate_outcome *outcome,
				  struct lg_error *err);

/* Writes what settling did in memory. On an error it is still owed. */
enum lg_status gate_inside_catch_up(struct gate_inside *inside,
				    struct lg_error *err);

/*
 * Whether a policy can be made of values and findings (NULL: nothing was
 * asked) under settings, before anything is written.
 */
enum lg_status gate_inside_check(const struct lg_settings *settings,
				 const struct lg_registry *values,
				 const struct lg_findings *findings,
				 const struct lg_findings *concerned,
				 struct lg_error *err);

#endif
