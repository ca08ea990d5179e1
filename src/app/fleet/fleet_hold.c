/* SPDX-License-Identifier: ISC */
/*
 * A lock of the fleet is a lock like any other once it is in force: it stands
 * in the gate's own state, with its own deadlines by this machine's clock, so
 * that a gate without the directory needs nothing else. Time ends it there;
 * here only what somebody signed does.
 */
#include "app/fleet/fleet_hold.h"

#include <stdlib.h>
#include <string.h>

#include "app/change/accounts_ask.h"
#include "app/fleet/fleet_values.h"

#define SKEW_MAX_MS 60000
/* What a beginning lock writes beside its values and those before. */
#define ROOM_MIN 65536
#define ROOM_FILE "fleet.room"
/* More than begin, confirm, extend: something undoes what was done. */
#define STEPS_MAX 8

/* What is done about a lock. */
enum lg_fleet_step {
	LG_FLEET_STEP_NONE = 0, /* it is as it should be */
	LG_FLEET_STEP_BEGIN,
	LG_FLEET_STEP_EXTEND,
	LG_FLEET_STEP_CONFIRM,
	LG_FLEET_STEP_LIFT
};

void lg_fleet_made_release(struct lg_fleet_made *made)
{
	lg_registry_free(&made->values);
	lg_findings_free(&made->findings);
	lg_findings_free(&made->concerned);
	made->unasked = 0;
}

static enum lg_status ask_listed(const struct lg_directory *directory,
				 enum lg_dialect dialect,
				 const struct lg_strlist *break_glass,
				 const char *filter, struct lg_fleet_made *made,
				 struct lg_error *err)
{
	struct lg_strlist dn = {0}, user = {0};
	const struct lg_ask question = {.dn = &dn,
					.user = &user,
					.break_glass = break_glass,
					.filter = filter};
	int needs = 0;
	enum lg_status status = lg_missing_facts(dialect, made->values, NULL,
						 &dn, &user, &needs, err);

	if (status == LG_OK && directory && (needs || filter))
		status = lg_found_ask(directory, &question, NULL,
				      &made->findings, NULL, err);
	if (status == LG_OK && filter)
		status = lg_fleet_filters_join(
			made->values, made->findings, LG_VALUE_LOGON_ONLY_AS,
			LG_VALUE_LOGON_ONLY_AS_USERS, err);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}

/* Where the directory here knows nobody of those whom the lock is for, it would
 * be in force and keep nobody out. */
static enum lg_status finds_somebody(const struct lg_fleet_made *made,
				     struct lg_error *err)
{
	struct lg_strlist dn = {0}, user = {0};
	enum lg_status status =
		lg_policy_concerned_names(made->values, &dn, &user, NULL, err);

	if (status == LG_OK && !dn.count && !user.count)
		status = lg_error_set(err, LG_ERR_CONFLICT, NULL,
				      "the filter of those whom the lock "
				      "concerns finds nobody in the directory "
				      "of this gate");
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}

static enum lg_status ask_concerned(const struct lg_directory *directory,
				    const char *filter,
				    struct lg_fleet_made *made,
				    struct lg_error *err)
{
	struct lg_strlist dn = {0}, user = {0};
	struct lg_concerned who = {.dn = &dn, .user = &user, .filter = filter};
	enum lg_status status = lg_policy_concerned_names(
		made->values, &dn, &user, &who.domains, err);

	if (status == LG_OK)
		status = lg_concerned_ask(directory, &who, NULL,
					  &made->concerned, err);
	if (status == LG_OK && filter)
		status = lg_fleet_filters_join(made->values, made->concerned,
					       LG_VALUE_APPLIES_TO,
					       LG_VALUE_APPLIES_TO_USERS, err);
	if (status == LG_OK && filter && !who.domains)
		status = finds_somebody(made, err);
	/* Nobody is listed, or no answer about them is needed. */
	if (status == LG_OK && !made->findings)
		status = lg_findings_new(&made->findings, err);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}

enum lg_status lg_fleet_make(const struct lg_fleet_event *prepare,
			     enum lg_dialect dialect,
			     const struct lg_strlist *break_glass,
			     const struct lg_directory *directory,
			     struct lg_fleet_made *out_made,
			     struct lg_error *err)
{
	const struct lg_fleet_filters filters = lg_fleet_filters_of(prepare);
	int filtered = filters.allow || filters.applies;
	struct lg_fleet_made made = {0};
	enum lg_status status;

