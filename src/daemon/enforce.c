/* SPDX-License-Identifier: ISC */
/*
 * enforce.c - real time, and what follows from what it brings
 *
 * The state lane says what is in force; here the loop takes it over, begins a
 * sweep whenever values were read that can refuse somebody, and wakes the lane
 * when something is due. What the lane did in memory and not yet on disk is
 * asked for again until it is written.
 */
#include "daemon/enforce.h"

#include <stdlib.h>

#include "daemon/inside_facts.h"
#include "daemon/turn.h"
#include "daemon/facts.h"
#include "daemon/failed_windows.h"
#include "daemon/notices.h"
#include "daemon/records.h"
#include "daemon/refusals.h"
#include "daemon/servers_due.h"
#include "daemon/sessions/sessions.h"
#include "daemon/net/sockets.h"
#include "daemon/net/stream.h"
#include "daemon/sessions/sweep.h"
#include "daemon/usage.h"
#include "daemon/systemd.h"

/* After a write that failed; what is due is done in memory. */
#define RETRY_MS 5000
#define TIMER_MAX_MS (60 * 1000)
/* A clock that is slewed moves a little every second: one word about it. */
#define AGAIN_S 30

/* Sweeps for the policy in force; who has a grace stays till it is over. */
static void sweep(struct gate *gate, enum gate_sweep_kind kind)
{
	const struct lg_policy *policy = gate_cuts(gate);

	if (kind == GATE_SWEEP_REFUSED &&
	    (!policy || !lg_policy_limits(policy))) {
		gate_sweeps_end(gate);
		return;
	}
	gate_sweeps_begin(gate, kind);
}

static void on_deadline(uv_timer_t *timer);

/* Sets the timer for what comes next. */
static void set_deadline(struct gate *gate)
{
	const struct gate_view *view = gate->view;
	struct lg_now now = gate_now(gate);
	int64_t wait_ms = TIMER_MAX_MS;

	if (view->due_boot_ms >= 0 && view->due_boot_ms - now.boot_ms < wait_ms)
		wait_ms = view->due_boot_ms - now.boot_ms;
	if (view->poll_s >= 0) {
		int64_t poll_ms = (view->poll_s - gate_store_s(gate)) * 1000;

		if (poll_ms < wait_ms)
			wait_ms = poll_ms;
	}
	/* Never longer than a minute: uv's clock stands still while the
	 * machine is suspended, the boot clock does not. */
	uv_timer_start(&gate->deadline, on_deadline,
		       wait_ms > 0 ? (uint64_t)wait_ms : 0, 0);
}

void gate_enforce_follow(struct gate *gate, struct gate_view *view,
			 const struct gate_outcome *outcome)
{
	gate_view_show(gate, view);
	if (gate->stopping)
		return;
	if (view->restarts && outcome->is_read)
		sweep(gate, GATE_SWEEP_ALL);
	else if (outcome->is_read || outcome->failed || outcome->cuts)
		sweep(gate, GATE_SWEEP_REFUSED);
	if (outcome->asks)
		gate_facts_ask(gate);
	else if (outcome->is_read)
		gate_facts_over(gate);
	set_deadline(gate);
}

static enum lg_status run_catch_up(struct gate_inside *inside, void *context,
				   struct gate_outcome *outcome,
				   struct lg_error *err)
{
	/* gate_change has done it. */
	return LG_OK;
}

static void caught_up(struct gate *gate, void *context, enum lg_status status,
		      const struct lg_error *err)
{
	gate->paying = 0;
}

static void on_owed(uv_timer_t *timer)
{
	struct gate *gate = timer->data;

	if (gate->paying || !gate->view->owes)
		return;
	gate->paying = 1;
	gate_change(gate, run_catch_up, caught_up, NULL);
}

static enum lg_status run_settle(struct gate_inside *inside, void *context,
				 struct gate_outcome *outcome,
				 struct lg_error *err)
{
	return gate_inside_settle(inside, outcome, err);
}

static void settled(struct gate *gate, void *context, enum lg_status status,
		    const struct lg_error *err)
{
	if (gate->stopping)
		return;
	if (status != LG_OK) {
		gate_loud(gate, GATE_ATTENTION_DUE,
			  "what is due could not be done: %s: %s", err->place,
			  err->text);
		uv_timer_start(&gate->deadline, on_deadline, RETRY_MS, 0);
		return;
	}
	gate_quiet(gate, "what is due could not be done");
	on_owed(&gate->owed);
}

static void on_deadline(uv_timer_t *timer)
{
	gate_change_due(timer->data, run_settle, settled, NULL);
}

static enum lg_status run_findings(struct gate_inside *inside, void *context,
				   struct gate_outcome *outcome,
				   struct lg_error *err)
{
	struct lg_findings *findings = context;
	enum lg_status status = LG_OK;
	int is_late = !gate_inside_lacks_facts(inside);

	/* Values that were written while the directory was asked have brought
	 * their own. */
	if (!is_late)
		status = gate_inside_findings(inside, findings, err);
	lg_findings_free(&findings);
	if (status != LG_OK || is_late)
		return status;
	return gate_inside_enforce_again(inside, outcome, err);
}

