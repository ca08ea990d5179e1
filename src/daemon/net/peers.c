/* SPDX-License-Identifier: ISC */
/*
 * peers.c - places by user, also over loopback TCP
 *
 * The kernel knows whose the other end of a loopback connection is
 * (sock_diag(7)), so that one user of this machine cannot take the places of
 * all others there: Dovecot's auth policy speaks TCP only and admits whom it
 * cannot ask about. The doors' own users have places that nobody else can
 * take; all strangers together have half of the descriptors.
 */
#include "daemon/net/peers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/net/peer_groups.h"
#include "daemon/net/socket_address.h"

/* Users and addresses at a listener. The doors' own have slots of their own,
 * and what comes over a network leaves some for this machine's users. */
#define OWN_MAX (GATE_PEER_UIDS_MAX * LG_LISTENER_COUNT)
#define STRANGERS_MAX 256
#define NETWORK_MAX 128
#define STRANGERS_OPEN_MAX 8192u
#define TELL_AGAIN_S 60

struct place {
	struct gate_peer peer;
	enum lg_listener which;
	unsigned int count;
	int64_t told_s;
};

struct gate_peers {
	int diag_fd; /* -1: the kernel cannot be asked */
	uint32_t asked;
	struct gate_peer_uids own;
	struct place at_doors[OWN_MAX];
	struct place stranger[STRANGERS_MAX];
	unsigned int strangers_open;
	unsigned int strangers_max;
	int64_t told_s; /* that strangers find no place */
	unsigned int open[LG_LISTENER_COUNT];
};

/* One end of a connection as sock_diag names it. */
static void name_end(const union socket_address *address, __be16 *out_port,
		     __be32 out_address[4])
{
	if (address->any.sa_family == AF_INET) {
		*out_port = address->v4.sin_port;
		memcpy(out_address, &address->v4.sin_addr, 4);
	} else {
		*out_port = address->v6.sin6_port;
		memcpy(out_address, &address->v6.sin6_addr, 16);
	}
}

/* The answer to the question of number asked; -1 where it is none. A socket
 * without an inode is one that its user has closed: it is nobody's. */
static uid_t read_answer(int fd, uint32_t asked)
{
	union {
		struct nlmsghdr head;
		char room[4096];
	} in;
	ssize_t len;

	/* Answers to earlier questions that nobody waited for are passed. */
	while ((len = recv(fd, &in, sizeof(in), MSG_DONTWAIT)) > 0) {
		const struct inet_diag_msg *found = NLMSG_DATA(&in.head);

		if (!NLMSG_OK(&in.head, (size_t)len) ||
		    in.head.nlmsg_seq != asked)
			continue;
		if (in.head.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
		    in.head.nlmsg_len < NLMSG_LENGTH(sizeof(*found)) ||
		    !found->idiag_inode)
			return (uid_t)-1;
		return found->idiag_uid;
	}
	return (uid_t)-1;
}

/* Whose socket is at peer, connected to local. The kernel answers within the
 * call that asks. */
static uid_t owner_of(struct gate_peers *peers,
		      const union socket_address *peer,
		      const union socket_address *local)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 ask;
	} out = {
		.head = {.nlmsg_len = sizeof(out),
			 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			 .nlmsg_flags = NLM_F_REQUEST},
		.ask = {.sdiag_family = (__u8)peer->any.sa_family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = ~0u,
			.id.idiag_cookie = {INET_DIAG_NOCOOKIE,
					    INET_DIAG_NOCOOKIE}},
	};

	out.head.nlmsg_seq = ++peers->asked;
	name_end(peer, &out.ask.id.idiag_sport, out.ask.id.idiag_src);
	name_end(local, &out.ask.id.idiag_dport, out.ask.id.idiag_dst);
	if (send(peers->diag_fd, &out, sizeof(out), MSG_DONTWAIT) !=
	    (ssize_t)sizeof(out))
		return (uid_t)-1;
	return read_answer(peers->diag_fd, peers->asked);
}

/* All that nobody can tell apart on this machine share one count: there are 16
 * million loopback addresses. */
static void look_at_tcp(struct gate_peers *peers, int fd,
			const union socket_address *name,
			struct gate_peer *peer)
{
	union socket_address local;
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (socket_address_is_loopback(name)) {
		peer->is_here = 1;
		memcpy(peer->text, "loopback", sizeof("loopback"));
		if (peers->diag_fd >= 0 && socket_address_of(fd, &local))
			peer->uid = owner_of(peers, name, &local);
	} else if (name->any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &name->v4.sin_addr, peer->text,
			  sizeof(peer->text));
	} else {
		inet_ntop(AF_INET6, &name->v6.sin6_addr, peer->text,
			  sizeof(peer->text));
	}
}

void gate_peers_look(struct gate_peers *peers, int fd,
		     struct gate_peer *out_peer)
{
	struct gate_peer peer = {.uid = (uid_t)-1, .gid = (gid_t)-1};
	union socket_address name = {0};
	struct ucred who = {0};
	socklen_t len = sizeof(name);

