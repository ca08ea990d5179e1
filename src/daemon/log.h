/* SPDX-License-Identifier: ISC */
/*
 * log.h - lines on stderr that nobody waits for
 *
 * Layer: daemon.
 * Flow: gate_log and its kin (gate.h) hand every line to gate_log_line; a
 * thread writes them. Where nobody reads stderr, lines are dropped and counted.
 * Source: systemd.exec(5) JOURNAL_STREAM, sd-daemon(3) "<N>", the journal's
 * native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL).
 */
#ifndef LOGONGATE_DAEMON_LOG_H
#define LOGONGATE_DAEMON_LOG_H

#include "daemon/gate.h"

/* Begins the thread; before, and where there is none, lines are written by
 * who says them. */
void gate_log_start(void);

/*
 * One line, from any thread; never waits once the thread is there. Neither
 * text nor what the event names has control characters. Where the journal
 * reads stderr, it gets the level and the fields LOGONGATE_EVENT,
 * LOGONGATE_LOCK and LOGONGATE_PROFILE; elsewhere the line stands behind the
 * program's name.
 */
void gate_log_line(const struct gate_event *event, const char *text);

/* Everything that was said is written, or half a second is over. */
void gate_log_end(void);

#endif
