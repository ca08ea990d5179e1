/* SPDX-License-Identifier: ISC */
/*
 * Requests a second that a server answers on a socket, and how long each took.
 *
 * usage: gate SOCKET|PORT check|http|http-refuse|dict|postfix|spop|get
 *             CONNECTIONS DEPTH SECONDS [USERS [RATE]]
 * SOCKET is a path, PORT one of 127.0.0.1. Without RATE it keeps DEPTH requests
 * under way on each connection: as many as the server answers. With RATE that
 * many requests a second become due, evenly spaced, whether or not those before
 * were answered, and a latency counts from the moment when its request was due:
 * what waits behind a stall of the server (or of this program) is counted with
 * it. What is due goes out in one write on the next connection that has less
 * than DEPTH under way. "get" asks GET / of any HTTP server, with the user in
 * the same header as "check".
 *
 * It never sleeps, so that neither the exactness of a timer nor the wake-up of
 * this program is part of what it measures, and so needs a core of its own.
 *
 * SIGTERM ends it before its time.
 *
 * Prints one JSON line; latencies in microseconds, right to 1.6 percent. late
 * is the share of the time in which this program was kept from its core.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "bench/door_wire.h"

#define CONNECTIONS_MAX 1024
#define DEPTH_MAX 256
#define NS_PER_S UINT64_C(1000000000)

/* A paced run that cannot keep its rate ends this long after its time. */
#define OVERTIME_NS (2 * NS_PER_S)

/* Nothing the loop does between two looks at the clock takes so long. */
#define PASS_NS 100000u

/* Latencies are counted in 64 steps between a power of two and the next. */
#define STEP_BITS 6
#define STEPS (1u << STEP_BITS)
#define BUCKETS ((64 - STEP_BITS + 1) * STEPS)

struct connection {
	int fd;
	uint64_t since_ns[DEPTH_MAX];
	unsigned int head;
	unsigned int under_way;
	char in[65536];
	size_t in_len;
};

struct run {
	enum door_kind kind;
	unsigned int depth;
	unsigned int users;
	double interval_ns; /* 0: not paced */
	uint64_t begun_ns;
	uint64_t until_ns;
	uint64_t asked;
	uint64_t answered;
	uint64_t refused;
	uint64_t late_ns;
	uint64_t longest_ns;
	uint64_t took[BUCKETS];
	unsigned int turn;
	unsigned int count;
	struct connection *connection;
};

static volatile sig_atomic_t is_over;

static void on_end(int number)
{
	is_over = number;
}

static uint64_t now_ns(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * NS_PER_S + (uint64_t)at.tv_nsec;
}

static int fail(const char *what)
{
	fprintf(stderr, "bench gate: %s: %s\n", what, strerror(errno));
	exit(1);
}

static unsigned int bucket_of(uint64_t ns)
{
	unsigned int shift;

	if (ns < STEPS)
		return (unsigned int)ns;
	shift = 63u - (unsigned int)__builtin_clzll(ns) - STEP_BITS;
	return (shift + 1) * STEPS + (unsigned int)(ns >> shift) - STEPS;
}

/* The least that falls into the bucket. */
static uint64_t bucket_ns(unsigned int bucket)
{
	unsigned int shift = bucket / STEPS;

	if (!shift)
		return bucket;
	return (uint64_t)(bucket % STEPS + STEPS) << (shift - 1);
}

static void count_latency(struct run *run, uint64_t ns)
{
	run->took[bucket_of(ns)]++;
	if (ns > run->longest_ns)
		run->longest_ns = ns;
}

static double percentile_us(const struct run *run, double share)
{
	uint64_t total = 0;
	uint64_t seen = 0;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++)
		total += run->took[i];
	for (i = 0; i < BUCKETS; i++) {
		seen += run->took[i];
		if (seen && (double)seen >= (double)total * share)
			return (double)bucket_ns(i) / 1000;
	}
	return 0;
}

