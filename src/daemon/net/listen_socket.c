/* SPDX-License-Identifier: ISC */
/*
 * listen_socket.c - one address made into listening sockets
 *
 * A unix socket is bound with no rights for anybody, gets its group and then
 * its mode: nobody comes in between. A socket file nobody listens on is left
 * over from a kill and is replaced; one that answers belongs to somebody.
 */
#include "daemon/net/listen_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/system/durable.h"
#include "daemon/gate.h"
#include "daemon/net/socket_address.h"

#define BACKLOG 1024

static enum lg_status failed(const char *address, const char *what,
			     struct lg_error *err)
{
	enum lg_status status =
		errno == EACCES || errno == EPERM ? LG_ERR_DENIED : LG_ERR_IO;

	return lg_error_set(err, status, address, "cannot %s: %s", what,
			    strerror(errno));
}

/* Nobody listens on a socket that refuses; a file that is no socket stays. */
static enum lg_status clear_path(const struct sockaddr_un *name,
				 struct lg_error *err)
{
	struct stat is;
	int fd;
	int answers;

	if (lstat(name->sun_path, &is))
		return LG_OK;
	if (!S_ISSOCK(is.st_mode))
		return lg_error_set(err, LG_ERR_CONFLICT, name->sun_path,
				    "is there and is not a socket");
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return failed(name->sun_path, "open", err);
	answers = !connect(fd, (const struct sockaddr *)name, sizeof(*name)) ||
		  errno != ECONNREFUSED;
	close(fd);
	if (answers)
		return lg_error_set(err, LG_ERR_CONFLICT, name->sun_path,
				    "somebody else listens there");
	if (unlink(name->sun_path))
		return failed(name->sun_path, "replace", err);
	return LG_OK;
}

static void give_group(const char *path, const char *group)
{
	struct group found;
	struct group *result = NULL;
	char text[16384];

	if (!group)
		return;
	if (getgrnam_r(group, &found, text, sizeof(text), &result) || !result) {
		gate_warn("%s: there is no group %s; the socket keeps the "
			  "gate's own group",
			  path, group);
		return;
	}
	if (lchown(path, (uid_t)-1, found.gr_gid))
		gate_warn("%s: cannot give it to group %s: %s", path, group,
			  strerror(errno));
}

static enum lg_status bind_unix(const struct sockaddr_un *address, int *out_fd,
				struct lg_error *err)
{
	enum lg_status status = clear_path(address, err);
	mode_t before;
	int bound;
	int fd;

	if (status != LG_OK)
		return status;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return failed(address->sun_path, "open", err);
	before = umask(0777);
	bound = bind(fd, (const struct sockaddr *)address, sizeof(*address));
	umask(before);
	if (bound) {
		status = failed(address->sun_path, "bind", err);
		close(fd);
		return status;
	}
	*out_fd = fd;
	return LG_OK;
}

static enum lg_status open_unix(const char *name, const char *run_dir,
				uint32_t mode, const char *group,
				struct kept_sockets *kept,
				struct listen_sockets *out_sockets,
				struct lg_error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	enum lg_status status = LG_OK;
	struct lg_buffer path = {0};
	char *taken = NULL;
	int fd = -1;

	if (*name == '/')
		lg_buffer_text(&path, name);
	else
		lg_buffer_format(&path, "%s/%s", run_dir, name);
	status = lg_buffer_take(&path, &taken, err);
	if (status != LG_OK)
		return status;
	if (!*name || strlen(taken) >= sizeof(address.sun_path)) {
		status = lg_error_set(
			err, LG_ERR_SYNTAX, taken,
			"cannot be the path of a socket; it may have at most "
			"%zu bytes",
			sizeof(address.sun_path) - 1);
		goto out;
	}
	memcpy(address.sun_path, taken, strlen(taken) + 1);
	if (lg_make_folders_of(taken, 0755)) {
		status = failed(taken, "create its folder", err);
		goto out;
	}
	fd = kept_sockets_take(kept, (const struct sockaddr *)&address);
	if (fd < 0)
		status = bind_unix(&address, &fd, err);
	if (status != LG_OK)
		goto out;
	give_group(taken, group);
	if (chmod(taken, mode) || listen(fd, BACKLOG)) {
		status = failed(taken, "listen", err);
		goto out;
	}
	out_sockets->fd[out_sockets->count++] = fd;
	out_sockets->path = taken;
	fd = -1;
	taken = NULL;
out:
	if (fd >= 0)
		close(fd);
	free(taken);
	return status;
}

static enum lg_status bind_tcp(const struct addrinfo *found,
			       const char *address, int *out_fd,
			       struct lg_error *err)
{
	enum lg_status status = LG_OK;
	int on = 1;
	int fd = socket(found->ai_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return failed(address, "open", err);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (found->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, found->ai_addr, found->ai_addrlen) ||
	    listen(fd, BACKLOG)) {
		status = errno == EADDRINUSE
				 ? lg_error_set(err, LG_ERR_CONFLICT, address,
						"somebody else listens there")
				 : failed(address, "listen", err);
		close(fd);
		return status;
	}
	*out_fd = fd;
	return LG_OK;
}

static enum lg_status open_one_tcp(const struct addrinfo *found,
				   const char *address,
				   struct kept_sockets *kept,
				   struct listen_sockets *out_sockets,
				   struct lg_error *err)
{
	int fd = kept_sockets_take(kept, found->ai_addr);
	enum lg_status status = LG_OK;

