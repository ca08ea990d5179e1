/* SPDX-License-Identifier: ISC */
/*
 * mapi_known.h - the session that the cookies of a MAPI request name
 *
 * Layer: daemon.
 * Source: contract 8 "HAProxy"; facts on MAPI over HTTP 10.2.
 */
#ifndef LOGONGATE_DAEMON_DOORS_MAPI_KNOWN_H
#define LOGONGATE_DAEMON_DOORS_MAPI_KNOWN_H

#include "daemon/doors/mapi_door.h"

/* NULL: none, or nobody knows it. key is the caller's to release. */
struct gate_mapi_known {
	const struct lg_session *session;
	struct lg_buffer key;
	int is_ended;
};

/* What a session is kept under, by the name and value of its cookie. */
void gate_mapi_key(const char *name, struct lg_mapi_text value,
		   struct lg_buffer *out_key);

/*
 * Servers differ in which of several cookies of one name they take, so all of
 * them have to be the same session; which name counts is the first in the
 * settings that is there.
 */
void gate_mapi_find(struct gate *gate, const struct gate_mapi *request,
		    struct gate_mapi_known *out_known);

#endif