/* Whether a further request may go out, and since when it has been due. */
static int is_due(const struct run *run, uint64_t *out_since_ns)
{
	uint64_t now = now_ns();
	uint64_t due = now;

	if (run->interval_ns > 0)
		due = run->begun_ns +
		      (uint64_t)((double)run->asked * run->interval_ns);
	if (due > now || due >= run->until_ns)
		return 0;
	*out_since_ns = due;
	return 1;
}

static void send_due(struct run *run, struct connection *connection)
{
	char out[DEPTH_MAX * DOOR_WIRE_MAX];
	uint64_t since_ns;
	size_t len = 0;

	while (connection->under_way < run->depth && is_due(run, &since_ns)) {
		unsigned int at =
			(connection->head + connection->under_way) % DEPTH_MAX;
		unsigned int user = (unsigned int)(run->asked % run->users);

		len += door_request(run->kind, user, out + len);
		connection->since_ns[at] = since_ns;
		connection->under_way++;
		run->asked++;
	}
	if (len && send(connection->fd, out, len, MSG_NOSIGNAL) != (ssize_t)len)
		fail("send");
}

static void read_answers(struct run *run, struct connection *connection)
{
	ssize_t got = recv(connection->fd, connection->in + connection->in_len,
			   sizeof(connection->in) - connection->in_len - 1, 0);
	uint64_t now = now_ns();
	size_t done = 0;
	size_t len;
	int is_refusal = 0;

	if (got <= 0)
		fail("the server closed a connection");
	connection->in_len += (size_t)got;
	while (done < connection->in_len &&
	       (len = door_answer(run->kind, connection->in + done,
				  connection->in_len - done, &is_refusal))) {
		if (!connection->under_way)
			fail("an answer to nothing");
		count_latency(run,
			      now - connection->since_ns[connection->head]);
		connection->head = (connection->head + 1) % DEPTH_MAX;
		connection->under_way--;
		run->answered++;
		run->refused += is_refusal != 0;
		done += len;
	}
	connection->in_len -= done;
	memmove(connection->in, connection->in + done, connection->in_len);
}

static int dial_to(const char *where)
{
	struct sockaddr_in port = {.sin_family = AF_INET};
	struct sockaddr_un path = {.sun_family = AF_UNIX};
	int at_once = 1;
	int fd;

	if (*where == '/') {
		snprintf(path.sun_path, sizeof(path.sun_path), "%s", where);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(fd, (struct sockaddr *)&path, sizeof(path)))
			fail(where);
		return fd;
	}
	port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	port.sin_port = htons((uint16_t)strtoul(where, NULL, 10));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&port, sizeof(port)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once)))
		fail(where);
	return fd;
}

static void dial(const struct run *run, struct connection *connection,
		 const char *where)
{
	char hello[DOOR_WIRE_MAX + 1];
	int is_answered = 0;
	size_t len = door_greeting(run->kind, hello, &is_answered);
	ssize_t got;

	connection->fd = dial_to(where);
	if (len && send(connection->fd, hello, len, 0) != (ssize_t)len)
		fail("send");
	if (!is_answered)
		return;
	got = recv(connection->fd, hello, DOOR_WIRE_MAX, 0);
	if (got <= 0 || door_answer(run->kind, hello, (size_t)got,
				    &is_answered) != (size_t)got)
		fail("no greeting from the gate");
}

/* 1 while there is something to send or to wait for. */
static int goes_on(struct run *run, uint64_t *last_ns)
{
	uint64_t now = now_ns();
	uint64_t since_ns;

	if (now - *last_ns > PASS_NS)
		run->late_ns += now - *last_ns;
	*last_ns = now;
	if (is_over && now < run->until_ns)
		run->until_ns = now;
	if (now < run->until_ns)
		return 1;
	if (run->interval_ns <= 0 || now > run->until_ns + OVERTIME_NS)
		return 0;
	return run->answered < run->asked || is_due(run, &since_ns);
}

