/* SPDX-License-Identifier: ISC */
/*
 * door_table.h - the ways in that ask this gate, a row each
 *
 * Layer: daemon.
 * Flow: judge.c counts and names by it, the listeners speak by it, metrics, the
 * status page and `apply` tell of it. A new door is a row of doors.def; one
 * with a protocol of its own also has a codec in adapters and a file beside
 * this one (doc/adding-a-door.md).
 */
#ifndef LOGONGATE_DAEMON_DOORS_DOOR_TABLE_H
#define LOGONGATE_DAEMON_DOORS_DOOR_TABLE_H

#include "core/settings/listener.h"

struct gate_protocol;

/* The doors that are counted and named in records. */
enum gate_door {
#define LG_DOOR(id, name, listener, owns, path) GATE_DOOR_##id,
#include "app/doors/doors.def"
	GATE_DOOR_COUNT
};

struct gate_door_row {
	const char *name;          /* in records, metrics and pages */
	enum lg_listener listener; /* by which it asks, and whose
				    * without_policy answers it */
	int owns_connections;      /* those of the listener are counted as its
				    * own, where several doors share one */
	const char *path;          /* where it asks as at /v1/decide, or NULL */
};

const struct gate_door_row *gate_door_row(enum gate_door door);
const char *gate_door_name(enum gate_door door);

/* What is spoken at a listener's sockets. */
const struct gate_protocol *gate_listener_protocol(enum lg_listener listener);

#endif
