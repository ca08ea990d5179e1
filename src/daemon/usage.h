/* SPDX-License-Identifier: ISC */
/*
 * usage.h - what the process takes of the machine
 *
 * Layer: daemon.
 * Flow: each few seconds a job reads it, for counting open files takes as long
 * as there are; /metrics tells what was read last.
 * Source: Prometheus, "Writing client libraries", process metrics.
 */
#ifndef LOGONGATE_DAEMON_USAGE_H
#define LOGONGATE_DAEMON_USAGE_H

#include "adapters/http/metrics.h"
#include "daemon/gate.h"

enum lg_status gate_usage_open(struct gate *gate, struct lg_error *err);
void gate_usage_free(struct gate *gate);

/* Each second. */
void gate_usage_tick(struct gate *gate);

struct lg_metrics_process gate_usage_read(const struct gate *gate);

#endif
