/* SPDX-License-Identifier: ISC */
/*
 * view.c - making what the loop knows, and changing it in one step
 */
#include "daemon/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/local_time.h"

#include "adapters/system/system_clock.h"
#include "app/lock/lock_change.h"
#include "app/lock/layers.h"
#include "daemon/fleet/follower.h"
#include "daemon/notices.h"
#include "daemon/refusals.h"

static enum lg_status copy_text(const char *from, char **to,
				struct lg_error *err)
{
	*to = from ? strdup(from) : NULL;
	if (from && !*to)
		return lg_no_memory(err);
	return LG_OK;
}

/* The record alone: its values may be a list of a million. */
static enum lg_status copy_lock(const struct lg_lock *lock,
				struct lg_lock **out_lock, struct lg_error *err)
{
	struct lg_lock *copy = NULL;
	enum lg_status status = lg_lock_new(&copy, err);

	if (status != LG_OK)
		return status;
	*copy = *lock;
	copy->profile = copy->variables = copy->by = copy->reason = NULL;
	copy->backup = copy->stored = NULL;
	copy->values = NULL;
	copy->findings = copy->concerned = NULL;
	if ((status = copy_text(lock->profile, &copy->profile, err)) != LG_OK ||
	    (status = copy_text(lock->variables, &copy->variables, err)) !=
		    LG_OK ||
	    (status = copy_text(lock->by, &copy->by, err)) != LG_OK ||
	    (status = copy_text(lock->reason, &copy->reason, err)) != LG_OK)
		lg_lock_free(&copy);
	else
		*out_lock = copy;
	return status;
}

static void format_times(struct gate_view_lock *shown)
{
	const struct lg_lock *lock = shown->lock;
	struct lg_zone zone = lg_system_zone();

	/* Of what is ahead the day is told as well. */
	if (lg_lock_waits(lock))
		lg_time_format(lock->start.wall_s, 0, &zone, shown->starts);
	if (lock->since_s)
		lg_time_format(lock->since_s, lock->until.wall_s, &zone,
			       shown->since);
	/* who comes back at the minute that is told must not be early */
	if (lock->until.wall_s)
		lg_time_format(lock->until.wall_s + 59, lock->since_s, &zone,
			       shown->until);
}

static enum lg_status add_locks(const struct lg_state *state,
				struct gate_view *view, struct lg_error *err)
{
	const struct lg_lock *last = lg_state_last(state);
	enum lg_status status = LG_OK;

	for (size_t i = 0;
	     status == LG_OK && i < state->lock_count && i < LG_LOCKS_MAX;
	     i++) {
		struct gate_view_lock *shown = &view->lock[i];

		status = copy_lock(state->lock[i], &shown->lock, err);
		if (status != LG_OK)
			break;
		view->lock_count++;
		status =
			lg_lock_concerns(state->lock[i], &shown->concerns, err);
		format_times(shown);
		if (state->lock[i] == last)
			view->last = shown;
	}
	return status;
}

/* Which of the locks each layer of the policy is. */
static void find_layers(struct gate_view *view)
{
	size_t layers = lg_policy_layer_count(view->policy);

	for (size_t i = 0; i < layers && i < LG_LAYERS_MAX; i++) {
		const struct lg_policy_layer_info *info =
			lg_policy_layer_at(view->policy, (int)i);

		view->of_layer[i] = -1;
		for (size_t k = 0; info->id && k < view->lock_count; k++) {
			struct gate_view_lock *shown = &view->lock[k];

			if (strcmp(shown->lock->id, info->id))
				continue;
			view->of_layer[i] = (int)k;
			shown->is_read = 1;
			shown->gate = info->gate;
		}
	}
}

/* The layers that are in force and have no grace any more. */
static size_t cutting_layers(const struct gate_inside *inside,
			     const struct lg_policy *policy,
			     struct lg_policy_layer *out_layer)
{
	struct lg_policy_layer lock[LG_LOCKS_MAX];
	size_t locks = lg_layers_locks(inside->state, lock);
	size_t count = 0;

	for (size_t i = 0; i < lg_policy_layer_count(policy); i++) {
		const struct lg_policy_layer_info *info =
			lg_policy_layer_at(policy, (int)i);

		if (!info->id) {
			out_layer[count] = lg_layers_standing(inside->state);
			count += out_layer[count].values != NULL;
			continue;
		}
		for (size_t k = 0; k < locks; k++)
			if (!strcmp(lock[k].id, info->id) &&
			    !lg_state_lock(inside->state, info->id)->cut.wall_s)
				out_layer[count++] = lock[k];
	}
	return count;
}

static int has_grace(const struct gate_view *view)
{
	for (size_t i = 0; i < view->lock_count; i++)
		if (view->lock[i].is_read && view->lock[i].lock->cut.wall_s)
			return 1;
	return 0;
}

