/* SPDX-License-Identifier: ISC */
/*
 * inside_loud.h - what the state says loudly, into the log, each sentence once
 *
 * Layer: daemon, on the state lane.
 */
#ifndef LOGONGATE_DAEMON_INSIDE_LOUD_H
#define LOGONGATE_DAEMON_INSIDE_LOUD_H

#include "daemon/inside.h"

/* How it is told that what was written waits for the directory. */
#define GATE_NOT_YET_IN_FORCE "what was written is not yet in force"

/* Logs what became loud since the last call; takes back what begins like
 * this. */
void gate_inside_log_loud(struct gate_inside *inside);
void gate_inside_quiet(struct gate_inside *inside, const char *beginning);

#endif
