/* SPDX-License-Identifier: ISC */
/*
 * socket_address.h - where a socket is bound, or whose the other end is
 *
 * Layer: daemon. Inline only.
 */
#ifndef LOGONGATE_DAEMON_NET_SOCKET_ADDRESS_H
#define LOGONGATE_DAEMON_NET_SOCKET_ADDRESS_H

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
	struct sockaddr_storage room;
};

/* 1, or 0 where the kernel does not say. */
static inline int socket_address_of(int fd, union socket_address *out_address)
{
	socklen_t len = sizeof(*out_address);

	memset(out_address, 0, sizeof(*out_address));
	return !getsockname(fd, &out_address->any, &len);
}

static inline int
socket_address_is_loopback(const union socket_address *address)
{
	if (address->any.sa_family == AF_INET)
		return ntohl(address->v4.sin_addr.s_addr) >> 24 == 127;
	return address->any.sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

#endif
