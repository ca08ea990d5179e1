/* SPDX-License-Identifier: ISC */
/*
 * sweep_wait.h - those who wait for a sweep
 *
 * Layer: daemon; for sweep.c and sweep_run.c alone.
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SWEEP_WAIT_H
#define LOGONGATE_DAEMON_SESSIONS_SWEEP_WAIT_H

#include "daemon/sessions/sweep_run.h"

/* Somebody waits for the run, until its deadline. */
enum lg_status sweep_run_wait(struct sweep_run *run, gate_sweep_done done,
			      void *context, struct lg_error *err);

enum lg_status sweep_waiter_add(struct sweep_waiter **waiters,
				gate_sweep_done done, void *context,
				struct lg_error *err);

/* Calls all of them, once. */
void sweep_call_waiters(struct sweep_waiter **waiters,
			const struct gate_sweep_report *report);

/* Tells those who wait, once: who is left, or all where only that was asked. */
void sweep_tell(struct sweep_run *run);

/* Who waits for before waits for run from now on, no longer than it would. */
void sweep_wait_instead(struct sweep_run *run, struct sweep_run *before);

#endif
