/* SPDX-License-Identifier: ISC */
/*
 * log.c - a ring of bytes between those who say something and stderr
 *
 * The thread writes what is in the ring and sleeps. A reader that stopped
 * reading makes the ring full: lines are dropped from then on, and when there
 * is room again one line says how many.
 */
#include "daemon/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define RING 262144u
#define ROOM_AGAIN (RING / 2)
#define END_NS (500u * 1000 * 1000)

/* One process has one stderr. */
static struct {
	int started;
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
	char line[96];
	int len;

	if (!out.dropped || out.len > ROOM_AGAIN)
		return;
	len = snprintf(line, sizeof(line),
		       "logongated: %lu lines were lost: nobody read them\n",
		       out.dropped);
	out.dropped = 0;
	put(line, (size_t)len);
}

static void thread_main(void *context)
{
	uv_mutex_lock(&out.lock);
	for (;;) {
		size_t part;

		put_dropped();
		if (!out.len) {
			uv_cond_broadcast(&out.empty);
			uv_cond_wait(&out.more, &out.lock);
			continue;
		}
		part = out.len < RING - out.first ? out.len : RING - out.first;
		uv_mutex_unlock(&out.lock);
		write_all(out.ring + out.first, part);
		uv_mutex_lock(&out.lock);
		out.first = (out.first + part) % RING;
		out.len -= part;
	}
}

void gate_log_start(void)
{
	if (uv_mutex_init(&out.lock) || uv_cond_init(&out.more) ||
	    uv_cond_init(&out.empty))
		return;
	out.started = !uv_thread_create(&out.thread, thread_main, NULL);
}

void gate_log_line(const char *line, size_t len)
{
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
