/* SPDX-License-Identifier: ISC */
/*
 * control_sessions.h - sessions in an answer
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_CONTROL_CONTROL_SESSIONS_H
#define LOGONGATE_DAEMON_CONTROL_CONTROL_SESSIONS_H

#include "daemon/sessions/sweep.h"

#include "daemon/control/control.h"

/* Adds "left", and "left_count": of very many only the first are listed. */
void control_add_left(struct control_call *call,
		      const struct gate_sweep_report *report);

#endif