	status = lg_fleet_values_join(prepare, &made.values, err);
	if (status == LG_OK && filtered && !directory)
		status =
			lg_error_set(err, LG_ERR_DIRECTORY, NULL,
				     "the lock names accounts by a filter, and "
				     "no directory could be asked for them");
	if (status == LG_OK)
		status = ask_listed(directory, dialect, break_glass,
				    filters.allow, &made, err);
	if (status == LG_OK && directory && lg_values_concern_some(made.values))
		status = ask_concerned(directory, filters.applies, &made, err);
	/* Without its answer a filter is a list of nobody. */
	if (status != LG_OK && filtered) {
		lg_fleet_made_release(&made);
		return status;
	}
	made.unasked = status == LG_ERR_DIRECTORY || status == LG_ERR_TIMEOUT;
	if (made.unasked) {
		lg_findings_free(&made.findings);
		lg_findings_free(&made.concerned);
	}
	if (status != LG_OK && !made.unasked)
		lg_fleet_made_release(&made);
	else
		*out_made = made;
	return status;
}

/* A file of the size that the lock will need, and gone again: better not ready
 * than prepared and then not in force. */
static enum lg_status has_room(const struct lg_state *state,
			       const struct lg_fleet_event *prepare,
			       struct lg_error *err)
{
	const struct lg_files *files = state->files;
	size_t len = ROOM_MIN;
	enum lg_status status;
	char *bytes;

	if (prepare->values)
		len += 2 *
		       lg_fleet_filters_size(prepare->values, &prepare->lists);
	bytes = malloc(len);
	if (!bytes)
		return lg_no_memory(err);
	memset(bytes, '#', len);
	status = files->replace(files->self, ROOM_FILE, bytes, len, err);
	files->remove(files->self, ROOM_FILE, NULL);
	free(bytes);
	return status;
}

/* LG_ERR_CONFLICT, LG_ERR_RANGE, LG_ERR_IO, LG_ERR_DENIED: why this gate could
 * not hold it as it is now (clocks that differ by more than a minute, too many
 * locks, no room on its disk). */
static enum lg_status can_hold(const struct lg_state *state,
			       const struct lg_fleet_event *prepare,
			       struct lg_error *err)
{
	int64_t ahead_ms = lg_state_now(state).wall_ms - prepare->at_ms;

	if (ahead_ms > SKEW_MAX_MS || ahead_ms < -SKEW_MAX_MS)
		return lg_error_set(
			err, LG_ERR_RANGE, NULL,
			"the clock here is %lld s %s that of who "
			"applies",
			(long long)(ahead_ms < 0 ? -ahead_ms : ahead_ms) / 1000,
			ahead_ms < 0 ? "behind" : "ahead of");
	if (state->lock_count >= LG_LOCKS_MAX) {
		lg_error_set(err, LG_ERR_CONFLICT, NULL,
			     "%d locks are in force or waiting here, and no "
			     "more are taken",
			     LG_LOCKS_MAX);
		return lg_error_code(err, "too-many-locks");
	}
	return has_room(state, prepare, err);
}

/* 1 where a lock that waits for its confirmation got it in time. */
static int is_confirmed(const struct lg_fleet_fate *fate)
{
	return fate->confirm &&
	       fate->confirm->at_ms < fate->confirm_by_s * 1000;
}

static int begins(const struct lg_state *state,
		  const struct lg_fleet_fate *fate)
{
	return lg_fleet_fate_state(fate, lg_state_now(state).wall_ms) ==
	       LG_FLEET_STATE_IN_FORCE;
}

/* What is to be done next. was_held: it was in force here once; one that is
 * not any more was ended here (lift --force, its time, not confirmed) and does
 * not come back. */
static enum lg_fleet_step next_step(const struct lg_state *state,
				    const struct lg_fleet_fate *fate,
				    int was_held)
{
	const struct lg_lock *lock = lg_state_lock(state, fate->lock);

	if (fate->end)
		return lock ? LG_FLEET_STEP_LIFT : LG_FLEET_STEP_NONE;
	if (!lock)
		return !was_held && begins(state, fate) ? LG_FLEET_STEP_BEGIN
							: LG_FLEET_STEP_NONE;
	if (!fate->prepare)
		return LG_FLEET_STEP_NONE;
	if (lock->confirm.wall_s && is_confirmed(fate))
		return LG_FLEET_STEP_CONFIRM;
	return lock->until.wall_s != fate->until_s ? LG_FLEET_STEP_EXTEND
						   : LG_FLEET_STEP_NONE;
}

static int64_t from_now(int64_t wall_s, int64_t now_s)
{
	return wall_s > now_s ? wall_s - now_s : 0;
}

