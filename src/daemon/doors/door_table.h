/* SPDX-License-Identifier: ISC */
/*
 * door_table.h - the ways in that ask this gate, a row each
 *
 * Layer: daemon.
 * Flow: judge.c counts and names by it, the listeners speak by it, metrics, the
 * status page and `apply` tell of it. A new door is a row here, a codec in
 * adapters and a file beside this one (doc/adding-a-door.md).
 */
#ifndef LOGONGATE_DAEMON_DOORS_DOOR_TABLE_H
#define LOGONGATE_DAEMON_DOORS_DOOR_TABLE_H

#include "core/settings/listener.h"

struct gate_protocol;

/* The doors that are counted and named in records. */
enum gate_door {
	GATE_DOOR_DOVECOT = 0, /* auth policy */
	GATE_DOOR_DICT,
	GATE_DOOR_POSTFIX,
	GATE_DOOR_HAPROXY, /* SPOP */
	GATE_DOOR_HTTP,    /* /v1/check, /v1/mapi */
	GATE_DOOR_XMPP,    /* /v1/xmpp */
	GATE_DOOR_DECIDE   /* /v1/decide */
};
#define GATE_DOOR_COUNT 7

struct gate_door_row {
	const char *name;          /* in records, metrics and pages */
	enum lg_listener listener; /* by which it asks, and whose
				    * without_policy answers it */
	int owns_connections;      /* those of the listener are counted as its
				    * own, where several doors share one */
};

const struct gate_door_row *gate_door_row(enum gate_door door);
const char *gate_door_name(enum gate_door door);

/* What is spoken at a listener's sockets. */
const struct gate_protocol *gate_listener_protocol(enum lg_listener listener);

#endif
