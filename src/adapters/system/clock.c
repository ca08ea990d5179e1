/* SPDX-License-Identifier: ISC */
/*
 * clock.c - CLOCK_REALTIME, CLOCK_BOOTTIME and the kernel's boot id
 *
 * CLOCK_BOOTTIME goes on while the machine is suspended, which CLOCK_MONOTONIC
 * does not: a lock's end must not move because a laptop lid was closed.
 */
#include "adapters/system/clock.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t read_ms(clockid_t id)
{
	struct timespec at = {0};

	if (clock_gettime(id, &at))
		return 0;
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

void lg_system_clock_refresh(struct lg_now *now)
{
	now->wall_ms = read_ms(CLOCK_REALTIME);
	now->boot_ms = read_ms(CLOCK_BOOTTIME);
}

static void system_now(void *self, struct lg_now *out_now)
{
	struct lg_now now = {0};
	ssize_t len = 0;
	int fd;

	lg_system_clock_refresh(&now);
	fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = read(fd, now.boot_id, sizeof(now.boot_id) - 1);
		close(fd);
	}
	now.boot_id[len > 0 ? len : 0] = '\0';
	now.boot_id[strcspn(now.boot_id, "\n")] = '\0';
	*out_now = now;
}

struct lg_clock lg_system_clock(void)
{
	struct lg_clock clock = {NULL, system_now};

	return clock;
}

static int32_t offset_s(void *context, int64_t at_s)
{
	time_t at = (time_t)at_s;
	struct tm tm;

	return localtime_r(&at, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}

struct lg_zone lg_system_zone(void)
{
	struct lg_zone zone = {NULL, offset_s};

	return zone;
}
