/* SPDX-License-Identifier: ISC */
/*
 * follower_doors.h - which doors of this machine do not ask its gate, for the
 * fleet
 *
 * Layer: daemon.
 * Flow: a thread of its own surveys the doors now and then, and soon after a
 * lock was prepared; the follower puts what it found into the gate's report.
 * Nobody waits for it.
 */
#ifndef LOGONGATE_DAEMON_FLEET_FOLLOWER_DOORS_H
#define LOGONGATE_DAEMON_FLEET_FOLLOWER_DOORS_H

#include "app/fleet/fleet_report.h"

struct gate_doors;

/*
 * Begins; NULL where there are no threads: the report then says that nobody
 * looked. config: the settings' file, read anew each time, borrowed. news is
 * called on the thread when something else was found.
 */
struct gate_doors *gate_doors_begin(const char *config,
				    void (*news)(void *context), void *context);

/* A lock is coming: once more, unless that was just done. NULL is fine. */
void gate_doors_look(struct gate_doors *doors);

/* Copies what was found last into a report. */
enum lg_status gate_doors_fill(struct gate_doors *doors,
			       struct lg_fleet_report *report,
			       struct lg_error *err);

/* Ends it, as soon as a program that it asked does. NULL is fine. */
void gate_doors_end(struct gate_doors *doors);

#endif
