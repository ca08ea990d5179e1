/* SPDX-License-Identifier: ISC */
/*
 * notices.h - telling people what happens to locks
 *
 * Layer: daemon.
 * Flow: each view is compared with the one before, the clock is looked at
 * once a second; what follows is an event, one JSON object, given to every
 * program of [notify] dir on a lane of its own. Events wait in order there;
 * nothing else waits for them.
 * Shape: {"event","at","lock":{...as in status}|null,"text","host"}.
 * Source: contract 11 "Notices", 12 "People"; conformance A6.
 */
#ifndef LOGONGATE_DAEMON_NOTICES_H
#define LOGONGATE_DAEMON_NOTICES_H

#include "daemon/view.h"

enum lg_status gate_notices_open(struct gate *gate, struct lg_error *err);
void gate_notices_free(struct gate *gate);

/* before NULL: the gate starts; what it finds was told already. */
void gate_notices_follow(struct gate *gate, const struct gate_view *before,
			 const struct gate_view *view);

/* Once a second: reminders, attention. */
void gate_notices_tick(struct gate *gate);

enum gate_notice {
	GATE_NOTICE_SCHEDULED = 0,
	GATE_NOTICE_STARTING,
	GATE_NOTICE_APPLIED,
	GATE_NOTICE_UNCONFIRMED,
	GATE_NOTICE_ENDING,
	GATE_NOTICE_EXTENDED,
	GATE_NOTICE_LIFTED,
	GATE_NOTICE_EXPIRED,
	GATE_NOTICE_UNDONE,
	GATE_NOTICE_ATTENTION,
	GATE_NOTICE_QUIET
};

/* notice_send.c: one event. lock: NULL for attention and quiet; what: what asks
 * for attention. One that cannot be sent is logged. */
void gate_notice_send(struct gate *gate, enum gate_notice notice,
		      const struct gate_view_lock *lock, const char *what);

#endif
