/* SPDX-License-Identifier: ISC */
/*
 * failed_windows.h - a scheduled window that did not come off is told
 *
 * Layer: daemon.
 * Flow: systemd starts windows, and only it knows how they went; it is asked
 * now and then, and what failed asks for attention until it is cleared.
 * Source: contract 14 "What happens at night".
 */
#ifndef LOGONGATE_DAEMON_FAILED_WINDOWS_H
#define LOGONGATE_DAEMON_FAILED_WINDOWS_H

#include "daemon/gate.h"

enum lg_status gate_windows_open(struct gate *gate, struct lg_error *err);
void gate_windows_free(struct gate *gate);

/* Every second. */
void gate_windows_tick(struct gate *gate);

#endif
