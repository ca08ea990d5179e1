/* SPDX-License-Identifier: ISC */
/*
 * system_clock.h - the machine's clocks behind port/clock
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_SYSTEM_CLOCK_H
#define LOGONGATE_ADAPTERS_SYSTEM_SYSTEM_CLOCK_H

#include "base/local_time.h"
#include "port/clock.h"

struct lg_clock lg_system_clock(void);
struct lg_zone lg_system_zone(void);

/* The same for who asks often, in one boot: reading its id again for every
 * decision would be most of the work of deciding. now is the clock's, and says
 * what it told last. */
struct lg_clock lg_system_clock_kept(struct lg_now *now);

#endif
