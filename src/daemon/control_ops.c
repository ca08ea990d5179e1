/* SPDX-License-Identifier: ISC */
/*
 * control_ops.c - requests that change something
 *
 * Each is an operation of app/window on the state, after which enforce.c makes
 * it take effect. An answer that tells who was cut waits for the sweep, at
 * most some seconds.
 */
#include "daemon/control.h"

#include <string.h>

#include "app/json_member.h"
#include "daemon/control_sessions.h"
#include "daemon/enforce.h"
#include "daemon/facts.h"
#include "daemon/gate_life.h"
#include "daemon/sweep.h"

static enum lg_status read_request(struct control_call *call,
				   struct lg_window_request *request,
				   struct lg_error *err)
{
	enum lg_status status;

	request->profile = control_text(call, "profile");
	request->by = call->by;
	request->reason = control_text(call, "reason");
	request->max_duration_s = -1;
	if ((status = control_time(call, "until", &request->until_s, err)) ||
	    (status = control_number(call, "for_s", &request->for_s, err)) ||
	    (status = control_time(call, "at", &request->at_s, err)) ||
	    (status = control_number(call, "confirm_within_s",
				     &request->confirm_within_s, err)) ||
	    (status =
		     control_number(call, "grace_s", &request->grace_s, err)) ||
	    (status = control_number(call, "max_duration_s",
				     &request->max_duration_s, err)))
		return status;
	if (!call->block_count)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "apply without values");
	return LG_OK;
}

static void tell_cut(void *context, const struct gate_sweep_report *report)
{
	struct control_call *call = context;

	lg_json_number(call->answer, "cut", (int64_t)report->cut);
	control_add_left(call, report->sessions);
	control_add_texts(call, "unasked", report->unasked);
	control_add_texts(call, "notes", report->notes);
	control_finish(call);
}

static const char *takes_effect(const struct gate *gate)
{
	const struct lg_dialect_traits *traits =
		lg_dialect_traits(gate->settings->dialect);

	return lg_takes_effect_name(traits->takes_effect);
}

void control_apply(struct control_call *call)
{
	struct lg_window_request request = {0};
	struct gate *gate = call->gate;
	struct lg_findings *findings = NULL;
	struct lg_registry *values = NULL;
	struct lg_error err = {0};
	enum lg_status status;

	status = read_request(call, &request, &err);
	if (!status)
		status = lg_reg_text_parse(call->block[0].bytes,
					   call->block[0].len, "the values",
					   NULL, &values, &err);
	if (!status && call->block_count > 1)
		status = lg_findings_parse(call->block[1].bytes,
					   call->block[1].len, "the findings",
					   &findings, &err);
	if (!status)
		status = gate_enforce_check(gate->settings, values, findings,
					    &err);
	if (!status) {
		request.values = values;
		request.findings = findings;
		status = lg_window_apply(gate->state, &request, &err);
	}
	lg_registry_free(&values);
	lg_findings_free(&findings);
	if (status) {
		control_fail_as(call, &err);
		return;
	}
	gate_log("%s applies %s", call->by ? call->by : "somebody",
		 request.profile ? request.profile : "values");
	status = gate_enforce(gate, &err);
	if (status && status != LG_ERR_DIRECTORY) {
		/* Values that no policy can be made of lock nobody out. */
		lg_window_lift(gate->state, LG_WINDOW_END_LIFT, call->by, NULL,
			       NULL, NULL);
		gate_enforce(gate, NULL);
		control_fail_as(call, &err);
		return;
	}
	lg_json_number(call->answer, "generation",
		       (int64_t)gate->state->lock->generation);
	lg_json_time(call->answer, "until", gate->state->lock->until.wall_s);
	lg_json_text(call->answer, "takes_effect", takes_effect(gate));
	lg_json_text(call->answer, "backup", gate->state->lock->backup);
	gate_sweeps_wait(gate, tell_cut, call);
}

void control_confirm(struct control_call *call)
{
	struct lg_error err = {0};

	if (lg_window_confirm(call->gate->state, call->by, &err)) {
		control_fail_as(call, &err);
		return;
	}
	gate_enforce_deadlines(call->gate);
	lg_json_time(call->answer, "until",
		     call->gate->state->lock->until.wall_s);
	control_finish(call);
}

void control_extend(struct control_call *call)
{
	struct lg_error err = {0};
	int64_t until_s = 0;
	int64_t for_s = 0;

	if (control_time(call, "until", &until_s, &err) ||
	    control_number(call, "for_s", &for_s, &err) ||
	    lg_window_extend(call->gate->state, call->by, until_s, for_s,
			     &err)) {
		control_fail_as(call, &err);
		return;
	}
	gate_show_times(call->gate);
	gate_enforce_deadlines(call->gate);
	lg_json_time(call->answer, "until",
		     call->gate->state->lock->until.wall_s);
	control_finish(call);
}

