/* SPDX-License-Identifier: ISC */
/*
 * sockets.h - the sockets that the gate listens on, and who comes in
 *
 * Layer: daemon.
 * Source: contract 3 [listen.*], 8 "Sockets"; facts/enforcement 6.
 */
#ifndef LOGONGATE_DAEMON_NET_SOCKETS_H
#define LOGONGATE_DAEMON_NET_SOCKETS_H

#include <sys/types.h>

#include "daemon/gate.h"

/* Who came in: uid is -1 where nobody can tell, gid where it is no unix
 * socket. text is the address over TCP ("loopback" for all of this machine),
 * else "". */
struct gate_peer {
	int is_unix;
	int is_here; /* on this machine */
	uid_t uid;
	gid_t gid;
	char text[64];
};

/* Opens all of them: passed by systemd, or by the settings. Nothing is
 * accepted before gate_sockets_accept. LG_ERR_SYNTAX...: settings (exit 3). */
enum lg_status gate_sockets_open(struct gate *gate, struct lg_error *err);
enum lg_status gate_sockets_accept(struct gate *gate, struct lg_error *err);
/* Has systemd keep them for the next gate, where it does that. */
void gate_sockets_keep(struct gate *gate);
void gate_sockets_close(struct gate *gate);
/* After the last connection left. */
void gate_sockets_free(struct gate *gate);

/* Polls again where accepting had to stop for want of descriptors. */
void gate_sockets_again(struct gate *gate);

/* A connection of this peer at this listener ended. */
void gate_sockets_left(struct gate *gate, enum lg_listener which,
		       const struct gate_peer *peer);

/* Connections open now. */
unsigned int gate_sockets_count(const struct gate *gate,
				enum lg_listener which);

#endif
