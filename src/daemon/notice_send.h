/* SPDX-License-Identifier: ISC */
/*
 * notice_send.h - one event as JSON, and to the programs that want it
 *
 * Layer: daemon, for notices.c.
 */
#ifndef LOGONGATE_DAEMON_NOTICE_SEND_H
#define LOGONGATE_DAEMON_NOTICE_SEND_H

#include "daemon/view.h"

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

/* lock: NULL for attention and quiet; what: what asks for attention. One that
 * cannot be sent is logged. */
void gate_notice_send(struct gate *gate, enum gate_notice notice,
		      const struct gate_view_lock *lock, const char *what);

#endif