static enum lg_status begin(struct lg_state *state,
			    const struct lg_fleet_fate *fate,
			    const struct lg_fleet_made *made,
			    struct lg_error *err)
{
	const struct lg_fleet_event *prepare = fate->prepare;
	int64_t now_s = lg_state_now(state).wall_ms / 1000;
	struct lg_target_lock request = {
		.id = fate->lock,
		.profile = prepare->profile,
		.variables = prepare->variables,
		.by = prepare->by,
		.reason = prepare->reason,
		.values = made->values,
		.findings = made->findings,
		.concerned = made->concerned,
		.replaces = prepare->replaces,
		.origin = LG_ORIGIN_FLEET,
		.until_s = fate->until_s,
		.at_s = prepare->starts_s > now_s ? prepare->starts_s : 0,
		.grace_s = from_now(fate->cut_at_s, now_s),
		.max_duration_s = prepare->max_duration_s,
	};
	struct lg_lock *lock = NULL;

	if (!is_confirmed(fate))
		request.confirm_within_s = from_now(fate->confirm_by_s, now_s);
	return lg_lock_apply(state, &request, &lock, err);
}

static enum lg_status lift(struct lg_state *state, struct lg_lock *lock,
			   const struct lg_fleet_fate *fate,
			   struct lg_error *err)
{
	enum lg_lock_end end = fate->end->kind == LG_FLEET_ABORT
				       ? LG_LOCK_END_UNDO
				       : LG_LOCK_END_LIFT;
	enum lg_status status =
		lg_lock_lift(state, lock, end, fate->end->by, NULL, NULL, err);

	/* Nobody is kept out by a full disk. */
	if (status != LG_OK && status != LG_ERR_NO_MEMORY)
		status = lg_lock_lift(state, lock, LG_LOCK_END_FORCE,
				      fate->end->by, NULL, NULL, err);
	return status;
}

/* What the fleet was told is so here, full disk or not: a lock that is
 * confirmed or extended everywhere must not end here alone. */
static enum lg_status move(struct lg_state *state, struct lg_lock *lock,
			   const struct lg_fleet_fate *fate,
			   enum lg_fleet_step step, struct lg_error *err)
{
	if (step == LG_FLEET_STEP_CONFIRM)
		return lg_lock_confirm(state, lock, fate->confirm->by, err);
	/* Who said that the lock ends when it does now. */
	return lg_lock_extend(state, lock,
			      fate->extend ? fate->extend->by : NULL,
			      fate->until_s, 0, err);
}

static enum lg_status move_anyway(struct lg_state *state, struct lg_lock *lock,
				  const struct lg_fleet_fate *fate,
				  enum lg_fleet_step step, struct lg_error *err)
{
	int deferred = state->defers;
	enum lg_status status = move(state, lock, fate, step, err);

	if (status != LG_ERR_IO && status != LG_ERR_DENIED)
		return status;
	state->defers = 1;
	status = move(state, lock, fate, step, err);
	state->defers = deferred;
	return status;
}

/* made is needed to begin. What follows (composing, cutting) is the caller's. A
 * lift is done in memory where the disk is full, and fails without memory
 * alone. */
static enum lg_status take_step(struct lg_state *state,
				const struct lg_fleet_fate *fate,
				enum lg_fleet_step step,
				const struct lg_fleet_made *made,
				struct lg_error *err)
{
	struct lg_lock *lock = lg_state_lock(state, fate->lock);

	switch (step) {
	case LG_FLEET_STEP_NONE:
		break;
	case LG_FLEET_STEP_BEGIN:
		return begin(state, fate, made, err);
	case LG_FLEET_STEP_EXTEND:
	case LG_FLEET_STEP_CONFIRM:
		return move_anyway(state, lock, fate, step, err);
	case LG_FLEET_STEP_LIFT:
		return lift(state, lock, fate, err);
	}
	return LG_OK;
}

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
	enum lg_status status = can_hold(state, task->fate.prepare, &task->err);

	return status == LG_OK && compiles
		       ? compiles(context, task->made, &task->err)
		       : status;
}

/* Each step changes what the next one depends on, so they are taken until there
 * is none. */
static enum lg_status take_steps(struct lg_state *state,
				 struct lg_fleet_task *task)
{
	enum lg_status status = LG_OK;
	int left = STEPS_MAX;

	while (status == LG_OK && left--) {
		enum lg_fleet_step step =
			next_step(state, &task->fate, task->was_held);

		if (step == LG_FLEET_STEP_NONE)
			return LG_OK;
		if (step == LG_FLEET_STEP_BEGIN &&
		    (!task->made || !task->made->values))
			return lg_error_set(&task->err, LG_ERR_DIRECTORY, NULL,
					    "its names are not verified yet");
		status = take_step(state, &task->fate, step, task->made,
				   &task->err);
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
