/* SPDX-License-Identifier: ISC */
/*
 * Decisions a second that a running gate gives through one of its sockets.
 *
 * usage: gate SOCKET check|http|http-refuse|dict|postfix|spop|get CONNECTIONS
 *             DEPTH SECONDS [USERS]
 * One process with epoll keeps DEPTH requests under way on each connection
 * and prints one JSON line: requests a second, latencies in microseconds, and
 * the answers that were refusals. "get" asks GET / of any HTTP server, such as
 * nginx with "return 204".
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define DEPTH_MAX 256
#define SAMPLES 2000000

enum kind {
	KIND_CHECK,
	KIND_HTTP,
	KIND_HTTP_REFUSE,
	KIND_DICT,
	KIND_POSTFIX,
	KIND_SPOP,
	KIND_GET
};

struct connection {
	int fd;
	uint64_t sent_ns[DEPTH_MAX];
	unsigned int head;
	unsigned int under_way;
	char in[65536];
	size_t in_len;
};

static struct {
	enum kind kind;
	unsigned int depth;
	unsigned int users;
	uint64_t asked;
	uint64_t answered;
	uint64_t refused;
	uint32_t *sample_ns;
	size_t samples;
} run;

static uint64_t now_ns(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static int fail(const char *what)
{
	fprintf(stderr, "bench gate: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A length and its bytes, as SPOP writes short ones. */
static size_t put_text(char *out, const char *text)
{
	size_t len = strlen(text);

	out[0] = (char)len;
	memcpy(out + 1, text, len);
	return len + 1;
}

static size_t put_pair(char *out, const char *name, const char *value)
{
	size_t len = put_text(out, name);

	out[len++] = 8; /* a string */
	return len + put_text(out + len, value);
}

/* Length and head of a frame whose payload stands behind them already. */
static size_t put_frame(char *out, unsigned char type, unsigned int stream,
			size_t payload)
{
	size_t len = 5 + 2 + payload;
	const unsigned char head[11] = {0,
					0,
					(unsigned char)(len >> 8),
					(unsigned char)len,
					type,
					0,
					0,
					0,
					1, /* the only fragment */
					(unsigned char)(stream % 200),
					1};

	memcpy(out, head, sizeof(head));
	return sizeof(head) + payload;
}

static size_t write_notify(char *out, unsigned int user)
{
	char *payload = out + 11;
	char name[32];
	size_t len = put_text(payload, "check");

	snprintf(name, sizeof(name), "user%u", user);
	payload[len++] = 2; /* arguments */
	len += put_pair(payload + len, "user", name);
	len += put_pair(payload + len, "proto", "web");
	return put_frame(out, 3, user, len);
}

static size_t write_hello(char *out)
{
	char *payload = out + 11;
	size_t len = put_pair(payload, "supported-versions", "2.0");

	len += put_text(payload + len, "max-frame-size");
	payload[len++] = 3; /* an unsigned number: 16380 */
	memcpy(payload + len, "\xfc\xf0\x06", 3);
	len += 3;
	len += put_pair(payload + len, "capabilities", "pipelining");
	return put_frame(out, 1, 0, len);
}

static size_t write_request(char *out, size_t size)
{
	unsigned int user = (unsigned int)(run.asked++ % run.users);
	char body[256];
	int len = 0;

	switch (run.kind) {
	case KIND_HTTP:
	case KIND_HTTP_REFUSE:
		len = snprintf(body, sizeof(body),
			       "{\"user\":\"%s%u\",\"protocol\":\"imap\"}",
			       run.kind == KIND_HTTP ? "user" : "out", user);
		len = snprintf(out, size,
			       "POST /v1/decide HTTP/1.1\r\nHost: gate\r\n"
			       "Content-Length: %d\r\n\r\n%s",
			       len, body);
		break;
	case KIND_CHECK:
		len = snprintf(out, size,
			       "GET /v1/check HTTP/1.1\r\nHost: gate\r\n"
			       "X-Gate-User: user%u\r\n\r\n",
			       user);
		break;
	case KIND_DICT:
		len = snprintf(out, size,
			       "Lshared/gate/imap/10.0.0.1/s\tuser%u\n", user);
		break;
	case KIND_POSTFIX:
		len = snprintf(out, size,
			       "request=smtpd_access_policy\n"
			       "protocol_state=MAIL\nsasl_username=user%u\n"
			       "client_address=10.0.0.1\n\n",
			       user);
		break;
	case KIND_SPOP:
		len = (int)write_notify(out, user);
		break;
	case KIND_GET:
		len = snprintf(out, size,
			       "GET / HTTP/1.1\r\nHost: gate\r\n\r\n");
		break;
	}
	return (size_t)len;
}

/* The length of the first whole answer, 0 where there is none. */
static size_t answer_len(struct connection *connection)
{
	char *in = connection->in;
	char *end;
	char *length;
	size_t len;

	if (run.kind == KIND_DICT) {
		end = memchr(in, '\n', connection->in_len);
		if (end && memmem(in, (size_t)(end - in), "nologin", 7))
			run.refused++;
		return end ? (size_t)(end - in) + 1 : 0;
	}
	in[connection->in_len] = '\0';
	if (run.kind == KIND_SPOP) {
		if (connection->in_len < 4)
			return 0;
		len = ((size_t)(unsigned char)in[2] << 8 |
		       (unsigned char)in[3]) +
		      4;
		if (len > connection->in_len)
			return 0;
		if (in[4] != 103) /* ACK */
			fail("no ACK from the gate");
		if (memmem(in, len, "render", 6))
			run.refused++;
		return len;
	}
	if (run.kind == KIND_POSTFIX) {
		end = strstr(in, "\n\n");
		if (end && !strncmp(in, "action=421", 10))
			run.refused++;
		return end ? (size_t)(end - in) + 2 : 0;
	}
	end = strstr(in, "\r\n\r\n");
	if (!end)
		return 0;
	length = strcasestr(in, "Content-Length: ");
	len = (size_t)(end - in) + 4;
	if (length && length < end)
		len += strtoul(length + 16, NULL, 10);
	if (len > connection->in_len)
		return 0;
	if (memmem(in, len, "\"refuse\"", 8))
		run.refused++;
	return len;
}

