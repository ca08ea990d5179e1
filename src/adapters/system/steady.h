/* SPDX-License-Identifier: ISC */
/*
 * steady.h - a clock for how long something takes
 *
 * Layer: adapter. Inline only.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_STEADY_H
#define LOGONGATE_ADAPTERS_SYSTEM_STEADY_H

#include <stdint.h>
#include <time.h>

/* Since some moment of before; nobody sets it, and it stands while the machine
 * is suspended. */
static inline int64_t lg_steady_ms(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
