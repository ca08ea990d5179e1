/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/dovecot/kick_processes.h and anvil_socket.h: which
 * processes end, against a naive oracle, and how a Dovecot is told of them. The
 * peer answers as Dovecot 2.3.19 does, or as one that cannot be told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "suite.h"

#include "adapters/dovecot/anvil_socket.h"
#include "adapters/dovecot/kick_processes.h"

enum {
	WORLDS = 8000,
	SESSIONS_MAX = 12
};

/* The same numbers each time. */
static unsigned int draw(unsigned int *seed, unsigned int below)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % below;
}

static struct lg_session session_of(unsigned int *seed)
{
	static const char *const ids[] = {
		"imap-2",   "imap-3", "imap-4",       "pop3-5",
		"imap-1",   "imap-",  "imap-login-4", "proxy-imap-a-::1",
		"imap-a-3", "imap-33"};
	static const char *const users[] = {"a", "b", "A"};
	static const char *const addresses[] = {NULL, "", "::1"};

	return (struct lg_session){
		.door = draw(seed, 9) ? "dovecot" : "haproxy",
		.id = ids[draw(seed, draw(seed, 4) ? 4 : 10)],
		.user = users[draw(seed, draw(seed, 2) ? 1 : 3)],
		.address = addresses[draw(seed, 3)],
	};
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static int is_same(const struct lg_session *a, const struct lg_session *b)
{
	return !strcmp(a->door, b->door) && !strcmp(a->id, b->id) &&
	       !strcmp(a->user, b->user) &&
	       !strcmp(or_empty(a->address), or_empty(b->address));
}

/* The process whose only service it is. */
static long naive_pid(const struct lg_session *session)
{
	static const char *const ids[] = {"imap-2", "imap-3", "imap-4",
					  "pop3-5", "imap-33"};
	static const long pids[] = {2, 3, 4, 5, 33};

	for (size_t i = 0; i < 5; i++)
		if (!strcmp(session->door, "dovecot") &&
		    !strcmp(session->id, ids[i]))
			return pids[i];
	return 0;
}

/* Somebody is in it, and all whom anybody knows of there go. */
static int naive_ends(const struct lg_cut_order *order,
		      const struct lg_session_list *now, long pid)
{
	int is_there = 0;

	for (size_t i = 0; i < order->count; i++)
		if (naive_pid(&order->session[i]) == pid &&
		    order->cut[i] != LG_CUT_NOW)
			return 0;
	for (size_t k = 0; k < now->count; k++) {
		int goes = 0;

		if (naive_pid(&now->session[k]) != pid)
			continue;
		for (size_t i = 0; i < order->count; i++)
			goes |= is_same(&order->session[i], &now->session[k]);
		if (!goes)
			return 0;
		is_there = 1;
	}
	return is_there;
}

static int naive_is_over(const struct lg_cut_order *order,
			 const struct lg_session_list *now, size_t i)
{
	const struct lg_session *session = &order->session[i];
	int is_there = 0;

	if (order->cut[i] != LG_CUT_NOW || !naive_pid(session))
		return 0;
	for (size_t k = 0; k < now->count; k++)
		is_there |= is_same(session, &now->session[k]);
	return !is_there || naive_ends(order, now, naive_pid(session));
}

static void expect_over(const struct lg_cut_order *order,
			const struct lg_session_list *now, size_t i,
			size_t ended, unsigned int world)
{
	if ((ended != 0) != naive_is_over(order, now, i))
		fail_msg("world %u: session %zu", world, i);
	if (ended && ended != LG_KICK_IS_GONE &&
	    !is_same(&order->session[i], &now->session[ended - 1]))
		fail_msg("world %u: session %zu is another", world, i);
}

static void nobody_else_is_in_what_ends(void **state)
{
	static const unsigned char marks[] = {LG_CUT_NOW,   LG_CUT_NOW,
					      LG_CUT_NOW,   LG_CUT_NOW,
					      LG_CUT_SPARE, LG_CUT_LATER};
	size_t ends = 0;

	for (unsigned int world = 0; world < WORLDS; world++) {
		unsigned int seed = world;
		struct lg_session listed[SESSIONS_MAX];
		struct lg_session there[SESSIONS_MAX];
		unsigned char cut[SESSIONS_MAX];
		unsigned char goes[SESSIONS_MAX];
		size_t ended[SESSIONS_MAX];
		struct lg_cut_order order = {
			listed, cut, draw(&seed, SESSIONS_MAX), NULL, 0};
		struct lg_session_list now = {
			there, draw(&seed, SESSIONS_MAX), 0, {0}};

		for (size_t i = 0; i < order.count; i++) {
			listed[i] = session_of(&seed);
			cut[i] = marks[draw(&seed, sizeof(marks))];
		}
		for (size_t k = 0; k < now.count; k++)
			there[k] =
				order.count && draw(&seed, 3)
					? listed[draw(&seed, (unsigned int)order
								     .count)]
					: session_of(&seed);
		assert_int_equal(lg_kick_processes_choose(&order, &now, goes,
							  ended, NULL),
				 LG_OK);
		for (size_t k = 0; k < now.count; k++) {
			long pid = naive_pid(&there[k]);

			if (goes[k] != (pid && naive_ends(&order, &now, pid)))
				fail_msg("world %u: %zu of those there", world,
					 k);
			ends += goes[k];
		}
		for (size_t i = 0; i < order.count; i++)
			expect_over(&order, &now, i, ended[i], world);
	}
	/* The worlds are such that it happens. */
	assert_true(ends > WORLDS / 4);
}

enum {
	MANY = 2000
};

/* What becomes of the kick that is sent to anvil's place. */
enum peer_kind {
	READS,         /* Dovecot 2.3 */
	READS_AS_24,   /* says the words of another version */
	IS_24,         /* is one, which its list says */
	CANNOT_REACH,  /* has no such socket where it is */
	BREAKS_OFF,    /* has read, and does not answer */
	STOPS,         /* a lift comes while it connects */
	KNOWS_NO_PATH, /* does not take the parameter */
};

struct peer {
	enum peer_kind kind;
	const struct lg_session *there;
	size_t count;
	char folder[64];
	size_t whos;
	size_t kicks; /* by name */
	struct lg_buffer read;
	int is_stopped;
};

static const char done[] = "[[\"doveadmResponse\",[],\"0\"]]";
static const char failed[] =
	"[[\"error\",{\"type\":\"exitCode\",\"exitCode\":75},\"0\"]]";

static void say_who(const struct peer *peer, struct lg_buffer *answer)
{
	lg_buffer_text(answer, "[[\"doveadmResponse\",[");
	for (size_t i = 0; i < peer->count; i++)
		lg_buffer_format(
			answer,
			"%s{\"username\":\"%s\",\"service\":\"imap\",\"pid\":"
			"\"%s\",\"ip\":\"%s\"%s}",
			i ? "," : "", peer->there[i].user,
			peer->there[i].id + strlen("imap-"),
			peer->there[i].address,
			peer->kind == IS_24 ? ",\"dest_ip\":\"::2\"" : "");
	lg_buffer_text(answer, "],\"logongate\"]]");
}

static void read_as_doveadm(struct peer *peer, struct lg_anvil_socket *anvil,
			    const char *words)
{
	char bytes[4096];
	ssize_t got;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_return_code(connect(fd, (struct sockaddr *)&anvil->address,
				   sizeof(anvil->address)),
			   0);
	assert_int_equal(send(fd, words, strlen(words), MSG_NOSIGNAL),
			 strlen(words));
	if (peer->kind == STOPS)
		peer->is_stopped = 1;
	else
		lg_anvil_socket_answer(anvil);
	shutdown(fd, SHUT_WR);
	while (peer->kind != STOPS &&
	       (got = read(fd, bytes, sizeof(bytes))) > 0)
		lg_buffer_append(&peer->read, bytes, (size_t)got);
	close(fd);
}

static enum lg_status ask(void *context, const struct lg_buffer *request,
			  uint32_t limit_ms, struct lg_anvil_socket *anvil,
			  struct lg_buffer *answer, struct lg_error *err)
{
	static const char words[] = "VERSION\tanvil\t1\t0\nCONNECT-DUMP\n";
	struct peer *peer = context;
	size_t tag = 0;

