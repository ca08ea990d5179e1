/* SPDX-License-Identifier: ISC */
/*
 * control_sessions.h - what a sweep did, as an answer
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_CONTROL_CONTROL_SESSIONS_H
#define LOGONGATE_DAEMON_CONTROL_CONTROL_SESSIONS_H

#include "daemon/sessions/sweep.h"

#include "daemon/control/control.h"

/* Ends a call with whom a sweep cut, and with "left" and "left_count": of very
 * many only the first are listed. context is the call. */
void control_tell_cut(void *context, const struct gate_sweep_report *report);

#endif
