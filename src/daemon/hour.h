/* SPDX-License-Identifier: ISC */
/*
 * hour.h - how many were refused and let in, each minute of the last hour
 *
 * Layer: daemon.
 * Flow: judge.c counts, the help desk's page draws. Forgotten at a restart.
 */
#ifndef LOGONGATE_DAEMON_HOUR_H
#define LOGONGATE_DAEMON_HOUR_H

#include <logongate/policy.h>

#include "adapters/http/overview.h"

struct gate;

/* A ring of minutes, by the boot clock. */
struct gate_hour {
	int64_t minute; /* the newest */
	struct lg_overview_minute of[LG_OVERVIEW_MINUTES];
};

void gate_hour_add(struct gate *gate, enum lg_verdict verdict);

/* Oldest first; the last is the minute that is not over. */
void gate_hour_read(struct gate *gate,
		    struct lg_overview_minute out_minute[LG_OVERVIEW_MINUTES]);

#endif
