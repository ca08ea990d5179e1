/* SPDX-License-Identifier: ISC */
/*
 * machine_change.h - this machine, as setting its servers up changes it
 *
 * Layer: adapters/system.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_MACHINE_CHANGE_H
#define LOGONGATE_ADAPTERS_SYSTEM_MACHINE_CHANGE_H

#include "port/machine_setup.h"

/* LOGONGATE_SYSTEMCTL names another program for systemctl, where services are
 * started by something else that takes the same words. */
struct lg_change lg_change_here(void);

#endif
