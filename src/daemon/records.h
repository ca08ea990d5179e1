/* SPDX-License-Identifier: ISC */
/*
 * records.h - who was refused and who came in, written on a lane of their own
 *
 * Layer: daemon.
 * Flow: judge.c adds every decision in memory; after each wake-up of the loop
 * what is to be written goes to the records lane.
 */
#ifndef LOGONGATE_DAEMON_RECORDS_H
#define LOGONGATE_DAEMON_RECORDS_H

#include "app/records/logon_log.h"
#include "daemon/gate.h"

enum gate_record_kind {
	GATE_RECORD_REFUSED = 0,
	GATE_RECORD_ADMITTED
};

enum lg_status gate_records_open(struct gate *gate, struct lg_error *err);
void gate_records_free(struct gate *gate);

void gate_records_add(struct gate *gate, enum gate_record_kind kind,
		      const struct lg_logon *logon);

/* Writes what waits; counts too when a second has passed. */
void gate_records_flush(struct gate *gate);
void gate_records_tick(struct gate *gate);

/* The gate is going down: everything is written. */
void gate_records_close(struct gate *gate);

/* From now on older days are removed; 0: none ever. */
void gate_records_keep_days(struct gate *gate, unsigned int keep_days);

/* Calls ready on the loop when everything that was only counted so far can be
 * read back (or could not be written). waiting is the caller's till then. */
struct gate_records_waiter {
	void (*ready)(void *context);
	void *context;
	unsigned int rounds;
	struct gate_records_waiter *next;
};
void gate_records_wait(struct gate *gate, struct gate_records_waiter *waiter);

#endif
