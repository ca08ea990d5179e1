/* SPDX-License-Identifier: ISC */
/*
 * sweep_wait.c - those who wait for a sweep are told in time
 */
#include "daemon/sessions/sweep_wait.h"

#include <stdlib.h>
#include <string.h>

#define LIST_TELL_MS 4000 /* the command gives up after five seconds */

void sweep_call_waiters(struct sweep_waiter **waiters,
			const struct gate_sweep_report *report)
{
	struct sweep_waiter *waiter = *waiters;

	*waiters = NULL;
	while (waiter) {
		struct sweep_waiter *next = waiter->next;

		waiter->done(waiter->context, report);
		free(waiter);
		waiter = next;
	}
}

void sweep_tell(struct sweep_run *run)
{
	struct lg_session_list left = run->list;
	struct lg_strlist late = {0};
	struct gate_sweep_report report = {run->cut,      &left,       0,
					   &run->unasked, &run->notes, NULL};

	if (!run->waiters)
		return;
	if (run->kind == SWEEP_RUN_LIST)
		report.whole = run->is_shared ? NULL : &run->list;
	else
		left.count = run->marks ? run->marked : 0;
	report.left = left.count;
	if (!run->is_listed && !run->unasked.count) {
		const char *text =
			run->kind == SWEEP_RUN_LIST
				? "the doors have not said yet who "
				  "is logged on"
				: "the doors have not said yet who is logged "
				  "on; cutting continues";

		lg_strlist_add(&late, text, strlen(text), NULL);
		report.unasked = &late;
	}
	sweep_call_waiters(&run->waiters, &report);
	lg_strlist_release(&late);
}

/* Whoever waits is told now, whatever the doors are doing. */
static void on_deadline(uv_timer_t *timer)
{
	struct sweep_run *run = timer->data;

	if (run->kind == SWEEP_RUN_SELECTED)
		sweep_run_end(run);
	else
		sweep_tell(run);
}

enum lg_status sweep_waiter_add(struct sweep_waiter **waiters,
				gate_sweep_done done, void *context,
				struct lg_error *err)
{
	struct sweep_waiter *waiter = calloc(1, sizeof(*waiter));

	if (!waiter)
		return lg_no_memory(err);
	waiter->done = done;
	waiter->context = context;
	waiter->next = *waiters;
	*waiters = waiter;
	return LG_OK;
}

enum lg_status sweep_run_wait(struct sweep_run *run, gate_sweep_done done,
			      void *context, struct lg_error *err)
{
	enum lg_status status =
		sweep_waiter_add(&run->waiters, done, context, err);

	if (status == LG_OK && run->kind != SWEEP_RUN_LIST)
		uv_timer_start(&run->deadline, on_deadline, SWEEP_TELL_MS, 0);
	/* Several may wait for it: the first must not wait for the last. */
	else if (status == LG_OK &&
		 !uv_is_active((uv_handle_t *)&run->deadline))
		uv_timer_start(&run->deadline, on_deadline, LIST_TELL_MS, 0);
	return status;
}

void sweep_wait_instead(struct sweep_run *run, struct sweep_run *before)
{
	run->waiters = before->waiters;
	before->waiters = NULL;
	if (uv_is_active((uv_handle_t *)&before->deadline))
		uv_timer_start(&run->deadline, on_deadline,
			       uv_timer_get_due_in(&before->deadline), 0);
}
