/* SPDX-License-Identifier: ISC */
/*
 * enforce.c - the store model driven by real time
 *
 * lg_store alone knows when values are read: at once, at a poll every 900 s or
 * at a restart of the store. This file hands it values and time, listens to
 * what it says, and begins a sweep whenever values were read that can refuse
 * somebody. A read whose facts are missing leaves the policy as it was, and
 * the directory is asked until it answers.
 */
#include "daemon/enforce.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/facts.h"
#include "daemon/gate_life.h"
#include "daemon/judge.h"
#include "daemon/servers.h"
#include "daemon/sessions.h"
#include "daemon/sockets.h"
#include "daemon/stream.h"
#include "daemon/sweep.h"

/* After a write that failed at a deadline; the lock is in force meanwhile. */
#define RETRY_MS 5000
#define TIMER_MAX_MS (60 * 1000)

static void note_event(void *context, const struct lg_store_event *event)
{
	struct gate *gate = context;

	switch (event->kind) {
	case LG_STORE_READ:
		gate->has_policy = 1;
		gate_log("values read: gate %s",
			 lg_gate_state_name(event->gate));
		break;
	case LG_STORE_ERROR:
		gate_loud(gate, "%s", event->text);
		break;
	case LG_STORE_LOGON:
	case LG_STORE_CUT:
	case LG_STORE_RESTART_CUT:
		/* Its own sessions are none: those at the doors are swept. */
		break;
	}
}

static struct lg_store_facts facts_of(const struct gate *gate)
{
	struct lg_store_facts facts = {
		.facts = gate->state->findings ? LG_FACTS_FINDINGS
					       : LG_FACTS_NOT_ASKED,
		.findings = gate->state->findings,
		.break_glass = &gate->settings->break_glass,
	};

	return facts;
}

/* Sweeps for the policy in force, unless people have their grace. */
static void sweep(struct gate *gate, enum gate_sweep_kind kind)
{
	const struct lg_policy *policy = gate_policy(gate);

	if (kind == GATE_SWEEP_REFUSED &&
	    (!policy || !lg_policy_limits(policy) ||
	     gate->state->lock->cut.wall_s)) {
		gate_sweeps_end(gate);
		return;
	}
	gate_sweeps_begin(gate, kind);
}

static int restarts(const struct gate *gate)
{
	const struct lg_dialect_traits *traits =
		lg_dialect_traits(gate->settings->dialect);

	return traits->takes_effect == LG_TAKES_EFFECT_RESTART &&
	       gate->settings->gate_restart;
}

static enum lg_status read_values(struct gate *gate, int restart,
				  struct lg_error *err)
{
	struct lg_store_facts facts = facts_of(gate);
	struct lg_store_sink sink = {gate, note_event};
	enum lg_status status;

	if (!gate->state->values) {
		/* No copy could be read: nothing can be trusted. */
		gate->has_policy = 0;
		return LG_OK;
	}
	status = lg_store_values(gate->store, gate_store_s(gate),
				 gate->state->values, &facts, &sink, err);
	if (restart && (!status || status == LG_ERR_DIRECTORY))
		status = lg_store_restart(gate->store, gate_store_s(gate),
					  &facts, &sink, err);
	return status;
}

enum lg_status gate_enforce_check(const struct lg_settings *settings,
				  const struct lg_registry *values,
				  const struct lg_findings *findings,
				  struct lg_error *err)
{
	const struct lg_policy_layer layer = {
		.values = values,
		.facts = findings ? LG_FACTS_FINDINGS : LG_FACTS_NOT_ASKED,
		.findings = findings,
	};
	const struct lg_policy_input input = {
		.dialect = settings->dialect,
		.break_glass = &settings->break_glass,
		.layer = &layer,
		.layer_count = 1,
	};
	struct lg_policy *policy = NULL;
	enum lg_status status = lg_policy_compile(&input, &policy, NULL, err);

	lg_policy_free(&policy);
	return status;
}

/*
 * Closed semantics need no facts to refuse, but without them nobody knows the
 * logon names of those who are listed: a lost findings file must not lock out
 * the administrators for good.
 */