	if (strstr(request->data, "\"who\"")) {
		assert_null(anvil);
		assert_null(strstr(request->data, "proxyList"));
		peer->whos++;
		say_who(peer, answer);
		return LG_OK;
	}
	if (!anvil) {
		lg_buffer_char(answer, '[');
		for (const char *at = request->data;
		     (at = strstr(at, "\"kick\"")); at++, tag++)
			lg_buffer_format(answer,
					 "%s[\"doveadmResponse\",[],\"%zu\"]",
					 tag ? "," : "", tag);
		lg_buffer_char(answer, ']');
		peer->kicks += tag;
		return LG_OK;
	}
	assert_non_null(strstr(request->data, anvil->address.sun_path));
	switch (peer->kind) {
	case READS:
		read_as_doveadm(peer, anvil, words);
		/* Whoever comes after it is told nothing. */
		read_as_doveadm(peer, anvil, words);
		break;
	case READS_AS_24:
		read_as_doveadm(peer, anvil,
				"VERSION\tanvil-client\t2\t0\nLIST\n");
		lg_buffer_text(answer, failed);
		return LG_OK;
	case BREAKS_OFF:
		read_as_doveadm(peer, anvil, words);
		return LG_ERR_IO;
	case STOPS:
		read_as_doveadm(peer, anvil, words);
		return LG_ERR_TIMEOUT;
	case CANNOT_REACH:
		return LG_ERR_IO;
	case KNOWS_NO_PATH:
	case IS_24:
		lg_buffer_text(answer, failed);
		return LG_OK;
	}
	lg_buffer_text(answer, done);
	return LG_OK;
}

static int is_stopped(void *context)
{
	const struct peer *peer = context;

	return peer->is_stopped;
}

struct crowd {
	struct lg_session session[MANY];
	unsigned char cut[MANY];
	char text[MANY][2][16];
};

/* Users with a process each, who all go. */
static void fill(struct crowd *crowd)
{
	for (size_t i = 0; i < MANY; i++) {
		snprintf(crowd->text[i][0], sizeof(crowd->text[i][0]), "u%zu",
			 i);
		snprintf(crowd->text[i][1], sizeof(crowd->text[i][1]),
			 "imap-%zu", 1000 + i);
		crowd->session[i] =
			(struct lg_session){.door = "dovecot",
					    .id = crowd->text[i][1],
					    .user = crowd->text[i][0],
					    .address = "::1"};
		crowd->cut[i] = LG_CUT_NOW;
	}
}

static void begin(struct peer *peer, enum peer_kind kind)
{
	*peer = (struct peer){.kind = kind,
			      .folder = "/tmp/kick_processesXXXXXX"};
	assert_non_null(mkdtemp(peer->folder));
}

/* The socket is gone, or the folder could not be removed. */
static void end(struct peer *peer)
{
	assert_return_code(rmdir(peer->folder), 0);
	lg_buffer_release(&peer->read);
}

static size_t count_of(const struct crowd *crowd, size_t count, enum lg_cut cut)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += crowd->cut[i] == cut;
	return found;
}

