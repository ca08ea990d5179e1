/* SPDX-License-Identifier: ISC */
/*
 * listener.h - what the gate can listen as: [listen.NAME]
 *
 * Layer: core.
 * Flow: listeners.def has the rows; settings are read and checked by it, the
 * daemon opens its sockets by it, packaging has a unit for each and
 * app/doors/doors.def says who comes in by each.
 * Source: contract 3 [listen.*], 8 "Sockets".
 */
#ifndef LOGONGATE_CORE_SETTINGS_LISTENER_H
#define LOGONGATE_CORE_SETTINGS_LISTENER_H

#include <stddef.h>

enum lg_listener {
#define LG_LISTENER(id, name, address, asked, far, protocol) LG_LISTEN_##id,
#include "core/settings/listeners.def"
	LG_LISTENER_COUNT
};

struct lg_listener_row {
	const char *name;    /* of its section and its socket unit */
	const char *address; /* where the settings name none; NULL: nowhere */
	int is_asked;        /* by doors: it says what it answers without a
			      * policy. Else pages for people, or control */
	int may_be_far;      /* beyond loopback, with a key */
};

/* Good for ever. */
const struct lg_listener_row *lg_listener_row(enum lg_listener listener);
const char *lg_listener_name(enum lg_listener listener);

/* 1 and *out_listener where a listener has this name. */
int lg_listener_from_name(const char *name, enum lg_listener *out_listener);

#endif
