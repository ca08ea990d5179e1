/* SPDX-License-Identifier: ISC */
/*
 * machine.h - this machine, as the survey of its doors looks at it
 *
 * Layer: adapters/system; implements port/machine.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_MACHINE_H
#define LOGONGATE_ADAPTERS_SYSTEM_MACHINE_H

#include <logongate/port/machine.h>

struct lg_machine lg_machine_here(void);

#endif
