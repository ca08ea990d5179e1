/* SPDX-License-Identifier: ISC */
/*
 * this_machine.h - this machine, as the survey of its doors looks at it
 *
 * Layer: adapters/system; implements port/machine.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_THIS_MACHINE_H
#define LOGONGATE_ADAPTERS_SYSTEM_THIS_MACHINE_H

#include "port/machine.h"

struct lg_machine lg_machine_here(void);

#endif