/* The lift is told when nothing is cut for the lock any more. */
static void tell_lifted(void *context, const struct gate_sweep_report *report)
{
	(void)report;
	control_finish(context);
}

void control_lift(struct control_call *call)
{
	struct lg_strlist restored = {0};
	struct lg_strlist changed = {0};
	struct lg_error err = {0};

	if (lg_window_lift(call->gate->state, LG_WINDOW_END_LIFT, call->by,
			   &restored, &changed, &err)) {
		control_fail_as(call, &err);
	} else {
		gate_log("%s lifts the lock", call->by ? call->by : "somebody");
		if (gate_enforce(call->gate, &err))
			gate_loud(call->gate,
				  "the earlier values are back on disk and "
				  "not yet in force: %s",
				  err.text);
		control_add_texts(call, "restored", &restored);
		control_add_texts(call, "changed", &changed);
		lg_json_text(call->answer, "takes_effect",
			     takes_effect(call->gate));
		gate_sweeps_settled(call->gate, tell_lifted, call);
	}
	lg_strlist_release(&restored);
	lg_strlist_release(&changed);
}

/* import and restore, once the directory has answered for the names. */
static void write_values(struct control_call *call,
			 const struct lg_findings *findings)
{
	struct lg_strlist names = {0};
	struct lg_error err = {0};

	if (gate_enforce_check(call->gate->settings, call->values, findings,
			       &err) ||
	    lg_window_write(call->gate->state, call->event, call->by,
			    call->values, findings, &names, &err)) {
		control_fail_as(call, &err);
	} else {
		gate_log("%s %ss values", call->by ? call->by : "somebody",
			 lg_journal_event_name(call->event));
		if (gate_enforce(call->gate, &err))
			gate_loud(call->gate,
				  "the values are on disk and not yet in "
				  "force: %s",
				  err.text);
		control_add_texts(call, "values", &names);
		control_finish(call);
	}
	lg_strlist_release(&names);
}

static void facts_came(void *context, enum lg_status status,
		       struct lg_findings *findings, const struct lg_error *err)
{
	struct control_call *call = context;

	if (status)
		control_fail_as(call, err);
	else
		write_values(call, findings);
	lg_findings_free(&findings);
}

/* call->values and call->event are set. */
static void ask_then_write(struct control_call *call)
{
	struct gate *gate = call->gate;
	struct lg_error err = {0};
	enum lg_status status = LG_OK;
	int needs = 0;

	if (gate->state->lock->phase != LG_LOCK_NONE)
		status = lg_error_set(&err, LG_ERR_CONFLICT, NULL,
				      "a lock is in force or pending; lift it "
				      "first");
	if (!status)
		status = lg_window_missing_facts(
			gate->settings->dialect, call->values,
			gate->state->findings, NULL, NULL, &needs, &err);
	if (!status && needs) {
		status = gate_facts_ask_once(gate, call->values, facts_came,
					     call, &err);
		if (!status)
			return;
	}
	if (status)
		control_fail_as(call, &err);
	else
		write_values(call, gate->state->findings);
}

void control_import(struct control_call *call)
{
	struct lg_error err = {0};
	enum lg_status status;

	if (call->block_count != 1)
		status = lg_error_set(&err, LG_ERR_SYNTAX, NULL,
				      "import without a file");
	else
		status = lg_reg_text_parse(
			call->block[0].bytes, call->block[0].len, "import",
			call->gate->state->values, &call->values, &err);
	if (status) {
		control_fail_as(call, &err);
		return;
	}
	call->event = LG_EVENT_IMPORT;
	ask_then_write(call);
}

void control_restore(struct control_call *call)
{
	const char *backup = control_text(call, "backup");
	struct lg_findings *findings = NULL;
	struct lg_error err = {0};

	if (lg_state_read_backup(call->gate->state, backup ? backup : "",
				 &call->values, &findings, &err)) {
		control_fail_as(call, &err);
		return;
	}
	call->event = LG_EVENT_RESTORE;
	if (findings)
		write_values(call, findings);
	else
		ask_then_write(call);
	lg_findings_free(&findings);
}

void control_reload(struct control_call *call)
{
	struct lg_error err = {0};

	if (gate_reload(call->gate, &err))
		control_fail_as(call, &err);
	else
		control_finish(call);
}
