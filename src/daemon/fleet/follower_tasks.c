/* SPDX-License-Identifier: ISC */
/*
 * Handing over: the thread posts tasks and waits, the loop gives them to the
 * state lane as a change, and wakes the thread when what they changed is in
 * force.
 */
#include "daemon/fleet/follower_inside.h"
#include "daemon/inside.h"
#include "daemon/sessions/sweep.h"
#include "daemon/turn.h"
#include "daemon/inside_loud.h"
#include "wiring/directory_open.h"

enum lg_status gate_fleet_make(void *context,
			       const struct lg_fleet_event *prepare,
			       struct lg_fleet_made *out_made,
			       struct lg_error *err)
{
	struct gate_fleet *fleet = context;
	struct lg_directory_settings how =
		lg_settings_directory(fleet->settings);
	struct lg_directory directory = {0};
	enum lg_status opened = LG_OK;
	enum lg_status status;

	gate_doors_look(fleet->doors);
	if (how.uri)
		opened = lg_directory_open(&how, &directory, err);
	status = lg_fleet_make(prepare, fleet->settings->dialect,
			       &fleet->settings->break_glass,
			       how.uri && opened == LG_OK ? &directory : NULL,
			       out_made, opened != LG_OK ? NULL : err);
	if (status == LG_OK && opened != LG_OK) {
		out_made->unasked = 1;
		status = err && err->status == LG_ERR_TIMEOUT
				 ? LG_ERR_TIMEOUT
				 : LG_ERR_DIRECTORY;
	}
	if (directory.close)
		directory.close(directory.self);
	return status;
}

static enum lg_status compiles(void *context, const struct lg_fleet_made *made,
			       struct lg_error *err)
{
	struct gate_inside *inside = context;

	return gate_inside_check(inside->settings, made->values, made->findings,
				 made->concerned, err);
}

static void log_task(const struct lg_fleet_task *task)
{
	const struct lg_fleet_event *prepare = task->fate.prepare;
	const struct gate_event about = {
		GATE_NOTICE, task->has ? "applied" : "lifted", task->fate.lock,
		prepare ? prepare->profile : NULL};
	const struct lg_fleet_event *last =
		task->fate.end ? task->fate.end : prepare;

	gate_log_event(&about, "%s %s %s (%s) in the fleet",
		       last && last->by ? last->by : "somebody",
		       task->fate.end ? "lifts"
		       : task->has    ? "applies or extends"
				      : "ends",
		       prepare ? prepare->profile : "values", task->fate.lock);
}

/* As a change on the state lane, or (no outcome) before the loop runs. */
static enum lg_status run(struct gate_inside *inside, void *context,
			  struct gate_outcome *outcome, struct lg_error *err)
{
	struct gate_fleet *fleet = context;
	struct lg_error why = {0};
	enum lg_status status = LG_OK;
	int acts = 0;

	for (size_t i = 0; i < fleet->task_count; i++) {
		struct lg_fleet_task *task = &fleet->task[i];

		lg_fleet_task_run(inside->state, task, compiles, inside);
		acts |= task->acts;
		if (task->acts)
			log_task(task);
	}
	if (!acts || !outcome)
		return LG_OK;
	status = gate_inside_enforce(inside, outcome, &why);
	if (status != LG_OK && status != LG_ERR_DIRECTORY)
		lg_state_loud(inside->state, GATE_NOT_YET_IN_FORCE ": %s",
			      why.text);
	return LG_OK;
}

/* Before the loop runs the main thread may do it itself. */
static enum lg_status run_here(struct gate_fleet *fleet,
			       struct lg_fleet_task *task, size_t count)
{
	fleet->task = task;
	fleet->task_count = count;
	run(fleet->gate->inside, fleet, NULL, NULL);
	fleet->task = NULL;
	return LG_OK;
}

enum lg_status gate_fleet_hand_over(void *context, struct lg_fleet_task *task,
				    size_t count, int64_t *out_sessions,
				    struct lg_error *err)
{
	struct gate_fleet *fleet = context;
	enum lg_status status = LG_OK;

	if (!fleet->has_thread)
		return run_here(fleet, task, count);
	uv_mutex_lock(&fleet->mutex);
	fleet->task = task;
	fleet->task_count = count;
	uv_async_send(&fleet->wake);
	/* Once the lane has them, they are waited for to the end. */
	while (fleet->task && (fleet->running || !fleet->stops))
		uv_cond_wait(&fleet->told, &fleet->mutex);
	if (fleet->task)
		status = lg_error_set(err, LG_ERR_TIMEOUT, NULL,
				      "the gate is going down");
	fleet->task = NULL;
	*out_sessions = fleet->sessions;
	uv_mutex_unlock(&fleet->mutex);
	return status;
}

static void swept(void *context, const struct gate_sweep_report *report)
{
	struct gate *gate = context;

	if (!gate->fleet || gate->stopping)
		return;
	uv_mutex_lock(&gate->fleet->mutex);
	gate->fleet->sessions = (int64_t)report->sessions->count;
	uv_mutex_unlock(&gate->fleet->mutex);
	gate_fleet_look(gate);
}

static void ran(struct gate *gate, void *context, enum lg_status status,
		const struct lg_error *err)
{
	struct gate_fleet *fleet = context;
	int acts = 0;

	uv_mutex_lock(&fleet->mutex);
	for (size_t i = 0; i < fleet->task_count; i++) {
		acts |= fleet->task[i].acts;
		if (status == LG_OK)
			continue;
		fleet->task[i].status = status;
		fleet->task[i].err = *err;
	}
	fleet->task = NULL;
	fleet->running = 0;
	uv_cond_broadcast(&fleet->told);
	uv_mutex_unlock(&fleet->mutex);
	if (acts && !gate->stopping)
		gate_sweeps_wait(gate, swept, gate);
}

static enum lg_status let_in(struct gate_inside *inside, void *context,
			     struct gate_outcome *outcome, struct lg_error *err)
{
	inside->unheard = 0;
	outcome->is_read = 1;
	gate_log("the fleet's directory was heard; the policy counts");
	return LG_OK;
}

static void was_let_in(struct gate *gate, void *context, enum lg_status status,
		       const struct lg_error *err)
{
}

void gate_fleet_woken(uv_async_t *wake)
{
	struct gate_fleet *fleet = wake->data;
	struct gate *gate = fleet->gate;
	int begins = 0, ended, heard;

	uv_mutex_lock(&fleet->mutex);
	if (fleet->task && !fleet->running && !gate->stopping) {
		fleet->running = 1;
		begins = 1;
	}
	heard = fleet->lets_in;
	fleet->lets_in = 0;
	ended = fleet->ended;
	uv_mutex_unlock(&fleet->mutex);
	if (begins)
		gate_change_due(gate, run, ran, fleet);
	if (heard && !gate->stopping)
		gate_change_due(gate, let_in, was_let_in, fleet);
	if (!gate->stopping)
		gate_fleet_take(fleet);
	if (ended) {
		uv_thread_join(&fleet->thread);
		fleet->has_thread = 0;
		uv_close((uv_handle_t *)wake, NULL);
	}
}
