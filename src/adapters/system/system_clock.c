/* SPDX-License-Identifier: ISC */
/*
 * system_clock.c - CLOCK_REALTIME, CLOCK_BOOTTIME and the kernel's boot id
 *
 * CLOCK_BOOTTIME goes on while the machine is suspended, which CLOCK_MONOTONIC
 * does not: a lock's end must not move because a laptop lid was closed.
 */
#include "adapters/system/system_clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MS 1000000

static int64_t read_ns(clockid_t id)
{
	struct timespec at = {0};

	if (clock_gettime(id, &at))
		return 0;
	return (int64_t)at.tv_sec * 1000 * NS_PER_MS + at.tv_nsec;
}

/* The boot clock is cut where the wall clock is: each cut by itself, a lock
 * whose end is a whole second could end a millisecond before it. */
static void refresh(struct lg_now *now)
{
	int64_t wall_ns = read_ns(CLOCK_REALTIME);
	int64_t boot_ns = read_ns(CLOCK_BOOTTIME);

	now->wall_ms = wall_ns / NS_PER_MS;
	now->boot_ms =
		(boot_ns - wall_ns % NS_PER_MS + NS_PER_MS / 2) / NS_PER_MS;
}

/* It is the same as long as this process runs, and read again only where it
 * could not be: asking the kernel takes longer than all the rest. */
static void find_boot_id(char *out_id)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	static char known[LG_BOOT_ID_SIZE];
	ssize_t len = 0;
	int fd = -1;

	pthread_mutex_lock(&mutex);
	if (!known[0])
		fd = open("/proc/sys/kernel/random/boot_id",
			  O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = read(fd, known, sizeof(known) - 1);
		close(fd);
		known[len > 0 ? len : 0] = '\0';
		known[strcspn(known, "\n")] = '\0';
	}
	memcpy(out_id, known, sizeof(known));
	pthread_mutex_unlock(&mutex);
}

static void system_now(void *self, struct lg_now *out_now)
{
	struct lg_now now = {0};

	refresh(&now);
	find_boot_id(now.boot_id);
	*out_now = now;
}

struct lg_clock lg_system_clock(void)
{
	return (struct lg_clock){NULL, system_now};
}

static void kept_now(void *self, struct lg_now *out_now)
{
	refresh(self);
	*out_now = *(struct lg_now *)self;
}

struct lg_clock lg_system_clock_kept(struct lg_now *now)
{
	system_now(NULL, now);
	return (struct lg_clock){now, kept_now};
}

static int32_t offset_s(void *context, int64_t at_s)
{
	time_t at = (time_t)at_s;
	struct tm tm;

	return localtime_r(&at, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}

struct lg_zone lg_system_zone(void)
{
	return (struct lg_zone){NULL, offset_s};
}
