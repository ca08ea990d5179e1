/* SPDX-License-Identifier: ISC */
/*
 * kept_sockets.h - listening sockets that outlive this process
 *
 * Layer: daemon.
 * systemd keeps a copy of each socket that the gate opened and hands it to the
 * next one: who asks in between waits for an answer and finds no door that
 * nobody guards.
 * Source: sd_pid_notify_with_fds(3) FDSTORE=1, systemd.service(5)
 * FileDescriptorStoreMax=.
 */
#ifndef LOGONGATE_DAEMON_NET_KEPT_SOCKETS_H
#define LOGONGATE_DAEMON_NET_KEPT_SOCKETS_H

#include <sys/socket.h>

#include "daemon/systemd.h"

#define KEPT_SOCKETS_MAX 32

/* Zero-initialise. What an earlier gate left and nobody took yet. */
struct kept_sockets {
	int fd[KEPT_SOCKETS_MAX];
	char name[KEPT_SOCKETS_MAX][SYSTEMD_NAME_MAX];
	size_t count;
};

/* 1 when a socket passed under this name is one of these, which then owns
 * it. */
int kept_sockets_add(struct kept_sockets *kept, const char *name, int fd);

/*
 * The socket that is bound to this address, or -1. A unix one counts while its
 * path still leads to it. The caller owns it.
 */
int kept_sockets_take(struct kept_sockets *kept,
		      const struct sockaddr *address);

/* Has systemd keep the socket. */
void kept_sockets_store(int fd);

/* Closes what nobody took, here and there. */
void kept_sockets_drop(struct kept_sockets *kept);

#endif
