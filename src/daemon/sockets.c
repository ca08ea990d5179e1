/* SPDX-License-Identifier: ISC */
/*
 * sockets.c - listening, accepting, and a bounded number for each peer
 *
 * Every connection is accepted here and counted by who it is from (the user
 * at a unix socket, the address over TCP), so that one who holds connections
 * without using them starves nobody but himself. Then it is handed to its
 * protocol.
 */
#define _GNU_SOURCE /* accept4, struct ucred */

#include "daemon/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/control.h"
#include "daemon/listen_socket.h"
#include "daemon/stream.h"
#include "daemon/systemd.h"

#define LISTENERS_MAX 32
#define PEERS_MAX 256
#define PEERS_MAX_TCP 192 /* the rest is for this machine's own */
#define PER_PEER_MAX 512
#define ACCEPTS_AT_ONCE 64

struct listener {
	struct gate *gate;
	enum gate_service service;
	int fd;
	uv_poll_t poll;
	int polling;
	char *path;
};

/* How many connections somebody has. */
struct peer_count {
	struct gate_peer peer;
	enum gate_service service;
	unsigned int count;
};

struct gate_sockets {
	struct listener listener[LISTENERS_MAX];
	size_t count;
	struct peer_count peer[PEERS_MAX];
	unsigned int open[GATE_SERVICE_COUNT];
	int given[GATE_SERVICE_COUNT]; /* systemd passed sockets for it */
};

static const char *const service_names[GATE_SERVICE_COUNT] = {
	[GATE_SERVICE_HTTP] = "http",       [GATE_SERVICE_POSTFIX] = "postfix",
	[GATE_SERVICE_SPOP] = "spop",       [GATE_SERVICE_DICT] = "dict",
	[GATE_SERVICE_CONTROL] = "control",
};

static enum lg_status add_listener(struct gate *gate, enum gate_service service,
				   int fd, char *path, struct lg_error *err)
{
	struct gate_sockets *sockets = gate->sockets;
	struct listener *listener;

	if (sockets->count == LISTENERS_MAX) {
		close(fd);
		free(path);
		return lg_error_set(err, LG_ERR_LIMIT, NULL,
				    "more than %d listening sockets",
				    LISTENERS_MAX);
	}
	listener = &sockets->listener[sockets->count++];
	listener->gate = gate;
	listener->service = service;
	listener->fd = fd;
	listener->path = path;
	return LG_OK;
}

static enum lg_status check_listener(const struct gate *gate,
				     enum gate_service service, int is_local,
				     const char *place, struct lg_error *err)
{
	const struct lg_listen_settings *settings;

	if (service == GATE_SERVICE_CONTROL)
		return LG_OK;
	settings = &gate->settings->listen[service];
	if (!settings->present ||
	    settings->without_policy == LG_WITHOUT_POLICY_UNSTATED)
		return lg_error_set(err, LG_ERR_SYNTAX, gate->settings->path,
				    "[listen.%s] states no without_policy; "
				    "say admit or refuse",
				    service_names[service]);
	if (!is_local && (service != GATE_SERVICE_HTTP || !settings->key_file))
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "[listen.%s] without a key listens on "
				    "loopback only",
				    service_names[service]);
	return LG_OK;
}

static enum lg_status take_passed(struct gate *gate, struct lg_error *err)
{
	char names[1024];
	int count = systemd_listen_fds(names, sizeof(names));
	enum lg_status status = LG_OK;
	int nth;

	for (nth = 0; nth < count && !status; nth++) {
		char name[SYSTEMD_NAME_MAX];
		int fd = SYSTEMD_FD_FIRST + nth;
		int service = 0;

		systemd_fd_name(names, nth, name);
		while (service < GATE_SERVICE_COUNT &&
		       strcmp(name, service_names[service]))
			service++;
		if (service == GATE_SERVICE_COUNT) {
			/* "gate:http" comes as two names; others mean none. */
			gate_log("a socket was passed under the name \"%s\", "
				 "which is none of http, postfix, spop, dict, "
				 "control: it is not used",
				 name);
			close(fd);
			continue;
		}
		status = check_listener(gate, (enum gate_service)service,
					listen_socket_is_local(fd), name, err);
		if (!status)
			status = add_listener(gate, (enum gate_service)service,
					      fd, NULL, err);
		gate->sockets->given[service] = 1;
	}
	return status;
}

