/* SPDX-License-Identifier: ISC */
/*
 * listen_socket.h - one address made into listening sockets
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_NET_LISTEN_SOCKET_H
#define LOGONGATE_DAEMON_NET_LISTEN_SOCKET_H

#include "core/settings/settings.h"
#include "daemon/net/kept_sockets.h"

#define LISTEN_SOCKET_MAX 8

struct listen_sockets {
	int fd[LISTEN_SOCKET_MAX];
	size_t count;
	int all_loopback;
	char *path; /* of a unix socket, to remove it at the end */
};

/*
 * "unix:NAME" (relative to run_dir), "HOST:PORT", "[HOST]:PORT".
 * mode and group are those of a unix socket; group NULL: the gate's own. A
 * group that does not exist is only logged. One that was kept is taken.
 * Returns: LG_OK; LG_ERR_SYNTAX, no address; LG_ERR_CONFLICT, somebody else
 * listens there; LG_ERR_IO, LG_ERR_DENIED.
 */
enum lg_status listen_socket_open(const char *address, const char *run_dir,
				  uint32_t mode, const char *group,
				  struct kept_sockets *kept,
				  struct listen_sockets *out_sockets,
				  struct lg_error *err);

/* 1 when everything that address names comes in at one of the sockets (also at
 * one that listens on all addresses of its port); else 0. */
int listen_socket_covers(const int *fd, size_t count, const char *address,
			 const char *run_dir);

/* 1 when the socket is a unix one, or bound to a loopback address. */
int listen_socket_is_local(int fd);

#endif
