/* SPDX-License-Identifier: ISC */
/*
 * systemd.c - socket activation and readiness without libsystemd
 */
#include "daemon/systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/gate.h"

/* A small number, or -1. */
static long number_in(const char *name)
{
	const char *text = getenv(name);
	char *end = NULL;
	long number;

	if (!text || *text < '0' || *text > '9')
		return -1;
	errno = 0;
	number = strtol(text, &end, 10);
	return errno || *end ? -1 : number;
}

int systemd_listen_fds(char *out_names, size_t size)
{
	long pid = number_in("LISTEN_PID");
	long count = number_in("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");

	*out_names = '\0';
	if (pid != (long)getpid() || count < 1 || count > 64)
		count = 0;
	if (count && names)
		snprintf(out_names, size, "%s", names);
	for (int fd = SYSTEMD_FD_FIRST; fd < SYSTEMD_FD_FIRST + count; fd++) {
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return (int)count;
}

void systemd_fd_name(const char *names, int nth,
		     char out_name[SYSTEMD_NAME_MAX])
{
	size_t len;

	for (; nth > 0 && names; nth--) {
		names = strchr(names, ':');
		names = names ? names + 1 : NULL;
	}
	len = names ? strcspn(names, ":") : 0;
	if (len >= SYSTEMD_NAME_MAX)
		len = 0;
	if (len)
		memcpy(out_name, names, len);
	out_name[len] = '\0';
}

int systemd_is_watching(void)
{
	long pid = number_in("WATCHDOG_PID");

	return number_in("WATCHDOG_USEC") > 0 &&
	       (pid < 0 || pid == (long)getpid());
}

/* The text, with a descriptor or -1. */
static ssize_t send_to(int to, const struct sockaddr_un *name, socklen_t len,
		       const char *text, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec bytes = {(void *)(uintptr_t)text, strlen(text)};
	struct msghdr message = {.msg_name = (void *)(uintptr_t)name,
				 .msg_namelen = len,
				 .msg_iov = &bytes,
				 .msg_iovlen = 1};
	struct cmsghdr *head;

	if (fd >= 0) {
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &fd, sizeof(int));
	}
	return sendmsg(to, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int systemd_keeps(void)
{
	return getenv("NOTIFY_SOCKET") && number_in("FDSTORE") > 0;
}

void systemd_notify(const char *text)
{
	systemd_notify_with(text, -1);
}

void systemd_notify_with(const char *text, int fd)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	size_t len = path ? strlen(path) : 0;
	int to;

	if (!len || len >= sizeof(name.sun_path) ||
	    (*path != '/' && *path != '@'))
		return;
	memcpy(name.sun_path, path, len);
	/* "@" is an abstract name: a NUL in its place, and no NUL at the
	 * end. */
	if (*path == '@')
		name.sun_path[0] = '\0';
	to = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (to < 0)
		return;
	if (send_to(to, &name,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len),
		    text, fd) < 0)
		gate_warn("NOTIFY_SOCKET: %s", strerror(errno));
	close(to);
}