static enum lg_status open_address(struct gate *gate, enum gate_service service,
				   const char *address, uint32_t mode,
				   const char *group, struct lg_error *err)
{
	struct listen_sockets opened = {0};
	enum lg_status status;
	size_t i;

	status = listen_socket_open(address, gate->settings->run_dir, mode,
				    group, &opened, err);
	if (!status)
		status = check_listener(gate, service, opened.all_loopback,
					address, err);
	for (i = 0; i < opened.count; i++) {
		if (status) {
			close(opened.fd[i]);
			continue;
		}
		status = add_listener(gate, service, opened.fd[i], opened.path,
				      err);
		opened.path = NULL;
	}
	free(opened.path);
	return status;
}

enum lg_status gate_sockets_open(struct gate *gate, struct lg_error *err)
{
	const struct lg_listen_settings *control =
		&gate->settings->listen[LG_LISTEN_CONTROL];
	enum lg_status status;
	int service;
	size_t i;

	gate->sockets = calloc(1, sizeof(*gate->sockets));
	if (!gate->sockets)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	status = take_passed(gate, err);
	for (service = 0; service < GATE_SERVICE_CONTROL; service++) {
		const struct lg_listen_settings *settings =
			&gate->settings->listen[service];

		if (status || !settings->present)
			continue;
		status = check_listener(gate, (enum gate_service)service, 1,
					NULL, err);
		if (gate->sockets->given[service])
			continue;
		for (i = 0; i < settings->address.count && !status; i++)
			status = open_address(gate, (enum gate_service)service,
					      settings->address.item[i],
					      settings->mode, settings->group,
					      err);
	}
	for (i = 0; control->present && i < control->address.count && !status;
	     i++)
		status = open_address(gate, GATE_SERVICE_CONTROL,
				      control->address.item[i], 0660,
				      control->group, err);
	if (!status && !gate->sockets->given[GATE_SERVICE_CONTROL])
		status = open_address(gate, GATE_SERVICE_CONTROL,
				      "unix:control.sock",
				      control->mode ? control->mode : 0660,
				      control->group, err);
	return status;
}

static int same_peer(const struct peer_count *slot, enum gate_service service,
		     const struct gate_peer *peer)
{
	return slot->count && slot->service == service &&
	       slot->peer.is_unix == peer->is_unix &&
	       slot->peer.uid == peer->uid &&
	       !strcmp(slot->peer.text, peer->text);
}

/* Counts one more, unless it would be one too many. */
static int may_come(struct gate_sockets *sockets, enum gate_service service,
		    const struct gate_peer *peer)
{
	struct peer_count *free_slot = NULL;
	size_t i;

	for (i = 0; i < PEERS_MAX; i++) {
		struct peer_count *slot = &sockets->peer[i];

		if (same_peer(slot, service, peer)) {
			if (slot->count >= PER_PEER_MAX)
				return 0;
			slot->count++;
			sockets->open[service]++;
			return 1;
		}
		if (!slot->count && !free_slot &&
		    (peer->is_unix || i < PEERS_MAX_TCP))
			free_slot = slot;
	}
	if (!free_slot)
		return 0;
	free_slot->peer = *peer;
	free_slot->service = service;
	free_slot->count = 1;
	sockets->open[service]++;
	return 1;
}

void gate_sockets_left(struct gate *gate, enum gate_service service,
		       const struct gate_peer *peer)
{
	size_t i;

	for (i = 0; i < PEERS_MAX; i++) {
		if (!same_peer(&gate->sockets->peer[i], service, peer))
			continue;
		gate->sockets->peer[i].count--;
		gate->sockets->open[service]--;
		return;
	}
}

unsigned int gate_sockets_count(const struct gate *gate,
				enum gate_service service)
{
	return gate->sockets->open[service];
}