static void many_end_by_one_kick(void **state)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	struct lg_cut_order order = {crowd->session, crowd->cut, MANY, NULL, 0};
	struct peer peer;
	struct lg_doveadm_kicker kicker = {&peer, ask, is_stopped, peer.folder,
					   NULL};
	size_t lines = 0;

	begin(&peer, READS);
	fill(crowd);
	peer.there = crowd->session;
	peer.count = 100; /* a test's peer does not read meanwhile */
	assert_int_equal(lg_doveadm_kick(&kicker, &order, NULL), LG_OK);
	assert_int_equal(count_of(crowd, MANY, LG_CUT_TOLD), MANY);
	assert_int_equal(peer.whos, 1);
	assert_int_equal(peer.kicks, 0);
	for (size_t i = 0; i < peer.read.len; i++)
		lines += peer.read.data[i] == '\n';
	assert_int_equal(lines, 100 + 1);
	assert_memory_equal(peer.read.data, "logongate/1000\t1000\t1\n", 22);
	end(&peer);
	free(crowd);
}

static void who_cannot_be_told_is_given_names(void **state)
{
	static const struct {
		enum peer_kind kind;
		size_t kicks;
		size_t told;
		size_t asked;
	} rows[] = {
		{READS, 0, 40, 0},          {READS_AS_24, 40, 40, 0},
		{IS_24, 40, 40, 0},         {CANNOT_REACH, 40, 40, 0},
		{KNOWS_NO_PATH, 40, 40, 0}, {BREAKS_OFF, 0, 0, 40},
		{STOPS, 0, 0, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct crowd *crowd = calloc(1, sizeof(*crowd));
		struct lg_cut_order order = {crowd->session, crowd->cut, 40,
					     NULL, 0};
		struct peer peer;
		struct lg_doveadm_kicker kicker = {&peer, ask, is_stopped,
						   peer.folder, NULL};

		begin(&peer, rows[i].kind);
		fill(crowd);
		peer.there = crowd->session;
		peer.count = 40;
		assert_int_equal(lg_doveadm_kick(&kicker, &order, NULL), LG_OK);
		assert_int_equal(peer.kicks, rows[i].kicks);
		assert_int_equal(count_of(crowd, 40, LG_CUT_TOLD),
				 rows[i].told);
		assert_int_equal(count_of(crowd, 40, LG_CUT_ASKED),
				 rows[i].asked);
		end(&peer);
		free(crowd);
	}
}

static void few_and_those_in_doubt_are_named(void **state)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	struct lg_cut_order order = {crowd->session, crowd->cut, 40, NULL, 0};
	struct lg_session there[4];
	struct peer peer;
	struct lg_doveadm_kicker kicker = {&peer, ask, is_stopped, peer.folder,
					   NULL};

	begin(&peer, READS);
	fill(crowd);
	/* Two of one user from one address, of whom one stays: which of them
	 * is whose nobody knows. */
	crowd->session[1].user = crowd->session[0].user;
	crowd->cut[1] = LG_CUT_SPARE;
	/* Another process of somebody else's now. */
	memcpy(there, crowd->session, sizeof(there));
	there[3].user = "alice";
	peer.there = there;
	peer.count = 4;
	assert_int_equal(lg_doveadm_kick(&kicker, &order, NULL), LG_OK);
	assert_string_equal(peer.read.data, "logongate/1002\t1002\t1\n\n");
	assert_int_equal(peer.kicks, 1);
	assert_int_equal(crowd->cut[1], LG_CUT_SPARE);
	assert_int_equal(count_of(crowd, 40, LG_CUT_TOLD), 39);
	/* Seven are not worth a list. */
	peer.whos = peer.kicks = 0;
	memset(crowd->cut, LG_CUT_SPARE, 40);
	memset(crowd->cut + 2, LG_CUT_NOW, 7);
	assert_int_equal(lg_doveadm_kick(&kicker, &order, NULL), LG_OK);
	assert_int_equal(peer.whos, 0);
	assert_int_equal(peer.kicks, 7);
	/* No socket can be there: nothing else changes. */
	memset(crowd->cut, LG_CUT_NOW, 40);
	peer.kicks = 0;
	kicker.folder = "/nonexistent";
	assert_int_equal(lg_doveadm_kick(&kicker, &order, NULL), LG_OK);
	assert_int_equal(count_of(crowd, 40, LG_CUT_TOLD), 40);
	assert_int_equal(peer.kicks, 39);
	end(&peer);
	free(crowd);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("nobody else is in a process that ends",
			  nobody_else_is_in_what_ends),
		suite_row("many end by one kick", many_end_by_one_kick),
		suite_row("a Dovecot that cannot be told is given names",
			  who_cannot_be_told_is_given_names),
		suite_row("few, and those in doubt, are named",
			  few_and_those_in_doubt_are_named),
	};

	return suite_run(rows);
}
