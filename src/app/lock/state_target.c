/* SPDX-License-Identifier: ISC */
/*
 * state_target.c - state_dir as a target: a machine on which no gate runs
 */
#include "app/lock/state_target.h"

#include <string.h>

#include "app/lock/backup.h"
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

/* By hand; none where damage took them all: an import is the way out. */
static enum lg_status copy_standing(const struct lg_state *state,
				    struct lg_registry **out_values,
				    struct lg_error *err)
{
	return state->standing
		       ? lg_registry_copy(state->standing, out_values, err)
		       : lg_registry_new(out_values, err);
}

static enum lg_status state_read(void *self, struct lg_registry **out_values,
				 struct lg_error *err)
{
	struct lg_state *state = NULL;
	enum lg_status status = open_state(self, &state, err);

	return status == LG_OK ? copy_standing(state, out_values, err) : status;
}

static enum lg_status state_probe(void *self, struct lg_target_probe *out_probe,
				  struct lg_error *err)
{
	struct lg_state *state = NULL;
	enum lg_status status = open_state(self, &state, err);

	if (status == LG_OK)
		*out_probe = (struct lg_target_probe){
			.may_write = 1, .locked = lg_state_locked(state)};
	return status;
}

static enum lg_status state_kept(void *self, const char *name,
				 struct lg_registry **out_values,
				 struct lg_findings **out_findings,
				 struct lg_error *err)
{
	struct lg_state *state = NULL;
	enum lg_status status = open_state(self, &state, err);

	return status == LG_OK ? lg_backup_read(state, name, out_values,
						out_findings, err)
			       : status;
}

/* Values by hand: what is other than it was. */
static enum lg_status write_standing(const struct lg_state_target *target,
				     const struct lg_target_change *change,
				     size_t count, struct lg_error *err)
{
	const struct lg_target_lock *lock = target->lock;
	struct lg_findings *findings = NULL;
	struct lg_registry *values = NULL;
	struct lg_state *state = NULL;
	enum lg_status status = open_state(target, &state, err);

	if (status == LG_OK)
		status = copy_standing(state, &values, err);
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (change[i].value)
			status = lg_registry_set(values, change[i].value, err);
		else
			lg_registry_delete(values, change[i].key,
					   change[i].name);
	}
	if (status == LG_OK && target->facts)
		status = target->facts(target->context, values,
				       lock->findings ? lock->findings
						      : state->findings,
				       &findings, err);
	if (status == LG_OK)
		status = lg_standing_write(
			state,
			lock->stands == LG_TARGET_BACKUP ? LG_EVENT_RESTORE
							 : LG_EVENT_IMPORT,
			lock->caller, values, findings, NULL, err);
	lg_findings_free(&findings);
	lg_registry_free(&values);
	return status;
}

static enum lg_status write_lock(const struct lg_state_target *target,
				 const struct lg_target_change *change,
				 size_t count, struct lg_error *err)
{
	struct lg_target_lock request = *target->lock;
	struct lg_registry *values = NULL;
	struct lg_state *state = NULL;
	struct lg_lock *made = NULL;
	enum lg_status status = values_of(change, count, &values, err);

	request.values = values;
	if (request.for_s > 0)
		request.until_s = 0;
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

static enum lg_status state_write(void *self,
				  const struct lg_target_change *change,
				  size_t count, struct lg_error *err)
{
	const struct lg_state_target *target = self;

	return target->lock->stands ? write_standing(target, change, count, err)
				    : write_lock(target, change, count, err);
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
		.probe = state_probe,
		.read = state_read,
		.write = state_write,
		.lock = state_lock,
		.end = state_end,
		.extend = state_extend,
		.confirm = state_confirm,
		.kept = state_kept,
		.close = state_close,
	};
}
