/* SPDX-License-Identifier: ISC */
/*
 * state_target.c - state_dir as a target: a machine on which no gate runs
 */
#include "app/lock/state_target.h"

#include <string.h>

#include "app/lock/lock_change.h"
#include "app/lock/picture.h"

static enum lg_status open_state(const struct lg_state_target *target,
				 struct lg_state **out_state,
				 struct lg_error *err)
{
	enum lg_status status = target->open(target->context, out_state, err);

	if (target->told)
		target->told->unreached = status != LG_OK;
	return status;
}

/* What state_dir has to say and nobody asks for. */
static void tell_loud(const struct lg_state_target *target,
		      const struct lg_state *state)
{
	const struct lg_strlist *loud = &state->loud;

	for (size_t i = 0; target->told && i < loud->count; i++)
		lg_strlist_add(&target->told->loud, loud->item[i],
			       strlen(loud->item[i]), NULL);
}

static enum lg_status values_of(const struct lg_target_change *change,
				size_t count, struct lg_registry **out_values,
				struct lg_error *err)
{
	enum lg_status status = lg_registry_new(out_values, err);

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (change[i].value)
			status = lg_registry_set(*out_values, change[i].value,
						 err);
	}
	return status;
}

static enum lg_status state_write(void *self,
				  const struct lg_target_change *change,
				  size_t count, struct lg_error *err)
{
	const struct lg_state_target *target = self;
	const struct lg_target_lock *lock = target->lock;
	struct lg_lock_request request = {
		.id = lock->id,
		.profile = lock->profile,
		.variables = lock->variables,
		.by = lock->by,
		.reason = lock->reason,
		.findings = lock->findings,
		.concerned = lock->concerned,
		.place = lock->replaces ? LG_LOCK_REPLACES : LG_LOCK_BESIDE,
		.for_s = lock->for_s,
		.until_s = lock->for_s > 0 ? 0 : lock->until_s,
		.at_s = lock->at_s,
		.confirm_within_s = lock->confirm_within_s,
		.grace_s = lock->grace_s,
		.max_duration_s = lock->max_duration_s,
	};
	struct lg_registry *values = NULL;
	struct lg_state *state = NULL;
	struct lg_lock *made = NULL;
	enum lg_status status = values_of(change, count, &values, err);

	request.values = values;
	if (status == LG_OK)
		status = open_state(target, &state, err);
	if (status == LG_OK) {
		status = lg_lock_apply(state, &request, &made, err);
		tell_loud(target, state);
	}
	if (status == LG_OK && target->told)
		target->told->until_s = made->until.wall_s;
	lg_registry_free(&values);
	return status;
}

/* The lock that is meant; NULL: it is not there. One of the servers whose
 * version gave it no id is told by its name and its beginning. */
static struct lg_lock *find(const struct lg_state *state,
			    const struct lg_target_lock *meant)
{
	for (size_t i = 0; i < state->lock_count; i++) {
		struct lg_lock *lock = state->lock[i];

		if (meant->id
			    ? !strcmp(lock->id, meant->id)
			    : meant->profile && lock->profile &&
				      !strcmp(lock->profile, meant->profile) &&
				      lock->since_s >= meant->since_s)
			return lock;
	}
	return NULL;
}

static enum lg_status state_end(void *self, struct lg_error *err)
{
	const struct lg_state_target *target = self;
	struct lg_target_told *told = target->told;
	int force = target->lock->force;
	struct lg_state *state = NULL;
	struct lg_lock *lock;
	enum lg_status status = open_state(target, &state, err);

	if (status != LG_OK)
		return status;
	lock = find(state, target->lock);
	if (lock && !force)
		status = lg_lock_is_ours(lock, err);
	if (lock && status == LG_OK) {
		status = lg_lock_lift(
			state, lock,
			force ? LG_LOCK_END_FORCE : LG_LOCK_END_LIFT,
			target->lock->caller, told ? &told->restored : NULL,
			told ? &told->changed : NULL, err);
		/* nobody is left who could try again */
		if (status == LG_OK && state->unsaved)
			status = lg_picture_flush(state, err);
		if (told)
			told->ended = status == LG_OK;
	}
	tell_loud(target, state);
	return status;
}

/* Extends, or with until_s 0 confirms. */
static enum lg_status state_extend(void *self, int64_t until_s,
				   struct lg_error *err)
{
	const struct lg_state_target *target = self;
	const char *by = target->lock->caller;
	struct lg_state *state = NULL;
	struct lg_lock *lock = NULL;
	enum lg_status status = open_state(target, &state, err);

	if (status == LG_OK)
		status = lg_lock_choose(state, target->lock->id, LG_MEANT_ANY,
					&lock, err);
	if (status == LG_OK)
		status = lg_lock_is_ours(lock, err);
	if (status == LG_OK)
		status = until_s ? lg_lock_extend(state, lock, by, until_s, 0,
						  err)
				 : lg_lock_confirm(state, lock, by, err);
	if (status == LG_OK && target->told)
		target->told->until_s = lock->until.wall_s;
	return status;
}

static enum lg_status state_confirm(void *self, struct lg_error *err)
{
	return state_extend(self, 0, err);
}

static void state_lock(void *self, const struct lg_target_lock *lock,
		       struct lg_target_told *told)
{
	struct lg_state_target *target = self;

	target->lock = lock;
	target->told = told;
}

static void state_close(void *self)
{
	(void)self;
}

struct lg_target lg_state_target(struct lg_state_target *self)
{
	return (struct lg_target){
		.self = self,
		.name = "gate",
		.write = state_write,
		.lock = state_lock,
		.end = state_end,
		.extend = state_extend,
		.confirm = state_confirm,
		.close = state_close,
	};
}
