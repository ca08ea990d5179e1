/* SPDX-License-Identifier: ISC */
/*
 * log.c - a ring of bytes between those who say something and stderr
 *
 * The thread writes what is in the ring and sleeps. A reader that stopped
 * reading makes the ring full: lines are dropped from then on, and when there
 * is room again one line says how many. For the journal the ring holds entries
 * of its native protocol, each with an empty line behind it, and the thread
 * sends one at a time.
 */
#include "daemon/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#define JOURNAL "/run/systemd/journal/socket"
/* A message, and what stands around it. */
#define ENTRY_MAX 4096u
#define RING 262144u
#define ROOM_AGAIN (RING / 2)
#define END_NS (500u * 1000 * 1000)

/* One process has one stderr. */
static struct {
	int started;
	enum {
		PLAIN,
		LEVELS,
		ENTRIES
	} form;
	int journal; /* its socket, or -1 */
	uv_thread_t thread;
	uv_mutex_t lock;
	uv_cond_t more;
	uv_cond_t empty;
	char ring[RING];
	size_t first;
	size_t len;
	unsigned long dropped;
} out;

static void write_all(const char *bytes, size_t len)
{
	while (len) {
		ssize_t done = write(STDERR_FILENO, bytes, len);

		if (done < 0 && errno == EINTR)
			continue;
		/* Nobody is there: nothing to be said to. */
		if (done < 0)
			return;
		bytes += done;
		len -= (size_t)done;
	}
}

/* 1 where stderr is the stream that JOURNAL_STREAM names: the variable is
 * inherited, the stream may have been put elsewhere since. */
static int is_read_by_journal(void)
{
	const char *named = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat is;

	if (!named || fstat(STDERR_FILENO, &is))
		return 0;
	snprintf(own, sizeof(own), "%llu:%llu", (unsigned long long)is.st_dev,
		 (unsigned long long)is.st_ino);
	return !strcmp(named, own);
}

static int connect_journal(void)
{
	static const struct sockaddr_un name = {AF_UNIX, JOURNAL};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)&name, sizeof(name))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* An entry, or where only the stream can be had a line with its level. Gives
 * the length; size is enough for what gate.c says. */
static size_t render(const struct gate_event *event, const char *text,
		     char *line, size_t size)
{
	int len;

	if (out.form == PLAIN)
		len = snprintf(line, size, "logongated: %s\n", text);
	else if (out.form == LEVELS)
		len = snprintf(line, size, "<%d>%s\n", event->level, text);
	else
		len = snprintf(
			line, size,
			"PRIORITY=%d\nSYSLOG_IDENTIFIER=logongated\n"
			"MESSAGE=%s\n%s%s%s%s%s%s%s%s%s\n",
			event->level, text,
			event->name ? "LOGONGATE_EVENT=" : "",
			event->name ? event->name : "", event->name ? "\n" : "",
			event->lock ? "LOGONGATE_LOCK=" : "",
			event->lock ? event->lock : "", event->lock ? "\n" : "",
			event->profile ? "LOGONGATE_PROFILE=" : "",
			event->profile ? event->profile : "",
			event->profile ? "\n" : "");
	return len < 0 ? 0 : (size_t)len < size ? (size_t)len : size - 1;
}

static void put(const char *bytes, size_t len)
{
	size_t at = (out.first + out.len) % RING;
	size_t part = len < RING - at ? len : RING - at;

	memcpy(out.ring + at, bytes, part);
	memcpy(out.ring, bytes + part, len - part);
	out.len += len;
}

/* The lock is held. */
static void put_dropped(void)
{
	static const struct gate_event lost = {.level = GATE_WARNING};
	char line[512];
	char text[96];

	if (!out.dropped || out.len > ROOM_AGAIN)
		return;
	snprintf(text, sizeof(text),
		 "%lu log lines were lost: nobody read them", out.dropped);
	out.dropped = 0;
	put(line, render(&lost, text, line, sizeof(line)));
}

/* The first entry of the ring without the empty line behind it; the lock is
 * held. Gives what it takes in the ring. */
static size_t first_entry(char *entry, size_t *out_len)
{
	size_t len = 0;
	char before = '\0';

	while (len < out.len && len < ENTRY_MAX) {
		char byte = out.ring[(out.first + len) % RING];

		entry[len++] = byte;
		if (byte == '\n' && before == '\n')
			break;
		before = byte;
	}
	*out_len = len - 1;
	return len;
}

/* A journal that was started again listens at the same place. */
static void send_entry(const char *entry, size_t len)
{
	if (out.journal >= 0) {
		if (send(out.journal, entry, len, MSG_NOSIGNAL) >= 0)
			return;
		close(out.journal);
	}
	out.journal = connect_journal();
	if (out.journal >= 0)
		send(out.journal, entry, len, MSG_NOSIGNAL);
}

static void thread_main(void *context)
{
	char entry[ENTRY_MAX];

	uv_mutex_lock(&out.lock);
	for (;;) {
		size_t len = 0;
		size_t part;

		put_dropped();
		if (!out.len) {
			uv_cond_broadcast(&out.empty);
			uv_cond_wait(&out.more, &out.lock);
			continue;
		}
		part = out.len < RING - out.first ? out.len : RING - out.first;
		if (out.form == ENTRIES)
			part = first_entry(entry, &len);
		uv_mutex_unlock(&out.lock);
		if (out.form == ENTRIES)
			send_entry(entry, len);
		else
			write_all(out.ring + out.first, part);
		uv_mutex_lock(&out.lock);
		out.first = (out.first + part) % RING;
		out.len -= part;
	}
}

void gate_log_start(void)
{
	int by_journal = is_read_by_journal();

	out.form = by_journal ? LEVELS : PLAIN;
	if (uv_mutex_init(&out.lock) || uv_cond_init(&out.more) ||
	    uv_cond_init(&out.empty))
		return;
	out.journal = by_journal ? connect_journal() : -1;
	if (out.journal >= 0)
		out.form = ENTRIES;
	out.started = !uv_thread_create(&out.thread, thread_main, NULL);
	if (!out.started && out.form == ENTRIES)
		out.form = LEVELS;
}

void gate_log_line(const struct gate_event *event, const char *text)
{
	char line[ENTRY_MAX];
	size_t len = render(event, text, line, sizeof(line));

	if (!out.started) {
		write_all(line, len);
		return;
	}
	uv_mutex_lock(&out.lock);
	if (out.dropped || out.len + len > RING)
		out.dropped++;
	else
		put(line, len);
	uv_cond_signal(&out.more);
	uv_mutex_unlock(&out.lock);
}

void gate_log_end(void)
{
	uint64_t until = uv_hrtime() + END_NS;

	if (!out.started)
		return;
	uv_mutex_lock(&out.lock);
	while ((out.len || out.dropped) && uv_hrtime() < until)
		uv_cond_timedwait(&out.empty, &out.lock, until - uv_hrtime());
	uv_mutex_unlock(&out.lock);
}