static void ask_missing(struct gate *gate)
{
	struct lg_error err = {0};
	int needs = 0;

	if (!gate->settings->directory_uri || !gate->state->values ||
	    lg_window_missing_facts(gate->settings->dialect,
				    gate->state->values, gate->state->findings,
				    NULL, NULL, &needs, &err) ||
	    !needs)
		return;
	gate_facts_ask(gate);
}

enum lg_status gate_enforce(struct gate *gate, struct lg_error *err)
{
	uint64_t before =
		gate_policy(gate) ? lg_policy_generation(gate_policy(gate)) : 0;
	/* A store that never had a policy it could trust starts now. */
	int starts = restarts(gate) || !gate->has_policy;
	enum lg_status status = read_values(gate, starts, err);
	int is_read;

	gate_show_times(gate);
	if (status == LG_ERR_DIRECTORY)
		gate_facts_ask(gate);
	else if (!status)
		ask_missing(gate);
	is_read = gate_policy(gate) &&
		  lg_policy_generation(gate_policy(gate)) != before;
	if (restarts(gate) && is_read)
		sweep(gate, GATE_SWEEP_ALL);
	else if (is_read || status)
		sweep(gate, GATE_SWEEP_REFUSED);
	gate_enforce_deadlines(gate);
	gate_log_loud(gate);
	return status;
}

void gate_enforce_again(struct gate *gate)
{
	struct lg_error err = {0};
	enum lg_status status;

	/* Before the first policy the store has never been started. */
	status = gate->has_policy ? read_values(gate, 0, &err)
				  : read_values(gate, 1, &err);
	if (status == LG_ERR_DIRECTORY)
		gate_facts_ask_later(gate);
	else if (status)
		gate_loud(gate, "the values could not be put in force: %s",
			  err.text);
	else
		sweep(gate, GATE_SWEEP_REFUSED);
	gate_enforce_deadlines(gate);
	gate_log_loud(gate);
}

static const char *words_of(enum lg_window_event event)
{
	switch (event) {
	case LG_WINDOW_NOTHING:
		return "nothing is due";
	case LG_WINDOW_BEGINS:
		return "the lock begins";
	case LG_WINDOW_CUTS:
		return "the grace is over: open sessions are cut";
	case LG_WINDOW_UNCONFIRMED:
		return "the lock was not confirmed: lifted";
	case LG_WINDOW_EXPIRES:
		return "the lock's time is over: lifted";
	}
	return "";
}

/* Everything that is due. Gives 1 when the values changed. */
static enum lg_status settle(struct gate *gate, int *out_changed, int *out_cuts,
			     struct lg_error *err)
{
	enum lg_window_event event = LG_WINDOW_NOTHING;
	enum lg_status status;

	status = lg_window_settle(gate->state, &event, err);
	while (!status && event != LG_WINDOW_NOTHING) {
		gate_log("%s", words_of(event));
		if (event == LG_WINDOW_CUTS)
			*out_cuts = 1;
		else
			*out_changed = 1;
		status = lg_window_settle(gate->state, &event, err);
	}
	return status;
}

static void on_deadline(uv_timer_t *timer)
{
	struct gate *gate = timer->data;
	struct lg_store_facts facts = facts_of(gate);
	struct lg_store_sink sink = {gate, note_event};
	uint64_t before =
		gate_policy(gate) ? lg_policy_generation(gate_policy(gate)) : 0;
	struct lg_error err = {0};
	int changed = 0;
	int cuts = 0;

	if (settle(gate, &changed, &cuts, &err)) {
		gate_loud(gate, "what is due could not be done: %s: %s",
			  err.place, err.text);
		gate_log_loud(gate);
		uv_timer_start(timer, on_deadline, RETRY_MS, 0);
		return;
	}
	gate_quiet(gate, "what is due could not be done");
	if (changed) {
		gate_enforce(gate, &err);
	} else {
		enum lg_status status = lg_store_advance(
			gate->store, gate_store_s(gate), &facts, &sink, &err);

		if (status == LG_ERR_DIRECTORY)
			gate_facts_ask(gate);
		if (cuts || (gate_policy(gate) &&
			     lg_policy_generation(gate_policy(gate)) != before))
			sweep(gate, GATE_SWEEP_REFUSED);
	}
	gate_enforce_deadlines(gate);
	gate_log_loud(gate);
}

