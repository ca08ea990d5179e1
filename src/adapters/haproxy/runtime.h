/* SPDX-License-Identifier: ISC */
/*
 * haproxy/runtime.h - the sessions of a HAProxy, listed and cut
 *
 * Layer: adapter; implements port/door over HAProxy's runtime socket.
 * Source: contract 3 [haproxy], 8 "Sessions"; HAProxy management.txt 9.3.
 *
 * HAProxy knows a session by its source address and port and not by a user:
 * address is "ADDRESS:PORT", and the gate, which was told the same over SPOP,
 * fills in the rest. since_s is no later than the session began. Idle
 * connections are not listed; their next request is judged like any other.
 */
#ifndef LG_ADAPTERS_HAPROXY_RUNTIME_H
#define LG_ADAPTERS_HAPROXY_RUNTIME_H

#include <stdatomic.h>

#include "port/door.h"

/* All borrowed: path and frontends until the open call returns. */
struct lg_haproxy_settings {
	const char *path; /* of the runtime socket */
	/* Only the sessions of these; empty: of all. */
	const struct lg_strlist *frontends;
	/* Not 0: begin nothing more. May be NULL; lives as long as the door. */
	const atomic_int *stop;
};

/*
 * The socket is asked only when sessions are.
 * Owns: end with out_door->close(out_door->self). One thread at a time.
 */
enum lg_status lg_haproxy_open(const struct lg_haproxy_settings *settings,
			       struct lg_door *out_door, struct lg_error *err);

#endif
