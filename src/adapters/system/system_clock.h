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

/* The same for who asks often: now is what was told once, boot_id included,
 * and is kept up to date. */
void lg_system_clock_refresh(struct lg_now *now);

#endif
