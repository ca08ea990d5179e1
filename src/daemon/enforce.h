/* SPDX-License-Identifier: ISC */
/*
 * enforce.h - what follows from a view: sweeps, deadlines, questions
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_ENFORCE_H
#define LOGONGATE_DAEMON_ENFORCE_H

#include "daemon/view.h"

/* Shows the view; cuts are begun, the deadlines set anew, and the directory
 * is asked where the outcome says so. */
void gate_enforce_follow(struct gate *gate, struct gate_view *view,
			 const struct gate_outcome *outcome);

/* The facts arrived: saves them and reads the values again. findings become
 * the enforcer's. */
void gate_enforce_findings(struct gate *gate, struct lg_findings *findings);

/* Before the loop runs: shows the first view, as it was read. */
enum lg_status gate_enforce_first(struct gate *gate, struct lg_error *err);

/* The listeners listen: sweeps and deadlines begin. */
void gate_enforce_begin(struct gate *gate);

/* Seconds that the wall clock was set since the times of a lock were; of
 * several the most. 0: it was not. */
int64_t gate_clock_stepped_s(const struct gate *gate);

/* Every second, and for each status: asks for attention, or says that it is
 * over. */
void gate_clock_tick(struct gate *gate);

/* Begins and ends the timers. */
enum lg_status gate_enforce_start(struct gate *gate, struct lg_error *err);
void gate_enforce_stop(struct gate *gate);

#endif
