/* SPDX-License-Identifier: ISC */
/*
 * sockets.c - listening, accepting, and a bounded number for each peer
 *
 * Every connection is accepted here and counted by who it is from (peers.c),
 * so that one who holds connections without using them starves nobody but
 * himself. Then it is handed to its protocol.
 */
#include "daemon/net/sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/control/control.h"
#include "daemon/net/listen_socket.h"
#include "daemon/net/peer_groups.h"
#include "daemon/net/peers.h"
#include "daemon/net/stream.h"
#include "daemon/systemd.h"

#define LISTENERS_MAX 32
#define ACCEPTS_AT_ONCE 64
/* Everybody may ask for the status; who may do more is judged by who asks. */
#define CONTROL_MODE 0666

struct listener {
	struct gate *gate;
	enum lg_listener which;
	int fd;
	uv_poll_t poll;
	int polling;
	char *path;
};

struct gate_sockets {
	struct listener listener[LISTENERS_MAX];
	size_t count;
	struct gate_peers *peers;
	int given[LG_LISTENER_COUNT]; /* systemd passed sockets for it */
	struct kept_sockets kept;     /* of the gate before */
};

static enum lg_status add_listener(struct gate *gate, enum lg_listener which,
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
	listener->which = which;
	listener->fd = fd;
	listener->path = path;
	return LG_OK;
}

static enum lg_status check_listener(const struct gate *gate,
				     enum lg_listener which, int is_local,
				     const char *place, struct lg_error *err)
{
	const struct lg_listen_settings *settings;

	if (which == LG_LISTEN_CONTROL)
		return LG_OK;
	settings = &gate->settings->listen[which];
	if (settings->present && !lg_listener_row(which)->is_asked)
		return LG_OK;
	if (!settings->present ||
	    settings->without_policy == LG_WITHOUT_POLICY_UNSTATED)
		return lg_error_set(err, LG_ERR_SYNTAX, gate->settings->path,
				    "[listen.%s] states no without_policy; "
				    "say admit or refuse",
				    lg_listener_name(which));
	if (!is_local &&
	    (!lg_listener_row(which)->may_be_far || !settings->key_file))
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "[listen.%s] without a key listens on "
				    "loopback only",
				    lg_listener_name(which));
	return LG_OK;
}

static enum lg_status take_passed(struct gate *gate, struct lg_error *err)
{
	char names[1024];
	int count = systemd_listen_fds(names, sizeof(names));
	enum lg_status status = LG_OK;

	for (int nth = 0; nth < count && status == LG_OK; nth++) {
		char name[SYSTEMD_NAME_MAX];
		int fd = SYSTEMD_FD_FIRST + nth;
		enum lg_listener which;

		systemd_fd_name(names, nth, name);
		if (kept_sockets_add(&gate->sockets->kept, name, fd))
			continue;
		if (!lg_listener_from_name(name, &which)) {
			/* "gate:http" comes as two names; others mean none. */
			gate_warn("a socket was passed under the name \"%s\", "
				  "which is not one of http, postfix, spop, "
				  "dict, status, control: it is not used",
				  name);
			close(fd);
			continue;
		}
		status = check_listener(gate, which, listen_socket_is_local(fd),
					name, err);
		if (status == LG_OK)
			status = add_listener(gate, which, fd, NULL, err);
		gate->sockets->given[which] = 1;
	}
	return status;
}

/* A socket unit that leaves an address of the settings out would close a door
 * that somebody relies on. */
static enum lg_status check_covered(const struct gate *gate,
				    enum lg_listener which,
				    struct lg_error *err)
{
	const struct lg_settings *settings = gate->settings;
	const struct lg_strlist *address = &settings->listen[which].address;
	const struct gate_sockets *sockets = gate->sockets;
	int fd[LISTENERS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < sockets->count; i++)
		if (sockets->listener[i].which == which)
			fd[count++] = sockets->listener[i].fd;
	for (size_t i = 0; i < address->count; i++)
		if (!listen_socket_covers(fd, count, address->item[i],
					  settings->run_dir))
			return lg_error_set(
				err, LG_ERR_SYNTAX, settings->path,
				"[listen.%s] address \"%s\" is not among the "
				"sockets that systemd passed for it; add it to "
				"logongated-%s.socket as ListenStream=, or "
				"take it out here",
				lg_listener_name(which), address->item[i],
				lg_listener_name(which));
	return LG_OK;
}