	if (fd < 0)
		status = bind_tcp(found, address, &fd, err);
	if (status != LG_OK)
		return status;
	out_sockets->all_loopback &= listen_socket_is_local(fd);
	out_sockets->fd[out_sockets->count++] = fd;
	return LG_OK;
}

/* What HOST:PORT or [HOST]:PORT stands for; freed with freeaddrinfo. */
static enum lg_status resolve(const char *address, struct addrinfo **out_all,
			      struct lg_error *err)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
				 .ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	const char *colon = strrchr(address, ':');
	char host[256];
	size_t len;

	len = colon ? (size_t)(colon - address) : 0;
	if (!colon || !colon[1] || len >= sizeof(host))
		return lg_error_set(
			err, LG_ERR_SYNTAX, address,
			"is not an address; an address is unix:NAME, HOST:PORT "
			"or [HOST]:PORT");
	memcpy(host, address, len);
	host[len] = '\0';
	if (*host == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		memmove(host, host + 1, len - 1);
	}
	if (getaddrinfo(*host ? host : NULL, colon + 1, &hints, out_all))
		return lg_error_set(
			err, LG_ERR_SYNTAX, address,
			"is not an address that this machine knows");
	return LG_OK;
}

static enum lg_status open_tcp(const char *address, struct kept_sockets *kept,
			       struct listen_sockets *out_sockets,
			       struct lg_error *err)
{
	struct addrinfo *all = NULL;
	enum lg_status status = resolve(address, &all, err);

	for (struct addrinfo *found = all; status == LG_OK && found;
	     found = found->ai_next)
		if (out_sockets->count < LISTEN_SOCKET_MAX)
			status = open_one_tcp(found, address, kept, out_sockets,
					      err);
	if (all)
		freeaddrinfo(all);
	return status;
}

enum lg_status listen_socket_open(const char *address, const char *run_dir,
				  uint32_t mode, const char *group,
				  struct kept_sockets *kept,
				  struct listen_sockets *out_sockets,
				  struct lg_error *err)
{
	struct listen_sockets sockets = {.all_loopback = 1};
	enum lg_status status;

	if (!strncmp(address, "unix:", 5))
		status = open_unix(address + 5, run_dir, mode, group, kept,
				   &sockets, err);
	else
		status = open_tcp(address, kept, &sockets, err);
	if (status != LG_OK)
		while (sockets.count > 0)
			close(sockets.fd[--sockets.count]);
	else
		*out_sockets = sockets;
	return status;
}

/* A path may be written in several ways (/run and /var/run). */
static int is_path_of(int fd, const char *path)
{
	union socket_address name;
	struct stat there;
	struct stat wanted;

	if (!socket_address_of(fd, &name) || name.any.sa_family != AF_UNIX ||
	    !*name.local.sun_path)
		return 0;
	if (!strcmp(name.local.sun_path, path))
		return 1;
	return !stat(name.local.sun_path, &there) && !stat(path, &wanted) &&
	       there.st_dev == wanted.st_dev && there.st_ino == wanted.st_ino;
}

static int takes_tcp(int fd, const union socket_address *wanted)
{
	int is_v6 = wanted->any.sa_family == AF_INET6;
	in_port_t port = is_v6 ? wanted->v6.sin6_port : wanted->v4.sin_port;
	union socket_address name;
	socklen_t len = sizeof(int);
	int only_v6 = 1;

	if (!socket_address_of(fd, &name))
		return 0;
	if (name.any.sa_family == AF_INET)
		return !is_v6 && name.v4.sin_port == port &&
		       (name.v4.sin_addr.s_addr == htonl(INADDR_ANY) ||
			name.v4.sin_addr.s_addr == wanted->v4.sin_addr.s_addr);
	if (name.any.sa_family != AF_INET6 || name.v6.sin6_port != port)
		return 0;
	getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, &len);
	if (IN6_IS_ADDR_UNSPECIFIED(&name.v6.sin6_addr))
		return is_v6 || !only_v6;
	return is_v6 && !memcmp(&name.v6.sin6_addr, &wanted->v6.sin6_addr,
				sizeof(wanted->v6.sin6_addr));
}

static int covers_unix(const int *fd, size_t count, const char *name,
		       const char *run_dir)
{
	struct lg_buffer path = {0};
	int covers = 0;

	if (*name != '/')
		lg_buffer_format(&path, "%s/", run_dir);
	lg_buffer_text(&path, name);
	for (size_t i = 0; i < count && path.status == LG_OK && !covers; i++)
		covers = is_path_of(fd[i], path.data);
	lg_buffer_release(&path);
	return covers;
}

int listen_socket_covers(const int *fd, size_t count, const char *address,
			 const char *run_dir)
{
	struct addrinfo *all = NULL;
	int covers = 1;

	if (!strncmp(address, "unix:", 5))
		return covers_unix(fd, count, address + 5, run_dir);
	if (resolve(address, &all, NULL) != LG_OK)
		return 0;
	for (struct addrinfo *found = all; found && covers;
	     found = found->ai_next) {
		union socket_address wanted = {0};

		memcpy(&wanted, found->ai_addr, found->ai_addrlen);
		covers = 0;
		for (size_t i = 0; i < count && !covers; i++)
			covers = takes_tcp(fd[i], &wanted);
	}
	freeaddrinfo(all);
	return covers;
}

int listen_socket_is_local(int fd)
{
	union socket_address name;

	return socket_address_of(fd, &name) &&
	       (name.any.sa_family == AF_UNIX ||
		socket_address_is_loopback(&name));
}
