/* SPDX-License-Identifier: ISC */
/*
 * clock_look.h - a wall clock that jumps while there is a lock
 *
 * Layer: daemon.
 * Source: contract 7 "Locks" (status says that it was stepped), 11 Monitoring.
 */
#ifndef LOGONGATE_DAEMON_CLOCK_LOOK_H
#define LOGONGATE_DAEMON_CLOCK_LOOK_H

#include "daemon/gate.h"

/* Seconds that the wall clock was set since the times of a lock were; of
 * several the most. 0: it was not. */
int64_t gate_clock_stepped_s(const struct gate *gate);

/* Every second, and for each status: asks for attention, or says that it is over. */
void gate_clock_tick(struct gate *gate);

#endif
