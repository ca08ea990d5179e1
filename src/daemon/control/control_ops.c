/* SPDX-License-Identifier: ISC */
/*
 * control_ops.c - requests that change something
 *
 * Each is an operation of app/lock on the state, on the state lane, and made to
 * take effect there: when the loop answers, it is in force. An answer that
 * tells who was cut waits for the sweep, at most some seconds.
 */
#include "daemon/control/control.h"

#include <string.h>

#include "base/listed.h"
#include "base/local_time.h"
#include "core/policy/message.h"

#include "adapters/system/system_clock.h"
#include "app/records/json_member.h"
#include "app/lock/backup.h"
#include "app/lock/lock_change.h"
#include "daemon/turn.h"
#include "daemon/reload.h"
#include "daemon/sessions/sweep.h"
#include "daemon/inside_loud.h"

static enum lg_status read_request(struct control_call *call,
				   struct lg_target_lock *request,
				   struct lg_error *err)
{
	enum lg_status status;

	request->id = control_text(call, "id");
	request->profile = control_text(call, "profile");
	request->variables = control_text(call, "variables");
	request->replaces = control_flag(call, "replace");
	request->origin = call->conn->tls ? LG_ORIGIN_REMOTE : LG_ORIGIN_HERE;
	request->by = call->by;
	request->reason = control_text(call, "reason");
	request->max_duration_s = -1;
	if ((status = control_time(call, "until", &request->until_s, err)) !=
		    LG_OK ||
	    (status = control_number(call, "for_s", &request->for_s, err)) !=
		    LG_OK ||
	    (status = control_time(call, "at", &request->at_s, err)) != LG_OK ||
	    (status = control_number(call, "confirm_within_s",
				     &request->confirm_within_s, err)) !=
		    LG_OK ||
	    (status = control_number(call, "grace_s", &request->grace_s,
				     err)) != LG_OK ||
	    (status = control_number(call, "max_duration_s",
				     &request->max_duration_s, err)) != LG_OK)
		return status;
	if (!call->block_count)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "apply without values");
	return LG_OK;
}

static void add_takes_effect(struct control_call *call,
			     const struct gate_inside *inside)
{
	const struct lg_dialect_traits *traits =
		lg_dialect_traits(inside->settings->dialect);

	lg_json_text(call->answer, "takes_effect",
		     lg_takes_effect_name(traits->takes_effect));
}

static void put_time(const char *what, int64_t at_s, struct lg_buffer *out)
{
	struct lg_zone zone = lg_system_zone();
	char text[LG_TIME_FULL_SIZE];

	lg_time_format_full(at_s, &zone, text);
	lg_buffer_format(out, "%s%s", what, text);
}

/* The journal tells a lock's story to who was not there. */
static void log_lock(const char *event, const char *does,
		     const struct control_call *call,
		     const struct lg_lock *lock)
{
	const struct gate_event about = {GATE_NOTICE, event, lock->id,
					 lock->profile};
	struct lg_buffer more = {0};

	if (lg_lock_waits(lock))
		put_time(", from ", lock->start.wall_s, &more);
	if (lock->until.wall_s)
		put_time(", until ", lock->until.wall_s, &more);
	if (lock->reason && *lock->reason) {
		lg_buffer_text(&more, ": ");
		lg_message_clean(lock->reason, strlen(lock->reason), &more);
	}
	gate_log_event(&about, "%s %s %s (%s)%s",
		       call->by ? call->by : "somebody", does,
		       lock->profile ? lock->profile : "values", lock->id,
		       more.data ? more.data : "");
	lg_buffer_release(&more);
}

static enum lg_status
put_in_force(struct gate_inside *inside, const struct control_call *call,
	     const struct lg_target_lock *request, struct gate_outcome *outcome,
	     struct lg_lock **out_lock, struct lg_error *err)
{
	enum lg_status status =
		lg_lock_apply(inside->state, request, out_lock, err);

	if (status != LG_OK)
		return status;
	log_lock("applied", "applies", call, *out_lock);
	status = gate_inside_enforce(inside, outcome, err);
	if (status == LG_OK || status == LG_ERR_DIRECTORY)
		return LG_OK;
	/* Values that no policy can be made of lock nobody out. */
	lg_lock_lift(inside->state, *out_lock, LG_LOCK_END_UNDO, call->by, NULL,
		     NULL, NULL);
	gate_inside_enforce(inside, outcome, NULL);
	return status;
}

/* The ids of those that were there before. */
static void add_beside(struct control_call *call, const struct lg_state *state,
		       const struct lg_lock *lock)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < state->lock_count; i++)
		if (state->lock[i] != lock)
			lg_json_item(array, state->lock[i]->id);
	lg_json_add(call->answer, "beside", array);
}

