/* SPDX-License-Identifier: ISC */
/*
 * kept_sockets.c - listening sockets that outlive this process
 *
 * Each is kept under a name that says where it is bound. That of a unix socket
 * has the number of its file: a path that was removed, or that leads to
 * somebody else's by now, does not match.
 */
#include "daemon/net/kept_sockets.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/net/socket_address.h"

#define PREFIX "kept-"

/* systemd allows no colon in a name. */
static int name_of(const union socket_address *address,
		   char out[SYSTEMD_NAME_MAX])
{
	char host[INET6_ADDRSTRLEN];
	struct stat file;

	switch (address->any.sa_family) {
	case AF_INET:
		inet_ntop(AF_INET, &address->v4.sin_addr, host, sizeof(host));
		snprintf(out, SYSTEMD_NAME_MAX, PREFIX "%s-%u", host,
			 ntohs(address->v4.sin_port));
		return 1;
	case AF_INET6:
		inet_ntop(AF_INET6, &address->v6.sin6_addr, host, sizeof(host));
		for (char *at = host; *at; at++) {
			if (*at == ':')
				*at = '_';
		}
		snprintf(out, SYSTEMD_NAME_MAX, PREFIX "%s-%u", host,
			 ntohs(address->v6.sin6_port));
		return 1;
	case AF_UNIX:
		if (!*address->local.sun_path ||
		    lstat(address->local.sun_path, &file) ||
		    !S_ISSOCK(file.st_mode))
			return 0;
		snprintf(out, SYSTEMD_NAME_MAX, PREFIX "unix-%llx-%llx",
			 (unsigned long long)file.st_dev,
			 (unsigned long long)file.st_ino);
		return 1;
	default:
		return 0;
	}
}

int kept_sockets_add(struct kept_sockets *kept, const char *name, int fd)
{
	if (strncmp(name, PREFIX, sizeof(PREFIX) - 1) != 0 ||
	    kept->count == KEPT_SOCKETS_MAX)
		return 0;
	kept->fd[kept->count] = fd;
	snprintf(kept->name[kept->count], SYSTEMD_NAME_MAX, "%s", name);
	kept->count++;
	return 1;
}

int kept_sockets_take(struct kept_sockets *kept, const struct sockaddr *address)
{
	union socket_address wanted = {0};
	char name[SYSTEMD_NAME_MAX];
	size_t size = address->sa_family == AF_INET    ? sizeof(wanted.v4)
		      : address->sa_family == AF_INET6 ? sizeof(wanted.v6)
						       : sizeof(wanted.local);
	int fd;

	memcpy(&wanted, address, size);
	if (!name_of(&wanted, name))
		return -1;
	for (size_t i = 0; i < kept->count; i++) {
		union socket_address bound;

		if (strcmp(kept->name[i], name) != 0 ||
		    !socket_address_of(kept->fd[i], &bound) ||
		    bound.any.sa_family != wanted.any.sa_family)
			continue;
		fd = kept->fd[i];
		kept->count--;
		kept->fd[i] = kept->fd[kept->count];
		memcpy(kept->name[i], kept->name[kept->count],
		       SYSTEMD_NAME_MAX);
		return fd;
	}
	return -1;
}

void kept_sockets_store(int fd)
{
	char text[SYSTEMD_NAME_MAX + 32];
	char name[SYSTEMD_NAME_MAX];
	union socket_address bound;

	if (!socket_address_of(fd, &bound) || !name_of(&bound, name))
		return;
	snprintf(text, sizeof(text), "FDSTORE=1\nFDNAME=%s\n", name);
	systemd_notify_with(text, fd);
}

void kept_sockets_drop(struct kept_sockets *kept)
{
	char text[SYSTEMD_NAME_MAX + 32];

	for (size_t i = 0; i < kept->count; i++) {
		snprintf(text, sizeof(text), "FDSTOREREMOVE=1\nFDNAME=%s\n",
			 kept->name[i]);
		systemd_notify(text);
		close(kept->fd[i]);
	}
	kept->count = 0;
}
