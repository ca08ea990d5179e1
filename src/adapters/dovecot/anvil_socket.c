/* SPDX-License-Identifier: ISC */
/*
 * anvil_socket.c - one listener, one peer, one answer
 *
 * The peer is doveadm, which reads as it is written to: what makes no headway
 * for a moment is given up. It ends what it was told until then.
 */
#include "adapters/dovecot/anvil_socket.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADWAY_MS 1000

static enum lg_status failed(const struct lg_anvil_socket *socket,
			     struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_IO, socket->address.sun_path, "%s",
			    strerror(errno));
}

enum lg_status lg_anvil_socket_open(const char *folder,
				    const struct lg_buffer *lines,
				    struct lg_anvil_socket *out_socket,
				    struct lg_error *err)
{
	struct lg_anvil_socket at = {.address = {.sun_family = AF_UNIX},
				     .lines = lines};
	char *path = at.address.sun_path;
	int len;

	at.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (at.fd < 0)
		return failed(&at, err);
	/* No other one that is open has this number. */
	len = snprintf(path, sizeof(at.address.sun_path), "%s/anvil-%d.sock",
		       folder, at.fd);
	if (len < 0 || (size_t)len >= sizeof(at.address.sun_path)) {
		close(at.fd);
		return lg_error_set(err, LG_ERR_IO, folder,
				    "a socket in it has too long a path; make "
				    "run_dir shorter");
	}
	unlink(path);
	if (bind(at.fd, (const struct sockaddr *)&at.address,
		 sizeof(at.address)) ||
	    chmod(path, 0600) || listen(at.fd, 4)) {
		enum lg_status status = failed(&at, err);

		lg_anvil_socket_close(&at);
		return status;
	}
	*out_socket = at;
	return LG_OK;
}

void lg_anvil_socket_close(struct lg_anvil_socket *socket)
{
	unlink(socket->address.sun_path);
	close(socket->fd);
}

static int is_ready(int fd, short events)
{
	struct pollfd poll_fd = {.fd = fd, .events = events};

	return poll(&poll_fd, 1, HEADWAY_MS) == 1;
}

/* Whether it asks for all sessions in the words of Dovecot 2.3. */
static int asks(int fd)
{
	static const char version[] = "VERSION\tanvil\t1\t";
	static const char dump[] = "\nCONNECT-DUMP\n";
	char text[128] = "";
	size_t len = 0;

	while (!strstr(text, dump)) {
		ssize_t got;

		if (len == sizeof(text) - 1 || !is_ready(fd, POLLIN))
			return 0;
		got = recv(fd, text + len, sizeof(text) - 1 - len, 0);
		if (got <= 0)
			return 0;
		len += (size_t)got;
		text[len] = '\0';
		if (strncmp(text, version,
			    len < sizeof(version) - 1 ? len
						      : sizeof(version) - 1))
			return 0;
	}
	return 1;
}

static int tell(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t sent;

		if (!is_ready(fd, POLLOUT))
			return 0;
		sent = send(fd, text, len, MSG_NOSIGNAL);
		if (sent < 0)
			return 0;
		text += sent;
		len -= (size_t)sent;
	}
	return 1;
}

void lg_anvil_socket_answer(struct lg_anvil_socket *socket)
{
	int fd = accept4(socket->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (!socket->is_told && asks(fd)) {
		socket->is_told = 1;
		if (tell(fd, socket->lines->data, socket->lines->len))
			tell(fd, "\n", 1);
	}
	close(fd);
}
