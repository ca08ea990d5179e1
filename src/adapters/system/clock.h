/* SPDX-License-Identifier: ISC */
/*
 * clock.h - the machine's clocks behind port/clock
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_CLOCK_H
#define LOGONGATE_ADAPTERS_SYSTEM_CLOCK_H

#include <logongate/port/clock.h>

struct lg_clock lg_system_clock(void);

#endif
