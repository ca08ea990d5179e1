/* SPDX-License-Identifier: ISC */
/*
 * fleet_task.c - one lock of the fleet, on the state of a gate
 *
 * Each step changes what the next one depends on, so they are taken until
 * there is none.
 */
#include "app/fleet/fleet_gate.h"

#include <string.h>

/* More than begin, confirm, extend: something undoes what was done. */
#define STEPS_MAX 8

static void look(const struct lg_state *state, struct lg_fleet_task *task)
{
	const struct lg_lock *lock = lg_state_lock(state, task->fate.lock);

	task->has = LG_FLEET_HAS_NOT;
	task->until_s = 0;
	if (!lock)
		return;
	task->has = lg_lock_waits(lock) ? LG_FLEET_HAS_WAITING
					: LG_FLEET_HAS_IN_FORCE;
	task->until_s = lock->until.wall_s;
	task->was_held = 1;
}

static enum lg_status
could_hold(const struct lg_state *state, struct lg_fleet_task *task,
	   enum lg_status (*compiles)(void *context,
				      const struct lg_fleet_made *made,
				      struct lg_error *err),
	   void *context)
{
	enum lg_status status =
		lg_fleet_can_hold(state, task->fate.prepare, &task->err);

	return status == LG_OK && compiles
		       ? compiles(context, task->made, &task->err)
		       : status;
}

static enum lg_status take_steps(struct lg_state *state,
				 struct lg_fleet_task *task)
{
	enum lg_status status = LG_OK;
	int left = STEPS_MAX;

	while (status == LG_OK && left--) {
		enum lg_fleet_step step =
			lg_fleet_next_step(state, &task->fate, task->was_held);

		if (step == LG_FLEET_STEP_NONE)
			return LG_OK;
		if (step == LG_FLEET_STEP_BEGIN &&
		    (!task->made || !task->made->values))
			return lg_error_set(&task->err, LG_ERR_DIRECTORY, NULL,
					    "its names are not verified yet");
		status = lg_fleet_take_step(state, &task->fate, step,
					    task->made, &task->err);
		task->acts |= status == LG_OK;
		task->was_held |=
			step == LG_FLEET_STEP_BEGIN && status == LG_OK;
	}
	return status;
}

void lg_fleet_task_run(struct lg_state *state, struct lg_fleet_task *task,
		       enum lg_status (*compiles)(
			       void *context, const struct lg_fleet_made *made,
			       struct lg_error *err),
		       void *context)
{
	const struct lg_fleet_fate *fate = &task->fate;
	int64_t now_ms = lg_state_now(state).wall_ms;
	int made = task->made && task->made->values;

	task->status = LG_OK;
	task->acts = 0;
	if (lg_fleet_fate_state(fate, now_ms) == LG_FLEET_STATE_PREPARED)
		task->status = made ? could_hold(state, task, compiles, context)
				    : task->status;
	else if (made && compiles && !lg_state_lock(state, fate->lock) &&
		 !fate->end)
		/* Values that no policy can be made of lock nobody out. */
		task->status = compiles(context, task->made, &task->err);
	if (task->status == LG_OK)
		task->status = take_steps(state, task);
	look(state, task);
}