static void findings_saved(struct gate *gate, void *context,
			   enum lg_status status, const struct lg_error *err)
{
	if (gate->stopping)
		return;
	if (status == LG_OK)
		gate_facts_over(gate);
	else
		gate_facts_ask_later(gate);
	if (status != LG_OK && status != LG_ERR_DIRECTORY)
		gate_loud(gate, GATE_ATTENTION_DIRECTORY,
			  "the directory's answers could not be put in force: "
			  "%s: %s",
			  err->place, err->text);
}

void gate_enforce_findings(struct gate *gate, struct lg_findings *findings)
{
	gate_change_due(gate, run_findings, findings_saved, findings);
}

enum lg_status gate_enforce_first(struct gate *gate, struct lg_error *err)
{
	struct gate_outcome outcome = {0};
	struct gate_view *before = NULL;
	struct gate_view *view = NULL;
	enum lg_status status;

	/* What ended or began while no gate ran is told as well. */
	status = gate_view_make(gate->inside, &before, err);
	if (status != LG_OK)
		return status;
	gate_view_show(gate, before);
	status = gate_inside_first(gate->inside, &outcome, err);
	if (status == LG_OK)
		status = gate_view_make(gate->inside, &view, err);
	if (status != LG_OK)
		return status;
	gate_view_show(gate, view);
	gate_refusals_recount(gate);
	if (outcome.asks)
		gate_facts_ask(gate);
	return LG_OK;
}

void gate_enforce_begin(struct gate *gate)
{
	sweep(gate, GATE_SWEEP_REFUSED);
	set_deadline(gate);
	on_owed(&gate->owed);
}

/* After the answers of a wake-up, its records: a kill loses none that was
 * answered long ago. */
static void on_written(uv_check_t *check)
{
	gate_records_flush(check->data);
}

int64_t gate_clock_stepped_s(const struct gate *gate)
{
	const struct gate_view *view = gate->view;
	struct lg_now now = gate_now(gate);
	int64_t most_s = 0;

	for (size_t i = 0; i < view->lock_count; i++) {
		int64_t by_s = lg_lock_stepped_s(view->lock[i].lock, &now);

		if (llabs(by_s) > llabs(most_s))
			most_s = by_s;
	}
	return most_s;
}

/* Locks end when the time that was asked for has passed, so the end that people
 * were told is wrong by as much as the clock was set. */
void gate_clock_tick(struct gate *gate)
{
	int64_t by_s = gate_clock_stepped_s(gate);

	if (by_s ? gate->clock_told_s &&
			    llabs(by_s - gate->clock_told_s) < AGAIN_S
		 : !gate->clock_told_s)
		return;
	if (gate->clock_told_s)
		gate_quiet(gate, "the wall clock was set");
	gate->clock_told_s = by_s;
	if (by_s)
		gate_loud(gate, GATE_ATTENTION_CLOCK,
			  "the wall clock was set %s by %lld s while there is "
			  "a lock; it ends when the time that was asked for "
			  "has passed, so tell people its new end, or move it "
			  "with logongate extend",
			  by_s > 0 ? "forward" : "back",
			  (long long)llabs(by_s));
}

static void on_second(uv_timer_t *timer)
{
	struct gate *gate = timer->data;

	gate_records_tick(gate);
	gate_sessions_tidy(gate);
	if (gate_sessions_want_list(gate))
		gate_sweeps_look(gate);
	gate_streams_tidy(gate);
	gate_sockets_again(gate);
	gate_servers_tick(gate);
	gate_clock_tick(gate);
	gate_windows_tick(gate);
	gate_notices_tick(gate);
	gate_usage_tick(gate);
	if (gate->is_watched)
		systemd_notify("WATCHDOG=1\n");
}

enum lg_status gate_enforce_start(struct gate *gate, struct lg_error *err)
{
	if (uv_timer_init(&gate->loop, &gate->deadline) ||
	    uv_timer_init(&gate->loop, &gate->second) ||
	    uv_timer_init(&gate->loop, &gate->owed) ||
	    uv_check_init(&gate->loop, &gate->written))
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "timers cannot be set up");
	gate->deadline.data = gate;
	gate->second.data = gate;
	gate->owed.data = gate;
	gate->written.data = gate;
	if (uv_check_start(&gate->written, on_written) ||
	    uv_timer_start(&gate->second, on_second, 1000, 1000) ||
	    uv_timer_start(&gate->owed, on_owed, RETRY_MS, RETRY_MS))
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "timers cannot be set up");
	return LG_OK;
}

void gate_enforce_stop(struct gate *gate)
{
	/* data says that they were set up. */
	if (!gate->written.data)
		return;
	uv_close((uv_handle_t *)&gate->deadline, NULL);
	uv_close((uv_handle_t *)&gate->second, NULL);
	uv_close((uv_handle_t *)&gate->owed, NULL);
	uv_close((uv_handle_t *)&gate->written, NULL);
}
