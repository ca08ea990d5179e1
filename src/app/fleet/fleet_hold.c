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

#include "app/change/concerned.h"
#include "app/change/found_dns.h"
#include "app/fleet/fleet_filters.h"
#include "app/fleet/fleet_values.h"

#define SKEW_MAX_MS 60000
/* What a beginning lock writes beside its values and those before. */
#define ROOM_MIN 65536
#define ROOM_FILE "fleet.room"

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

enum lg_status lg_fleet_can_hold(const struct lg_state *state,
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

enum lg_fleet_step lg_fleet_next_step(const struct lg_state *state,
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
	struct lg_lock_request request = {
		.id = fate->lock,
		.profile = prepare->profile,
		.variables = prepare->variables,
		.by = prepare->by,
		.reason = prepare->reason,
		.values = made->values,
		.findings = made->findings,
		.concerned = made->concerned,
		.place = prepare->replaces ? LG_LOCK_REPLACES : LG_LOCK_BESIDE,
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

/* Who said that the lock ends when it does now. */
static const char *extends(const struct lg_fleet_fate *fate)
{
	return fate->extend ? fate->extend->by : NULL;
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
	return lg_lock_extend(state, lock, extends(fate), fate->until_s, 0,
			      err);
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

enum lg_status lg_fleet_take_step(struct lg_state *state,
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
