/* SPDX-License-Identifier: ISC */
/*
 * port/door.h - the open sessions of a server, and cutting them
 *
 * Layer: port; implemented by adapters/dovecot (doveadm), adapters/haproxy
 * (runtime socket) and by the gate's own listeners for sessions it cuts
 * itself (postfix 421, X-ResponseCode 10).
 * Source: contract 8 "Sessions"; facts/enforcement.md 1.5, 4.
 */
#ifndef LOGONGATE_PORT_DOOR_H
#define LOGONGATE_PORT_DOOR_H

#include <logongate/session.h>

/*
 * One server. Calls may block up to their own time limit: workers only.
 *
 * list: adds what is open now, as just asked of the server. LG_ERR_IO or
 * LG_ERR_TIMEOUT when it could not be asked.
 * cut: asks the server to end this session; LG_OK says that it was told so,
 * not that it is gone (list again). A door that cannot tell sessions of one
 * user and address apart cuts them all and says so in note (may be NULL).
 */
struct lg_door {
	void *self;
	const char *name;
	enum lg_status (*list)(void *self, struct lg_session_list *out_list,
			       struct lg_error *err);
	enum lg_status (*cut)(void *self, const struct lg_session *session,
			      struct lg_buffer *note, struct lg_error *err);
	void (*close)(void *self);
};

#endif