static void ask(struct run *run, int epoll)
{
	struct epoll_event events[64];
	uint64_t last_ns = run->begun_ns;
	unsigned int i;
	int ready;
	int k;

	for (i = 0; i < run->count; i++)
		send_due(run, &run->connection[i]);
	while (goes_on(run, &last_ns)) {
		ready = epoll_wait(epoll, events, 64, 0);
		for (k = 0; k < ready; k++) {
			read_answers(run, events[k].data.ptr);
			if (run->interval_ns <= 0)
				send_due(run, events[k].data.ptr);
		}
		for (i = 0; run->interval_ns > 0 && i < run->count; i++) {
			uint64_t since_ns;

			if (!is_due(run, &since_ns))
				break;
			send_due(run, &run->connection[run->turn]);
			run->turn = (run->turn + 1) % run->count;
		}
	}
}

/* What was due and never answered took at least until now. */
static void count_unanswered(struct run *run)
{
	uint64_t now = now_ns();
	uint64_t since_ns;
	unsigned int i;
	unsigned int k;

	if (run->interval_ns <= 0)
		return;
	for (i = 0; i < run->count; i++) {
		struct connection *one = &run->connection[i];

		for (k = 0; k < one->under_way; k++)
			count_latency(run, now - one->since_ns[(one->head + k) %
							       DEPTH_MAX]);
	}
	for (; is_due(run, &since_ns); run->asked++)
		count_latency(run, now - since_ns);
}

static void print(const struct run *run, const char *kind, double took_s)
{
	printf("{\"kind\":\"%s\",\"connections\":%u,\"depth\":%u,"
	       "\"per_second\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f,"
	       "\"p999_us\":%.1f,\"longest_us\":%.1f,\"late\":%.4f,"
	       "\"answered\":%llu,\"refused\":%.3f}\n",
	       kind, run->count, run->depth, (double)run->answered / took_s,
	       percentile_us(run, 0.5), percentile_us(run, 0.99),
	       percentile_us(run, 0.999), (double)run->longest_ns / 1000,
	       (double)run->late_ns / 1e9 / took_s,
	       (unsigned long long)run->answered,
	       run->answered ? (double)run->refused / (double)run->answered
			     : 0);
}

static int read_arguments(struct run *run, int argc, char **argv)
{
	double rate;

	if (argc < 6 || !door_kind_parse(argv[2], &run->kind))
		return 0;
	run->count = (unsigned int)strtoul(argv[3], NULL, 10);
	run->depth = (unsigned int)strtoul(argv[4], NULL, 10);
	run->users = argc > 6 ? (unsigned int)strtoul(argv[6], NULL, 10) : 1000;
	rate = argc > 7 ? strtod(argv[7], NULL) : 0;
	run->interval_ns = rate > 0 ? (double)NS_PER_S / rate : 0;
	return run->count && run->count <= CONNECTIONS_MAX && run->depth &&
	       run->depth <= DEPTH_MAX && run->users;
}

int main(int argc, char **argv)
{
	struct run *run = calloc(1, sizeof(*run));
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	double took_s;
	unsigned int i;

	if (!run || epoll < 0)
		return fail("start");
	if (!read_arguments(run, argc, argv)) {
		fprintf(stderr,
			"usage: gate SOCKET|PORT KIND CONNECTIONS DEPTH "
			"SECONDS [USERS [RATE]]\n");
		free(run);
		return 2;
	}
	run->connection = calloc(run->count, sizeof(*run->connection));
	if (!run->connection)
		return fail("start");
	for (i = 0; i < run->count; i++) {
		struct connection *one = &run->connection[i];
		struct epoll_event event = {EPOLLIN, {.ptr = one}};

		dial(run, one, argv[1]);
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, one->fd, &event))
			fail("epoll");
	}
	signal(SIGTERM, on_end);
	run->begun_ns = now_ns();
	run->until_ns = run->begun_ns + (uint64_t)(strtod(argv[5], NULL) * 1e9);
	ask(run, epoll);
	took_s = (double)(now_ns() - run->begun_ns) / 1e9;
	count_unanswered(run);
	print(run, argv[2], took_s);
	free(run->connection);
	free(run);
	return 0;
}
