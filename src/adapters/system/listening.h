/* SPDX-License-Identifier: ISC */
/*
 * listening.h - the TCP sockets of this machine on which somebody listens
 *
 * Layer: adapters/system. Source: proc(5), /proc/net/tcp.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_LISTENING_H
#define LOGONGATE_ADAPTERS_SYSTEM_LISTENING_H

#include <logongate/strlist.h>

/* program is "" where the caller may not see it. Texts lie in arena. */
struct lg_listening_socket {
	const char *address;
	unsigned int port;
	const char *program;
};

struct lg_listening_sockets {
	struct lg_listening_socket *socket;
	size_t count;
	struct lg_strlist arena;
};

enum lg_status lg_listening_read(struct lg_listening_sockets *out_sockets,
				 struct lg_error *err);
void lg_listening_release(struct lg_listening_sockets *sockets);

#endif
