/* SPDX-License-Identifier: ISC */
/*
 * dovecot/anvil_socket.h - tells a kick of Dovecot 2.3 which sessions there are
 *
 * Layer: adapter.
 * Flow: open, hand its path to doveadm, poll fd, answer who connects; close.
 * Source: `doveadm who` of Dovecot 2.3.19, tried: it sends two lines, then
 * lines SERVICE/USER TAB PID TAB COUNT are read up to an empty one.
 */
#ifndef LG_ADAPTERS_DOVECOT_ANVIL_SOCKET_H
#define LG_ADAPTERS_DOVECOT_ANVIL_SOCKET_H

#include <sys/un.h>

#include <logongate/buffer.h>

struct lg_anvil_socket {
	int fd;
	struct sockaddr_un address;
	const struct lg_buffer *lines;
	int is_told; /* somebody was sent lines */
};

/*
 * A socket of its own in the folder, for root and this user alone. lines is
 * borrowed until it is closed.
 * Returns: LG_OK; LG_ERR_IO, there can be none.
 */
enum lg_status lg_anvil_socket_open(const char *folder,
				    const struct lg_buffer *lines,
				    struct lg_anvil_socket *out_socket,
				    struct lg_error *err);
void lg_anvil_socket_close(struct lg_anvil_socket *socket);

/* Answers one who connected: the first that asks as Dovecot 2.3 does is told
 * the lines, all others nothing. */
void lg_anvil_socket_answer(struct lg_anvil_socket *socket);

#endif