	getpeername(fd, &name.any, &len);
	if (name.any.sa_family == AF_INET || name.any.sa_family == AF_INET6) {
		look_at_tcp(peers, fd, &name, &peer);
	} else {
		peer.is_unix = peer.is_here = 1;
		len = sizeof(who);
		if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len)) {
			peer.uid = who.uid;
			peer.gid = who.gid;
		}
	}
	*out_peer = peer;
}

/* A user is one whatever way he comes. */
static int is_same(const struct place *place, enum lg_listener which,
		   const struct gate_peer *peer)
{
	if (!place->count || place->which != which ||
	    place->peer.uid != peer->uid)
		return 0;
	return peer->uid != (uid_t)-1 || !strcmp(place->peer.text, peer->text);
}

static struct place *find(struct place *place, size_t count,
			  enum lg_listener which, const struct gate_peer *peer)
{
	for (size_t i = 0; i < count; i++)
		if (is_same(&place[i], which, peer))
			return &place[i];
	return NULL;
}

static struct place *find_free(struct place *place, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!place[i].count)
			return &place[i];
	return NULL;
}

static int is_own(const struct gate_peers *peers, const struct gate_peer *peer)
{
	return gate_peer_uids_have(&peers->own, peer->uid);
}

static struct place *place_of(struct gate_peers *peers, enum lg_listener which,
			      const struct gate_peer *peer)
{
	return is_own(peers, peer)
		       ? find(peers->at_doors, OWN_MAX, which, peer)
		       : find(peers->stranger, STRANGERS_MAX, which, peer);
}

static struct place *new_place(struct gate_peers *peers, enum lg_listener which,
			       const struct gate_peer *peer)
{
	struct place *place;

	if (is_own(peers, peer))
		place = find_free(peers->at_doors, OWN_MAX);
	else
		place = find_free(peers->stranger,
				  peer->is_here ? STRANGERS_MAX : NETWORK_MAX);
	if (place)
		*place = (struct place){.peer = *peer, .which = which};
	return place;
}

/* Once a minute: who comes again and again must not fill the log. */
static enum gate_peers_answer turn_away(int64_t *told_s, int64_t now_s)
{
	if (*told_s && now_s - *told_s < TELL_AGAIN_S)
		return GATE_PEERS_TOLD;
	*told_s = now_s ? now_s : 1;
	return GATE_PEERS_TOO_MANY;
}

enum gate_peers_answer gate_peers_come(struct gate_peers *peers,
				       enum lg_listener which,
				       const struct gate_peer *peer,
				       int64_t now_s)
{
	struct place *place = place_of(peers, which, peer);
	int is_stranger = !is_own(peers, peer);

	if (place && place->count >= GATE_PEER_CONNECTIONS_MAX)
		return turn_away(&place->told_s, now_s);
	if (is_stranger && peers->strangers_open >= peers->strangers_max)
		return turn_away(&peers->told_s, now_s);
	if (!place)
		place = new_place(peers, which, peer);
	if (!place)
		return turn_away(&peers->told_s, now_s);
	place->count++;
	peers->open[which]++;
	peers->strangers_open += is_stranger ? 1 : 0;
	return GATE_PEERS_WELCOME;
}

void gate_peers_left(struct gate_peers *peers, enum lg_listener which,
		     const struct gate_peer *peer)
{
	struct place *place = place_of(peers, which, peer);

	if (!place)
		return;
	place->count--;
	peers->open[which]--;
	peers->strangers_open -= is_own(peers, peer) ? 0 : 1;
}

unsigned int gate_peers_count(const struct gate_peers *peers,
			      enum lg_listener which)
{
	return peers->open[which];
}

/* The kernel answers a question about no connection too, where it can be
 * asked at all. */
static int open_diag(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd < 0)
		gate_warn(
			"the kernel cannot be asked whose a loopback "
			"connection is (AF_NETLINK: %s): all users of this "
			"machine share %d places at each TCP address, so that "
			"one of them can take them all",
			strerror(errno), GATE_PEER_CONNECTIONS_MAX);
	return fd;
}

enum lg_status gate_peers_new(const struct lg_settings *settings,
			      struct gate_peers **out_peers,
			      struct lg_error *err)
{
	struct gate_peers *peers = calloc(1, sizeof(*peers));
	struct rlimit limit = {0};

	if (!peers)
		return lg_no_memory(err);
	peers->diag_fd = open_diag();
	gate_peer_uids_read(settings, &peers->own);
	getrlimit(RLIMIT_NOFILE, &limit);
	peers->strangers_max = STRANGERS_OPEN_MAX;
	if (limit.rlim_cur / 2 < peers->strangers_max)
		peers->strangers_max = (unsigned int)(limit.rlim_cur / 2);
	*out_peers = peers;
	return LG_OK;
}

void gate_peers_free(struct gate_peers **peers)
{
	if (!*peers)
		return;
	if ((*peers)->diag_fd >= 0)
		close((*peers)->diag_fd);
	free(*peers);
	*peers = NULL;
}