static void send_more(struct connection *connection)
{
	char out[DEPTH_MAX * 256];
	size_t len = 0;

	while (connection->under_way < run.depth) {
		unsigned int at =
			(connection->head + connection->under_way) % DEPTH_MAX;

		len += write_request(out + len, sizeof(out) - len);
		connection->sent_ns[at] = now_ns();
		connection->under_way++;
	}
	if (len && send(connection->fd, out, len, MSG_NOSIGNAL) != (ssize_t)len)
		fail("send");
}

static void read_answers(struct connection *connection)
{
	ssize_t got = recv(connection->fd, connection->in + connection->in_len,
			   sizeof(connection->in) - connection->in_len - 1, 0);
	uint64_t now = now_ns();
	size_t len;

	if (got <= 0)
		fail("the gate closed a connection");
	connection->in_len += (size_t)got;
	while (connection->in_len && (len = answer_len(connection))) {
		uint64_t took = now - connection->sent_ns[connection->head];

		if (run.samples < SAMPLES)
			run.sample_ns[run.samples++] =
				took > UINT32_MAX ? UINT32_MAX : (uint32_t)took;
		connection->head = (connection->head + 1) % DEPTH_MAX;
		connection->under_way--;
		run.answered++;
		connection->in_len -= len;
		memmove(connection->in, connection->in + len,
			connection->in_len);
	}
	send_more(connection);
}

static int compare(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a;
	uint32_t other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

static double at_percent(double percent)
{
	if (!run.samples)
		return 0;
	return run.sample_ns[(size_t)((double)(run.samples - 1) * percent)] /
	       1000.0;
}

static void dial(struct connection *connection, const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	connection->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(connection->fd, (struct sockaddr *)&name, sizeof(name)))
		fail(path);
	if (run.kind == KIND_SPOP) {
		char hello[256];
		size_t len = write_hello(hello);

		if (send(connection->fd, hello, len, 0) != (ssize_t)len ||
		    recv(connection->fd, hello, sizeof(hello), 0) < 5 ||
		    hello[4] != 101) /* AGENT-HELLO */
			fail("no HELLO from the gate");
	}
	if (run.kind == KIND_DICT &&
	    send(connection->fd, "H3\t2\t0\t\tlogongate\n", 18, 0) != 18)
		fail("send");
}

static int kind_of(const char *name)
{
	static const char *const names[] = {"check", "http",    "http-refuse",
					    "dict",  "postfix", "spop",
					    "get"};
	int kind;

	for (kind = 0; kind < 7; kind++)
		if (!strcmp(name, names[kind]))
			return kind;
	fprintf(stderr, "bench gate: no such kind: %s\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	static struct connection *connections;
	struct epoll_event events[64];
	unsigned int count;
	uint64_t begun;
	uint64_t until;
	double took_s;
	unsigned int i;
	int epoll;

	if (argc < 6) {
		fprintf(stderr, "usage: gate SOCKET KIND CONNECTIONS DEPTH "
				"SECONDS [USERS]\n");
		return 2;
	}
	run.kind = (enum kind)kind_of(argv[2]);
	count = (unsigned int)strtoul(argv[3], NULL, 10);
	run.depth = (unsigned int)strtoul(argv[4], NULL, 10);
	run.users = argc > 6 ? (unsigned int)strtoul(argv[6], NULL, 10) : 1000;
	if (!count || count > CONNECTIONS_MAX || !run.depth ||
	    run.depth > DEPTH_MAX || !run.users)
		return 2;
	connections = calloc(count, sizeof(*connections));
	run.sample_ns = calloc(SAMPLES, sizeof(*run.sample_ns));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!connections || !run.sample_ns || epoll < 0)
		fail("start");
	for (i = 0; i < count; i++) {
		struct epoll_event event = {EPOLLIN, {.ptr = &connections[i]}};

		dial(&connections[i], argv[1]);
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event))
			fail("epoll");
	}
	begun = now_ns();
	until = begun + (uint64_t)(strtod(argv[5], NULL) * 1e9);
	for (i = 0; i < count; i++)
		send_more(&connections[i]);
	while (now_ns() < until) {
		int ready = epoll_wait(epoll, events, 64, 1000);
		int k;

		for (k = 0; k < ready; k++)
			read_answers(events[k].data.ptr);
	}
	took_s = (double)(now_ns() - begun) / 1e9;
	qsort(run.sample_ns, run.samples, sizeof(*run.sample_ns), compare);
	printf("{\"kind\":\"%s\",\"connections\":%u,\"depth\":%u,"
	       "\"per_second\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f,"
	       "\"refused\":%.3f}\n",
	       argv[2], count, run.depth, (double)run.answered / took_s,
	       at_percent(0.5), at_percent(0.99),
	       run.answered ? (double)run.refused / (double)run.answered : 0);
	return 0;
}
