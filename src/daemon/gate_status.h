/* SPDX-License-Identifier: ISC */
/*
 * gate_status.h - what the gate decides by now, as status tells it
 *
 * Layer: daemon.
 * Flow: the control socket and the page for everybody begin with these facts
 * and add what else they know.
 */
#ifndef LOGONGATE_DAEMON_GATE_STATUS_H
#define LOGONGATE_DAEMON_GATE_STATUS_H

#include "app/records/status_record.h"
#include "daemon/view.h"

/* One lock. */
struct lg_status_lock gate_status_lock(const struct gate_view_lock *shown);

/* All of it. Nobody is asked for it: sessions are 0. Borrows from the view, which is good
 * until the loop turns, and from out_lock. */
struct lg_status_facts
gate_status(const struct gate *gate,
	    struct lg_status_lock out_lock[LG_LOCKS_MAX]);

#endif