void gate_enforce_deadlines(struct gate *gate)
{
	int64_t poll_s = lg_store_next_poll(gate->store);
	int64_t left_ms = -1;
	int64_t wait_ms = TIMER_MAX_MS;

	lg_window_next(gate->state, &left_ms);
	if (left_ms >= 0 && left_ms < wait_ms)
		wait_ms = left_ms;
	if (poll_s >= 0) {
		int64_t poll_ms = (poll_s - gate_store_s(gate)) * 1000;

		if (poll_ms < wait_ms)
			wait_ms = poll_ms > 0 ? poll_ms : 0;
	}
	/* Never longer than a minute: uv's clock stands still while the
	 * machine is suspended, the boot clock does not. */
	uv_timer_start(&gate->deadline, on_deadline, (uint64_t)wait_ms, 0);
}

enum lg_status gate_enforce_first(struct gate *gate, struct lg_error *err)
{
	enum lg_status status;
	int changed = 0;
	int cuts = 0;

	status = settle(gate, &changed, &cuts, err);
	if (status) {
		/* A full disk must not keep the gate from standing. */
		gate_loud(gate, "what is due could not be done: %s: %s",
			  err->place, err->text);
	}
	status = read_values(gate, 1, err);
	if (status == LG_ERR_DIRECTORY) {
		gate_loud(gate,
			  "the saved answers of the directory are missing; it "
			  "is asked again");
		gate->has_policy = 0;
		status = LG_OK;
		gate_facts_ask(gate);
	} else if (!status) {
		ask_missing(gate);
	}
	gate_show_times(gate);
	gate->refused_generation = gate->state->lock->generation;
	gate_recount(gate);
	gate_log_loud(gate);
	return status;
}

void gate_enforce_begin(struct gate *gate)
{
	sweep(gate, GATE_SWEEP_REFUSED);
	gate_enforce_deadlines(gate);
}

static void flush_logs(struct gate *gate)
{
	struct lg_error err = {0};
	int64_t now_s = gate_now_s(gate);

	if (lg_logon_log_flush(gate->refused, now_s, LG_LOGON_FLUSH_DUE,
			       &err) ||
	    lg_logon_log_flush(gate->logons, now_s, LG_LOGON_FLUSH_DUE, &err))
		gate_loud(gate, "who logs on could not be recorded: %s: %s",
			  err.place, err.text);
	else
		gate_quiet(gate, "who logs on could not be recorded");
}

/* After the answers of a wake-up, its records: a kill loses none that was
 * answered long ago. */
static void on_written(uv_check_t *check)
{
	struct gate *gate = check->data;

	if (lg_logon_log_waits(gate->refused) ||
	    lg_logon_log_waits(gate->logons))
		flush_logs(gate);
}

static void on_second(uv_timer_t *timer)
{
	struct gate *gate = timer->data;

	flush_logs(gate);
	gate_sessions_tidy(gate);
	gate_streams_tidy(gate);
	gate_sockets_again(gate);
	gate_servers_tick(gate);
	gate_log_loud(gate);
}

enum lg_status gate_enforce_start(struct gate *gate, struct lg_error *err)
{
	if (uv_timer_init(&gate->loop, &gate->deadline) ||
	    uv_timer_init(&gate->loop, &gate->second) ||
	    uv_check_init(&gate->loop, &gate->written))
		return lg_error_set(err, LG_ERR_BUG, NULL, "no timers");
	gate->deadline.data = gate;
	gate->second.data = gate;
	gate->written.data = gate;
	if (uv_check_start(&gate->written, on_written) ||
	    uv_timer_start(&gate->second, on_second, 1000, 1000))
		return lg_error_set(err, LG_ERR_BUG, NULL, "no timers");
	return LG_OK;
}

void gate_enforce_stop(struct gate *gate)
{
	/* data says that they were set up. */
	if (!gate->written.data)
		return;
	uv_close((uv_handle_t *)&gate->deadline, NULL);
	uv_close((uv_handle_t *)&gate->second, NULL);
	uv_close((uv_handle_t *)&gate->written, NULL);
}
