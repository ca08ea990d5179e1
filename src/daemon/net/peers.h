/* SPDX-License-Identifier: ISC */
/*
 * peers.h - who is at the other end, and how many connections each holds
 *
 * Layer: daemon.
 * Flow: sockets.c accepts, asks here who came and whether he may, and says
 * when he left.
 * Source: contract 8 "Sockets".
 */
#ifndef LOGONGATE_DAEMON_NET_PEERS_H
#define LOGONGATE_DAEMON_NET_PEERS_H

#include "daemon/net/sockets.h"

/* What one user (or one address of another machine) holds at one listener. */
#define GATE_PEER_CONNECTIONS_MAX 512

struct gate_peers;

/*
 * Asks the user database who the doors' own users are: root, the gate's, and
 * the members of the groups of the listeners. Their places are kept for them.
 * Says in the log where the kernel cannot be asked whose a loopback connection
 * is. LG_ERR_NO_MEMORY.
 */
enum lg_status gate_peers_new(const struct lg_settings *settings,
			      struct gate_peers **out_peers,
			      struct lg_error *err);
void gate_peers_free(struct gate_peers **peers);

/* Who is at the other end of fd; uid -1 where nobody can tell. */
void gate_peers_look(struct gate_peers *peers, int fd,
		     struct gate_peer *out_peer);

enum gate_peers_answer {
	GATE_PEERS_WELCOME = 0, /* it counts until gate_peers_left */
	GATE_PEERS_TOO_MANY,    /* it is one too many; say so in the log */
	GATE_PEERS_TOLD         /* the same, and it was said a moment ago */
};
enum gate_peers_answer gate_peers_come(struct gate_peers *peers,
				       enum lg_listener which,
				       const struct gate_peer *peer,
				       int64_t now_s);
void gate_peers_left(struct gate_peers *peers, enum lg_listener which,
		     const struct gate_peer *peer);

unsigned int gate_peers_count(const struct gate_peers *peers,
			      enum lg_listener which);

#endif