static enum lg_status open_address(struct gate *gate, enum lg_listener which,
				   const char *address, uint32_t mode,
				   const char *group, struct lg_error *err)
{
	struct listen_sockets opened = {0};
	enum lg_status status;

	status = listen_socket_open(address, gate->settings->run_dir, mode,
				    group, &gate->sockets->kept, &opened, err);
	if (status == LG_OK)
		status = check_listener(gate, which, opened.all_loopback,
					address, err);
	for (size_t i = 0; i < opened.count; i++) {
		if (status != LG_OK) {
			close(opened.fd[i]);
			continue;
		}
		status = add_listener(gate, which, opened.fd[i], opened.path,
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
	const char *admins = gate_group_of(gate->settings, LG_LISTEN_CONTROL);
	enum lg_status status;

	gate->sockets = calloc(1, sizeof(*gate->sockets));
	if (!gate->sockets)
		return lg_no_memory(err);
	status = gate_peers_new(gate->settings, &gate->sockets->peers, err);
	if (status == LG_OK)
		status = take_passed(gate, err);
	for (int nth = 0; nth < LG_LISTEN_CONTROL; nth++) {
		enum lg_listener which = (enum lg_listener)nth;
		const struct lg_listen_settings *settings =
			&gate->settings->listen[which];

		if (status != LG_OK || !settings->present)
			continue;
		status = check_listener(gate, which, 1, NULL, err);
		if (status == LG_OK && gate->sockets->given[which])
			status = check_covered(gate, which, err);
		if (gate->sockets->given[which])
			continue;
		for (size_t i = 0;
		     i < settings->address.count && status == LG_OK; i++)
			status = open_address(
				gate, which, settings->address.item[i],
				settings->mode,
				gate_group_of(gate->settings, which), err);
	}
	for (size_t i = 0;
	     control->present && i < control->address.count && status == LG_OK;
	     i++)
		status = open_address(gate, LG_LISTEN_CONTROL,
				      control->address.item[i], CONTROL_MODE,
				      admins, err);
	if (status == LG_OK && !gate->sockets->given[LG_LISTEN_CONTROL])
		status = open_address(gate, LG_LISTEN_CONTROL,
				      "unix:control.sock", CONTROL_MODE, admins,
				      err);
	return status;
}

void gate_sockets_left(struct gate *gate, enum lg_listener which,
		       const struct gate_peer *peer)
{
	gate_peers_left(gate->sockets->peers, which, peer);
}

unsigned int gate_sockets_count(const struct gate *gate, enum lg_listener which)
{
	return gate_peers_count(gate->sockets->peers, which);
}

static void hand_over(struct listener *listener, int fd,
		      const struct gate_peer *peer)
{
	if (gate_stream_add(listener->gate, listener->which, fd, peer))
		return;
	gate_sockets_left(listener->gate, listener->which, peer);
	close(fd);
}

static void on_accept(uv_poll_t *poll, int failed, int events)
{
	struct listener *listener = poll->data;
	struct gate *gate = listener->gate;
	struct gate_peer peer;

	for (int at_once = 0; at_once < ACCEPTS_AT_ONCE; at_once++) {
		int fd = accept4(listener->fd, NULL, NULL,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0 && (errno == EMFILE || errno == ENFILE ||
			       errno == ENOMEM || errno == ENOBUFS)) {
			/* Until the next second; polling would spin. */
			gate_loud(gate, GATE_ATTENTION_CONNECTIONS,
				  "no more connections: %s", strerror(errno));
			uv_poll_stop(poll);
			listener->polling = 0;
			return;
		}
		if (fd < 0)
			return;
		gate_peers_look(gate->sockets->peers, fd, &peer);
		switch (gate_peers_come(gate->sockets->peers, listener->which,
					&peer, gate_store_s(gate))) {
		case GATE_PEERS_WELCOME:
			hand_over(listener, fd, &peer);
			break;
		case GATE_PEERS_TOO_MANY:
			gate_warn("%s: too many connections of uid %d %s or of "
				  "all strangers together; more of them are "
				  "closed",
				  lg_listener_name(listener->which),
				  (int)peer.uid, peer.text);
			close(fd);
			break;
		case GATE_PEERS_TOLD:
			close(fd);
			break;
		}
	}
}

void gate_sockets_again(struct gate *gate)
{
	gate_quiet(gate, "no more connections");
	for (size_t i = 0; i < gate->sockets->count; i++) {
		struct listener *listener = &gate->sockets->listener[i];

		if (listener->poll.data && !listener->polling)
			listener->polling = !uv_poll_start(
				&listener->poll, UV_READABLE, on_accept);
	}
}

enum lg_status gate_sockets_accept(struct gate *gate, struct lg_error *err)
{
	for (size_t i = 0; i < gate->sockets->count; i++) {
		struct listener *listener = &gate->sockets->listener[i];

		if (uv_poll_init(&gate->loop, &listener->poll, listener->fd))
			return lg_error_set(err, LG_ERR_BUG, NULL,
					    "cannot watch a socket");
		listener->poll.data = listener;
	}
	gate_sockets_again(gate);
	return LG_OK;
}

void gate_sockets_keep(struct gate *gate)
{
	kept_sockets_drop(&gate->sockets->kept);
	for (size_t i = 0; systemd_keeps() && i < gate->sockets->count; i++) {
		const struct listener *listener = &gate->sockets->listener[i];

		if (!gate->sockets->given[listener->which])
			kept_sockets_store(listener->fd);
	}
}

void gate_sockets_close(struct gate *gate)
{
	if (!gate->sockets)
		return;
	for (size_t i = 0; i < gate->sockets->count; i++) {
		struct listener *listener = &gate->sockets->listener[i];

		if (listener->poll.data)
			uv_close((uv_handle_t *)&listener->poll, NULL);
		close(listener->fd);
		/* systemd has a copy that the next gate gets */
		if (listener->path && !systemd_keeps())
			unlink(listener->path);
		free(listener->path);
		listener->path = NULL;
	}
}

void gate_sockets_free(struct gate *gate)
{
	if (!gate->sockets)
		return;
	gate_peers_free(&gate->sockets->peers);
	free(gate->sockets);
	gate->sockets = NULL;
}
