/* SPDX-License-Identifier: ISC */
/*
 * sweep_select.h - whom somebody who cuts by hand means
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SWEEP_SELECT_H
#define LOGONGATE_DAEMON_SESSIONS_SWEEP_SELECT_H

#include "daemon/sessions/sweep.h"

/* 1 when the session is one that the selector names. */
int sweep_selects(const struct gate_selector *selector,
		  const struct lg_session *session);

#endif