static enum lg_status run_apply(struct gate_inside *inside, void *context,
				struct gate_outcome *outcome,
				struct lg_error *err)
{
	struct lg_target_lock request = {0};
	struct control_call *call = context;
	struct lg_findings *findings = NULL;
	struct lg_findings *concerned = NULL;
	struct lg_registry *values = NULL;
	struct lg_lock *lock = NULL;
	enum lg_status status;

	status = read_request(call, &request, err);
	if (status == LG_OK)
		status = lg_reg_text_parse(call->block[0].bytes,
					   call->block[0].len, "the values",
					   NULL, &values, err);
	if (status == LG_OK && call->block_count > 1)
		status = lg_findings_parse(call->block[1].bytes,
					   call->block[1].len, "the findings",
					   &findings, err);
	if (status == LG_OK && call->block_count > 2)
		status = lg_findings_parse(call->block[2].bytes,
					   call->block[2].len,
					   "those concerned", &concerned, err);
	if (status == LG_OK)
		status = gate_inside_check(inside->settings, values, findings,
					   concerned, err);
	if (status == LG_OK) {
		request.concerned = concerned;
		request.values = values;
		request.findings = findings;
		status = put_in_force(inside, call, &request, outcome, &lock,
				      err);
	}
	lg_registry_free(&values);
	lg_findings_free(&findings);
	lg_findings_free(&concerned);
	if (status != LG_OK)
		return status;
	lg_json_text(call->answer, "id", lock->id);
	add_beside(call, inside->state, lock);
	lg_json_number(call->answer, "generation", (int64_t)lock->generation);
	lg_json_time(call->answer, "until", lock->until.wall_s);
	add_takes_effect(call, inside);
	lg_json_text(call->answer, "backup", lock->backup);
	return LG_OK;
}

static void applied(struct gate *gate, void *context, enum lg_status status,
		    const struct lg_error *err)
{
	if (status != LG_OK)
		control_fail_as(context, err);
	else
		gate_sweeps_wait(gate, control_tell_cut, context);
}

void control_apply(struct control_call *call)
{
	gate_change(call->gate, run_apply, applied, call);
}

/* "lock": a profile's name or an id; absent: the only one. */
static enum lg_status choose_ours(const struct gate_inside *inside,
				  const struct control_call *call,
				  enum lg_lock_meant meant,
				  struct lg_lock **out_lock,
				  struct lg_error *err)
{
	enum lg_status status =
		lg_lock_choose(inside->state, control_text(call, "lock"), meant,
			       out_lock, err);

	return status == LG_OK ? lg_lock_is_ours(*out_lock, err) : status;
}

static enum lg_status run_confirm(struct gate_inside *inside, void *context,
				  struct gate_outcome *outcome,
				  struct lg_error *err)
{
	struct control_call *call = context;
	struct lg_lock *lock = NULL;
	enum lg_status status;

	status = choose_ours(inside, call, LG_MEANT_UNCONFIRMED, &lock, err);
	if (status == LG_OK)
		status = lg_lock_confirm(inside->state, lock, call->by, err);
	if (status == LG_OK) {
		lg_json_text(call->answer, "id", lock->id);
		lg_json_time(call->answer, "until", lock->until.wall_s);
	}
	return status;
}

void control_confirm(struct control_call *call)
{
	gate_change(call->gate, run_confirm, control_done, call);
}

static enum lg_status run_extend(struct gate_inside *inside, void *context,
				 struct gate_outcome *outcome,
				 struct lg_error *err)
{
	struct control_call *call = context;
	struct lg_lock *lock = NULL;
	enum lg_status status;
	int64_t until_s = 0;
	int64_t for_s = 0;

	status = control_time(call, "until", &until_s, err);
	if (status == LG_OK)
		status = control_number(call, "for_s", &for_s, err);
	if (status == LG_OK)
		status = choose_ours(inside, call, LG_MEANT_ANY, &lock, err);
	if (status == LG_OK)
		status = lg_lock_extend(inside->state, lock, call->by, until_s,
					for_s, err);
	if (status != LG_OK)
		return status;
	lg_json_text(call->answer, "id", lock->id);
	lg_json_time(call->answer, "until", lock->until.wall_s);
	log_lock("extended", "moves the end of", call, lock);
	/* Which lock speaks depends on the ends. */
	gate_inside_enforce(inside, outcome, NULL);
	return LG_OK;
}

void control_extend(struct control_call *call)
{
	gate_change(call->gate, run_extend, control_done, call);
}

