/* SPDX-License-Identifier: ISC */
/*
 * view.c - making what the loop knows, and changing it in one step
 */
#include "daemon/view.h"

#include <stdlib.h>
#include <string.h>

#include <logongate/local_time.h>

#include "adapters/system/clock.h"

/* The record alone: what was there before may be a list of a million. */
static enum lg_status copy_lock(const struct lg_lock *lock,
				struct lg_lock **out_lock, struct lg_error *err)
{
	struct lg_lock record = *lock;

	record.earlier = NULL;
	return lg_lock_copy(&record, out_lock, err);
}

static void format_times(struct gate_view *view)
{
	const struct lg_lock *lock = view->lock;
	struct lg_zone zone = lg_system_zone();

	if (lock->since_s)
		lg_time_format(lock->since_s, lock->until.wall_s, &zone,
			       view->since);
	/* who comes back at the minute that is told must not be early */
	if (lock->until.wall_s)
		lg_time_format(lock->until.wall_s + 59, lock->since_s, &zone,
			       view->until);
}

static void note_due(const struct gate_inside *inside, struct gate_view *view)
{
	struct lg_now now = lg_state_now(inside->state);
	int64_t left_ms = -1;

	view->due_boot_ms = -1;
	if (lg_window_next(inside->state, &left_ms) != LG_WINDOW_NOTHING &&
	    left_ms >= 0)
		view->due_boot_ms = now.boot_ms + left_ms;
	view->poll_s = lg_store_next_poll(inside->store);
}

enum lg_status gate_view_make(struct gate_inside *inside,
			      struct gate_view **out_view, struct lg_error *err)
{
	struct gate_view *view = calloc(1, sizeof(*view));
	enum lg_status status;

	if (!view)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	status = copy_lock(inside->state->lock, &view->lock, err);
	if (!status)
		status = lg_strlist_add_all(&view->loud, &inside->state->loud,
					    err);
	if (status) {
		gate_view_free(&view);
		return status;
	}
	view->held = inside->held;
	view->held->holders++;
	if (gate_inside_policy(inside))
		view->policy = lg_policy_share(gate_inside_policy(inside));
	view->locked = lg_state_locked(inside->state);
	view->restarts = gate_inside_restarts(inside);
	view->owes = inside->owes;
	format_times(view);
	note_due(inside, view);
	*out_view = view;
	return LG_OK;
}

void gate_view_free(struct gate_view **view)
{
	struct lg_policy *policy;

	if (!view || !*view)
		return;
	policy = (struct lg_policy *)(*view)->policy;
	lg_policy_free(&policy);
	gate_settings_drop((*view)->held);
	lg_lock_free(&(*view)->lock);
	lg_strlist_release(&(*view)->loud);
	free(*view);
	*view = NULL;
}

static void free_view(void *context)
{
	struct gate_view *view = context;

	gate_view_free(&view);
}

void gate_view_show(struct gate *gate, struct gate_view *view)
{
	struct gate_view *before = gate->view;

	gate->view = view;
	gate->settings = view->held->settings;
	gate->lock = view->lock;
	if (gate->refused_generation != view->lock->generation) {
		gate->refused_generation = view->lock->generation;
		gate->refused_since_lock = 0;
	}
	if (!before)
		return;
	before->free_job.run = free_view;
	before->free_job.done = NULL;
	before->free_job.context = before;
	gate_work_add(gate, GATE_LANE_STATE, &before->free_job);
}
