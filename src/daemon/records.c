/* SPDX-License-Identifier: ISC */
/*
 * records.c - one batch at a time goes to the lane
 *
 * While a batch is being written the next one gathers. Whoever wants to read
 * the records waits until the counts became lines: some hundred a batch, so
 * that answers go out in between.
 */
#include "daemon/records.h"

#include <stdlib.h>

#include "daemon/view.h"
#include "daemon/work.h"

#define KINDS 2
/* New counts may come without end. */
#define ROUNDS_MAX 32

struct gate_records {
	struct gate *gate;
	struct lg_logon_log *log[KINDS];
	int taken[KINDS];
	enum lg_status status[KINDS];
	struct lg_error err;
	struct gate_job job;
	int busy;
	struct gate_records_waiter *waiters;
};

enum lg_status gate_records_open(struct gate *gate, struct lg_error *err)
{
	unsigned int days = gate->settings->refused_keep_days;
	struct lg_logon_limits refused = lg_logon_limits_refused(days);
	struct lg_logon_limits admitted = lg_logon_limits_admitted(days);
	struct gate_records *records = calloc(1, sizeof(*records));
	enum lg_status status;

	if (!records)
		return lg_no_memory(err);
	records->gate = gate;
	gate->records = records;
	status = lg_logon_log_new(&gate->files, LG_REFUSED_FOLDER, &refused,
				  &records->log[GATE_RECORD_REFUSED], err);
	if (status == LG_OK)
		status = lg_logon_log_new(
			&gate->files, LG_LOGONS_FOLDER, &admitted,
			&records->log[GATE_RECORD_ADMITTED], err);
	return status;
}

void gate_records_free(struct gate *gate)
{
	for (int i = 0; gate->records && i < KINDS; i++)
		lg_logon_log_free(&gate->records->log[i]);
	free(gate->records);
	gate->records = NULL;
}

void gate_records_add(struct gate *gate, enum gate_record_kind kind,
		      const struct lg_logon *logon)
{
	lg_logon_log_add(gate->records->log[kind], logon);
}

void gate_records_keep_days(struct gate *gate, unsigned int keep_days)
{
	for (int i = 0; i < KINDS; i++)
		lg_logon_log_keep_days(gate->records->log[i], keep_days);
}

static void write_batch(void *context)
{
	struct gate_records *records = context;

	for (int i = 0; i < KINDS; i++)
		records->status[i] =
			records->taken[i] ? lg_logon_log_write(records->log[i],
							       &records->err)
					  : LG_OK;
}

/* Those who wait, one round on. */
static void tell_waiters(struct gate_records *records, int failed)
{
	struct gate_records_waiter *waiter = records->waiters;
	int all = 1;

	for (int i = 0; i < KINDS; i++)
		if (lg_logon_log_counts(records->log[i]) ||
		    lg_logon_log_waits(records->log[i]))
			all = 0;
	records->waiters = NULL;
	while (waiter) {
		struct gate_records_waiter *next = waiter->next;

		if (all || failed || ++waiter->rounds >= ROUNDS_MAX) {
			waiter->ready(waiter->context);
		} else {
			waiter->next = records->waiters;
			records->waiters = waiter;
		}
		waiter = next;
	}
}

static void flush(struct gate_records *records, enum lg_logon_flush how);

static void batch_done(void *context)
{
	struct gate_records *records = context;
	struct gate *gate = records->gate;
	int failed = 0;

	records->busy = 0;
	for (int i = 0; i < KINDS; i++) {
		if (records->taken[i])
			lg_logon_log_wrote(records->log[i], records->status[i]);
		failed |= records->status[i] != LG_OK;
	}
	if (failed)
		gate_loud(gate, GATE_ATTENTION_RECORDS,
			  "who logs on could not be recorded: %s: %s",
			  records->err.place, records->err.text);
	else
		gate_quiet(gate, "who logs on could not be recorded");
	tell_waiters(records, failed);
	if (records->waiters)
		flush(records, LG_LOGON_FLUSH_SOME);
}

static void flush(struct gate_records *records, enum lg_logon_flush how)
{
	int64_t now_s = gate_now_s(records->gate);
	int any = 0;

	if (records->busy)
		return;
	for (int i = 0; i < KINDS; i++) {
		records->taken[i] =
			lg_logon_log_take(records->log[i], now_s, how);
		any |= records->taken[i];
	}
	if (!any) {
		tell_waiters(records, 0);
		return;
	}
	records->busy = 1;
	records->job.run = write_batch;
	records->job.done = batch_done;
	records->job.context = records;
	gate_work_add(records->gate, GATE_LANE_RECORDS, &records->job);
}

void gate_records_flush(struct gate *gate)
{
	struct gate_records *records = gate->records;

	if (lg_logon_log_waits(records->log[GATE_RECORD_REFUSED]) ||
	    lg_logon_log_waits(records->log[GATE_RECORD_ADMITTED]))
		flush(records, LG_LOGON_FLUSH_DUE);
}

void gate_records_tick(struct gate *gate)
{
	flush(gate->records, LG_LOGON_FLUSH_DUE);
}

static void ready_at_end(void *context)
{
	free(context);
}

void gate_records_close(struct gate *gate)
{
	struct gate_records_waiter *waiter;

	if (!gate->records)
		return;
	waiter = calloc(1, sizeof(*waiter));
	if (!waiter)
		return;
	waiter->ready = ready_at_end;
	waiter->context = waiter;
	gate_records_wait(gate, waiter);
}

void gate_records_wait(struct gate *gate, struct gate_records_waiter *waiter)
{
	struct gate_records *records = gate->records;

	waiter->rounds = 0;
	waiter->next = records->waiters;
	records->waiters = waiter;
	flush(records, LG_LOGON_FLUSH_SOME);
}