static void look_at_peer(int fd, struct gate_peer *out_peer)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_storage room;
	} name = {0};
	struct ucred who = {0};
	socklen_t len = sizeof(name);
	struct gate_peer peer = {.uid = (uid_t)-1, .gid = (gid_t)-1};
	int on = 1;

	getpeername(fd, &name.any, &len);
	if (name.any.sa_family == AF_INET)
		inet_ntop(AF_INET, &name.v4.sin_addr, peer.text,
			  sizeof(peer.text));
	else if (name.any.sa_family == AF_INET6)
		inet_ntop(AF_INET6, &name.v6.sin6_addr, peer.text,
			  sizeof(peer.text));
	else
		peer.is_unix = 1;
	len = sizeof(who);
	if (!peer.is_unix)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	else if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len)) {
		peer.uid = who.uid;
		peer.gid = who.gid;
	}
	*out_peer = peer;
}

static void hand_over(struct listener *listener, int fd,
		      const struct gate_peer *peer)
{
	if (gate_stream_add(listener->gate, listener->service, fd, peer))
		return;
	gate_sockets_left(listener->gate, listener->service, peer);
	close(fd);
}

static void on_accept(uv_poll_t *poll, int failed, int events)
{
	struct listener *listener = poll->data;
	struct gate *gate = listener->gate;
	struct gate_peer peer;
	int at_once;

	for (at_once = 0; at_once < ACCEPTS_AT_ONCE; at_once++) {
		int fd = accept4(listener->fd, NULL, NULL,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0 && (errno == EMFILE || errno == ENFILE ||
			       errno == ENOMEM || errno == ENOBUFS)) {
			/* Until the next second; polling would spin. */
			gate_loud(gate, "no more connections: %s",
				  strerror(errno));
			uv_poll_stop(poll);
			listener->polling = 0;
			return;
		}
		if (fd < 0)
			return;
		look_at_peer(fd, &peer);
		if (!may_come(gate->sockets, listener->service, &peer)) {
			gate_log("%s: uid %d %s holds %d connections; one "
				 "more is closed",
				 service_names[listener->service],
				 (int)peer.uid, peer.text, PER_PEER_MAX);
			close(fd);
			continue;
		}
		hand_over(listener, fd, &peer);
	}
}

void gate_sockets_again(struct gate *gate)
{
	size_t i;

	gate_quiet(gate, "no more connections");
	for (i = 0; i < gate->sockets->count; i++) {
		struct listener *listener = &gate->sockets->listener[i];

		if (listener->poll.data && !listener->polling)
			listener->polling = !uv_poll_start(
				&listener->poll, UV_READABLE, on_accept);
	}
}

enum lg_status gate_sockets_accept(struct gate *gate, struct lg_error *err)
{
	size_t i;

	for (i = 0; i < gate->sockets->count; i++) {
		struct listener *listener = &gate->sockets->listener[i];

		if (uv_poll_init(&gate->loop, &listener->poll, listener->fd))
			return lg_error_set(err, LG_ERR_BUG, NULL,
					    "cannot watch a socket");
		listener->poll.data = listener;
	}
	gate_sockets_again(gate);
	return LG_OK;
}

void gate_sockets_close(struct gate *gate)
{
	size_t i;

	if (!gate->sockets)
		return;
	for (i = 0; i < gate->sockets->count; i++) {
		struct listener *listener = &gate->sockets->listener[i];

		if (listener->poll.data)
			uv_close((uv_handle_t *)&listener->poll, NULL);
		close(listener->fd);
		if (listener->path)
			unlink(listener->path);
		free(listener->path);
		listener->path = NULL;
	}
}

int gate_peer_is_admin(const struct gate *gate, const struct gate_peer *peer,
		       int fd)
{
	gid_t groups[1024];
	socklen_t len = sizeof(groups);
	struct group found;
	struct group *result = NULL;
	char text[16384];
	size_t i;

	if (!peer->is_unix)
		return 0;
	if (peer->uid == 0 || peer->uid == geteuid())
		return 1;
	if (!gate->settings->admin_group ||
	    getgrnam_r(gate->settings->admin_group, &found, text, sizeof(text),
		       &result) ||
	    !result)
		return 0;
	if (peer->gid == found.gr_gid)
		return 1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		return 0;
	for (i = 0; i < len / sizeof(*groups); i++)
		if (groups[i] == found.gr_gid)
			return 1;
	return 0;
}
