/* SPDX-License-Identifier: ISC */
/*
 * port/clock.h - what time it is, twice
 *
 * Layer: port; implemented by adapters/system/system_clock and by the tests'
 * hands.
 * Flow: app/lock keeps an end as a wall clock time and a time since boot; the
 * second counts as long as the machine runs, so that a stepped wall clock
 * neither lifts early nor holds longer.
 * Source: contract 7 "Locks".
 */
#ifndef LOGONGATE_PORT_CLOCK_H
#define LOGONGATE_PORT_CLOCK_H

#include <stdint.h>

#define LG_BOOT_ID_SIZE 40

/*
 * Units: wall_ms since 1970 in UTC; boot_ms since this machine was started,
 * suspended time included. boot_id names this start of the machine; "" where
 * it cannot be told, and then nothing counts but the wall clock.
 */
struct lg_now {
	int64_t wall_ms;
	int64_t boot_ms;
	char boot_id[LG_BOOT_ID_SIZE];
};

struct lg_clock {
	void *self;
	void (*now)(void *self, struct lg_now *out_now);
};

static inline struct lg_now lg_clock_now(const struct lg_clock *clock)
{
	struct lg_now now;

	clock->now(clock->self, &now);
	return now;
}

#endif