/* Without a policy for it nobody is cut. */
static void make_cuts(struct gate_inside *inside, struct gate_view *view)
{
	struct lg_policy_layer layer[LG_LAYERS_MAX];
	struct lg_policy_input input = {
		.dialect = inside->settings->dialect,
		.break_glass = &inside->settings->break_glass,
		.default_domain = inside->settings->default_domain,
		.layer = layer,
		.generation = lg_policy_generation(view->policy),
	};
	struct lg_policy *policy = NULL;
	struct lg_error err = {0};

	if (!has_grace(view)) {
		view->cuts = lg_policy_share(view->policy);
		return;
	}
	input.layer_count = cutting_layers(inside, view->policy, layer);
	if (lg_policy_compile(&input, &policy, NULL, &err) != LG_OK)
		lg_state_loud(inside->state,
			      "open sessions cannot be cut: %s: %s", err.place,
			      err.text);
	else
		view->cuts = policy;
}

static void note_due(const struct gate_inside *inside, struct gate_view *view)
{
	struct lg_now now = lg_state_now(inside->state);
	int64_t left_ms = -1;

	view->due_boot_ms = -1;
	if (lg_lock_next(inside->state, NULL, &left_ms) != LG_LOCK_NOTHING &&
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
		return lg_no_memory(err);
	view->held = inside->held;
	view->held->holders++;
	status = add_locks(inside->state, view, err);
	if (status == LG_OK && gate_inside_policy(inside)) {
		view->policy = lg_policy_share(gate_inside_policy(inside));
		view->is_partial = inside->is_partial;
		find_layers(view);
		make_cuts(inside, view);
	}
	if (status == LG_OK)
		status = lg_strlist_add_all(&view->loud, &inside->state->loud,
					    err);
	if (status != LG_OK) {
		gate_view_free(&view);
		return status;
	}
	view->generation = inside->state->generation;
	view->locked = lg_state_locked(inside->state);
	view->restarts = gate_inside_restarts(inside);
	view->owes = inside->state->unsaved;
	note_due(inside, view);
	*out_view = view;
	return LG_OK;
}

void gate_policy_drop(const struct lg_policy *held)
{
	struct lg_policy *policy = (struct lg_policy *)held;

	lg_policy_free(&policy);
}

void gate_view_free(struct gate_view **view)
{
	if (!view || !*view)
		return;
	gate_policy_drop((*view)->policy);
	gate_policy_drop((*view)->cuts);
	gate_settings_drop((*view)->held);
	for (size_t i = 0; i < (*view)->lock_count; i++) {
		lg_lock_free(&(*view)->lock[i].lock);
		lg_strlist_release(&(*view)->lock[i].concerns.domains);
	}
	lg_strlist_release(&(*view)->loud);
	free(*view);
	*view = NULL;
}

static void free_view(void *context)
{
	struct gate_view *view = context;

	gate_view_free(&view);
}

static int same_locks(const struct gate_view *a, const struct gate_view *b)
{
	if (a->lock_count != b->lock_count)
		return 0;
	for (size_t i = 0; i < a->lock_count; i++) {
		const struct lg_lock *one = a->lock[i].lock;
		const struct lg_lock *other = b->lock[i].lock;

		if (strcmp(one->id, other->id) ||
		    one->until.wall_s != other->until.wall_s ||
		    one->confirm.wall_s != other->confirm.wall_s ||
		    lg_lock_waits(one) != lg_lock_waits(other))
			return 0;
	}
	return 1;
}

void gate_view_show(struct gate *gate, struct gate_view *view)
{
	struct gate_view *before = gate->view;

	if (before && !same_locks(before, view))
		gate_fleet_look(gate);
	gate->view = view;
	gate->settings = view->held->settings;
	gate_refusals_follow(gate);
	gate_notices_follow(gate, before, view);
	if (!before)
		return;
	before->free_job.run = free_view;
	before->free_job.done = NULL;
	before->free_job.context = before;
	gate_work_add(gate, GATE_LANE_STATE, &before->free_job);
}

const struct gate_view_lock *
gate_view_speaks(const struct gate_view *view,
		 const struct lg_decision *decision)
{
	int lock = -1;

	if (view->policy && decision->lock >= 0 &&
	    decision->lock < LG_LAYERS_MAX)
		lock = view->of_layer[decision->lock];
	return lock < 0 ? NULL : &view->lock[lock];
}

struct lg_status_lock gate_status_lock(const struct gate_view_lock *shown)
{
	return (struct lg_status_lock){
		.lock = shown->lock,
		.concerns = &shown->concerns,
		.gate = shown->is_read ? lg_gate_state_name(shown->gate) : NULL,
	};
}

struct lg_status_facts gate_status(const struct gate *gate,
				   struct lg_status_lock out_lock[LG_LOCKS_MAX])
{
	const struct lg_policy *policy = gate_whole_policy(gate);
	struct lg_status_facts facts = {
		.lock = out_lock,
		.count = gate->view->lock_count,
		.gate = policy ? lg_gate_state_name(lg_policy_gate(policy))
			       : NULL,
		.dialect = gate->settings->dialect,
		.generation = gate->view->generation,
		.refused = gate_refusals(gate),
		.now = gate_now(gate),
	};

	for (size_t i = 0; i < facts.count; i++)
		out_lock[i] = gate_status_lock(&gate->view->lock[i]);
	return facts;
}
