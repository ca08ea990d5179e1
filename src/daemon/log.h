/* SPDX-License-Identifier: ISC */
/*
 * log.h - lines on stderr that nobody waits for
 *
 * Layer: daemon.
 * Flow: gate_log (gate.h) hands every line to gate_log_line; a thread writes
 * them. Where nobody reads stderr, lines are dropped and counted.
 */
#ifndef LOGONGATE_DAEMON_LOG_H
#define LOGONGATE_DAEMON_LOG_H

#include <stddef.h>

/* Begins the thread; before, and where there is none, lines are written by
 * who says them. */
void gate_log_start(void);

/* One line with its end, from any thread; never waits once the thread is
 * there. */
void gate_log_line(const char *line, size_t len);

/* Everything that was said is written, or half a second is over. */
void gate_log_end(void);

#endif