static enum lg_status lift_one(struct gate_inside *inside,
			       struct control_call *call, struct lg_lock *lock,
			       struct lg_strlist *ids,
			       struct lg_strlist *restored,
			       struct lg_strlist *changes, struct lg_error *err)
{
	enum lg_lock_end end = control_flag(call, "force") ? LG_LOCK_END_FORCE
							   : LG_LOCK_END_LIFT;
	struct lg_buffer profile = {0};
	char id[LG_LOCK_ID_SIZE];
	enum lg_status status;

	memcpy(id, lock->id, sizeof(id));
	if (lock->profile)
		lg_buffer_text(&profile, lock->profile);
	status = lg_lock_lift(inside->state, lock, end, call->by, restored,
			      changes, err);
	if (status == LG_OK) {
		struct gate_event about = {GATE_NOTICE, "lifted", id,
					   profile.data};

		gate_log_event(&about, "%s lifts %s (%s)",
			       call->by ? call->by : "somebody",
			       profile.data ? profile.data : "values", id);
		status = lg_strlist_add(ids, id, strlen(id), err);
	}
	lg_buffer_release(&profile);
	return status;
}

/* Whether the locks that are to be lifted may be lifted here. */
static enum lg_status may_lift(const struct gate_inside *inside,
			       const struct control_call *call,
			       const struct lg_lock *lock, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	if (control_flag(call, "force"))
		return LG_OK;
	if (!control_flag(call, "all"))
		return lg_lock_is_ours(lock, err);
	for (size_t i = 0; i < inside->state->lock_count && status == LG_OK;
	     i++)
		status = lg_lock_is_ours(inside->state->lock[i], err);
	return status;
}

/* It is over in memory alone. */
static void add_unwritten(struct control_call *call,
			  const struct lg_state *state)
{
	struct lg_strlist loud = {0};

	for (size_t i = 0; i < state->loud.count; i++)
		if (!strncmp(state->loud.item[i], LG_STATE_UNWRITTEN,
			     strlen(LG_STATE_UNWRITTEN)))
			lg_list_text(&loud, state->loud.item[i], NULL);
	lg_json_names(call->answer, "loud", &loud);
	lg_strlist_release(&loud);
}

static enum lg_status run_lift(struct gate_inside *inside, void *context,
			       struct gate_outcome *outcome,
			       struct lg_error *err)
{
	struct control_call *call = context;
	int all = control_flag(call, "all");
	struct lg_strlist restored = {0};
	struct lg_strlist changes = {0};
	struct lg_strlist ids = {0};
	struct lg_lock *lock = NULL;
	enum lg_status status = LG_OK;

	/* What a full disk owes does not keep anybody locked out. */
	gate_inside_catch_up(inside, NULL);
	if (all && inside->state->lock_count)
		lock = inside->state->lock[0];
	if (!lock)
		status = lg_lock_choose(inside->state,
					control_text(call, "lock"),
					LG_MEANT_ANY, &lock, err);
	if (status == LG_OK)
		status = may_lift(inside, call, lock, err);
	while (status == LG_OK && lock) {
		status = lift_one(inside, call, lock, &ids, &restored, &changes,
				  err);
		lock = all && inside->state->lock_count ? inside->state->lock[0]
							: NULL;
	}
	if (ids.count) {
		struct lg_error failed = {0};

		if (gate_inside_enforce(inside, outcome, &failed) != LG_OK &&
		    !inside->is_partial)
			lg_state_loud(inside->state,
				      GATE_NOT_YET_IN_FORCE ": %s",
				      failed.text);
		lg_backup_prune(inside->state, inside->settings->keep_days);
	}
	if (status == LG_OK) {
		lg_json_names(call->answer, "lifted", &ids);
		lg_json_names(call->answer, "restored", &restored);
		lg_json_names(call->answer, "changed", &changes);
		add_unwritten(call, inside->state);
		add_takes_effect(call, inside);
	}
	lg_strlist_release(&ids);
	lg_strlist_release(&restored);
	lg_strlist_release(&changes);
	return status;
}

/* The lift is told when nothing is cut for the lock any more. */
static void tell_lifted(void *context, const struct gate_sweep_report *report)
{
	(void)report;
	control_finish(context);
}

static void lifted(struct gate *gate, void *context, enum lg_status status,
		   const struct lg_error *err)
{
	if (status != LG_OK)
		control_fail_as(context, err);
	else
		gate_sweeps_settled(gate, tell_lifted, context);
}

void control_lift(struct control_call *call)
{
	gate_change_due(call->gate, run_lift, lifted, call);
}

static void reloaded(void *context, enum lg_status status,
		     const struct lg_error *err)
{
	struct control_call *call = context;

	if (status != LG_OK)
		control_fail_as(call, err);
	else
		control_finish(call);
}

void control_reload(struct control_call *call)
{
	gate_reload(call->gate, reloaded, call);
}
