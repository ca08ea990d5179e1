/* SPDX-License-Identifier: ISC */
/*
 * refusals.h - how many logons were refused since each lock began
 *
 * Layer: daemon.
 * Source: contract 7 "The gate" (status.refused), 12.
 */
#ifndef LOGONGATE_DAEMON_REFUSALS_H
#define LOGONGATE_DAEMON_REFUSALS_H

#include "daemon/gate.h"
#include "daemon/records.h"

/* One more. */
void gate_refusals_add(struct gate *gate);

/* Since the oldest lock in force; 0 without one. */
uint64_t gate_refusals(const struct gate *gate);

/* The view changed: locks came and went. */
void gate_refusals_follow(struct gate *gate);

/* The locks of the first view: what earlier gates wrote of them is counted on
 * the records lane; what comes meanwhile is counted as it comes. */
void gate_refusals_recount(struct gate *gate);

/* Calls ready on the loop when that is done. waiter is the caller's till
 * then. */
void gate_refusals_counted(struct gate *gate,
			   struct gate_records_waiter *waiter);

void gate_refusals_free(struct gate *gate);

#endif
