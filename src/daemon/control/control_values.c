/* SPDX-License-Identifier: ISC */
/*
 * control_values.c - the values as a whole: told, imported, restored
 *
 * What is written are the standing values; what is told is what all that is in
 * force comes to.
 */
#include "app/lock/backup.h"
#include "app/lock/lock_change.h"
#include "app/lock/picture.h"
#include "app/records/json_member.h"
#include "daemon/control/control.h"
#include "daemon/facts.h"
#include "daemon/turn.h"
#include "daemon/inside_loud.h"

static enum lg_status attach_registry(struct control_call *call,
				      const struct lg_registry *values,
				      struct lg_error *err)
{
	return lg_reg_text_render(values, LG_REG_ENCODING_UTF8,
				  &call->attach[call->attach_count++], err);
}

static enum lg_status attach_findings(struct control_call *call,
				      const struct lg_findings *findings,
				      struct lg_error *err)
{
	return findings
		       ? lg_findings_render(findings,
					    &call->attach[call->attach_count++],
					    err)
		       : LG_OK;
}

/* By hand; none where damage took them all: an import is the way out. */
static enum lg_status attach_standing(struct control_call *call,
				      const struct lg_state *state,
				      struct lg_error *err)
{
	struct lg_registry *none = NULL;
	enum lg_status status = lg_registry_new(&none, err);

	if (status == LG_OK)
		status = attach_registry(
			call, state->standing ? state->standing : none, err);
	lg_registry_free(&none);
	return status;
}

/* What all that is in force comes to; with "lock" what that lock sets, with
 * "standing" what stands without any. */
static enum lg_status run_values(const struct gate_inside *inside,
				 void *context, struct lg_error *err)
{
	struct control_call *call = context;
	const char *name = control_text(call, "lock");
	struct lg_registry *values = NULL;
	struct lg_lock *lock = NULL;
	struct lg_buffer comments = {0};
	enum lg_status status = LG_OK;

	if (control_flag(call, "standing"))
		return attach_standing(call, inside->state, err);
	if (name)
		status = lg_lock_choose(inside->state, name, LG_MEANT_ANY,
					&lock, err);
	if (status != LG_OK)
		return status;
	if (lock ? !lock->values : !lg_state_trusted(inside->state))
		return lg_error_set(err, LG_ERR_IO, LG_STATE_REGISTRY,
				    "no copy of the values can be read");
	if (!lock)
		status = lg_picture_values(inside->state, &values, err);
	if (status == LG_OK && !lock)
		status = lg_picture_comments(inside->state, &comments, err);
	if (status == LG_OK && comments.len)
		lg_json_text(call->answer, "comments", comments.data);
	lg_buffer_release(&comments);
	if (status == LG_OK)
		status = attach_registry(call, lock ? lock->values : values,
					 err);
	lg_registry_free(&values);
	return status;
}

static enum lg_status run_policy(const struct gate_inside *inside,
				 void *context, struct lg_error *err)
{
	const struct lg_policy *policy = gate_inside_policy(inside);
	const struct lg_state *state = inside->state;
	const struct lg_lock *last = lg_state_last(state);
	struct control_call *call = context;
	enum lg_status status;

	lg_json_text(call->answer, "gate",
		     policy && !inside->is_partial
			     ? lg_gate_state_name(lg_policy_gate(policy))
			     : NULL);
	lg_json_number(call->answer, "generation", (int64_t)state->generation);
	lg_json_time(call->answer, "until", last ? last->until.wall_s : 0);
	status = run_values(inside, call, err);
	return status == LG_OK ? attach_findings(call, state->findings, err)
			       : status;
}

void control_values(struct control_call *call)
{
	gate_look(call->gate, run_values, control_done, call);
}

void control_policy(struct control_call *call)
{
	gate_look(call->gate, run_policy, control_done, call);
}

/* Once the directory has answered for the names. */
static enum lg_status run_write(struct gate_inside *inside, void *context,
				struct gate_outcome *outcome,
				struct lg_error *err)
{
	struct control_call *call = context;
	struct lg_strlist names = {0};
	const struct lg_findings *findings =
		call->findings ? call->findings : inside->state->findings;
	enum lg_status status;

	status = gate_inside_check(inside->settings, call->values, findings,
				   NULL, err);
	if (status == LG_OK)
		status = lg_standing_write(inside->state, call->event, call->by,
					   call->values, findings, &names, err);
	if (status == LG_OK) {
		gate_log("%s %ss values", call->by ? call->by : "somebody",
			 lg_journal_event_name(call->event));
		if (gate_inside_enforce(inside, outcome, err) != LG_OK)
			lg_state_loud(inside->state,
				      GATE_NOT_YET_IN_FORCE ": %s", err->text);
		lg_json_names(call->answer, "values", &names);
	}
	lg_strlist_release(&names);
	lg_registry_free(&call->values);
	lg_findings_free(&call->findings);
	return status;
}

static void facts_came(void *context, enum lg_status status,
		       struct lg_findings *findings, const struct lg_error *err)
{
	struct control_call *call = context;

	call->findings = findings;
	if (status != LG_OK)
		control_fail_as(call, err);
	else
		gate_change(call->gate, run_write, control_done, call);
}

/* call->values are set. Which names does nobody know? */
static enum lg_status find_names(const struct gate_inside *inside,
				 struct control_call *call,
				 struct lg_error *err)
{
	int needs = 0;
	enum lg_status status;

	if (lg_state_locked(inside->state)) {
		lg_error_set(err, LG_ERR_CONFLICT, NULL,
			     "a lock is in force; lift it first");
		return lg_error_code(err, "already-in-force");
	}
	if (call->findings)
		return LG_OK;
	status = lg_missing_facts(inside->settings->dialect, call->values,
				  inside->state->findings, NULL, NULL, &needs,
				  err);
	/* Asked is about all of them: the answers replace those there are. */
	if (status == LG_OK && needs)
		status = lg_missing_facts(inside->settings->dialect,
					  call->values, NULL, &call->names.dn,
					  &call->names.user, &needs, err);
	return status;
}

static void names_found(struct gate *gate, void *context, enum lg_status status,
			const struct lg_error *err)
{
	struct control_call *call = context;
	struct lg_error failed = *err;

	if (status == LG_OK &&
	    (call->names.dn.count || call->names.user.count)) {
		status = gate_facts_ask_once(gate, &call->names, facts_came,
					     call, &failed);
		if (status == LG_OK)
			return;
	}
	if (status != LG_OK)
		control_fail_as(call, &failed);
	else
		gate_change(gate, run_write, control_done, call);
}

static enum lg_status run_import(const struct gate_inside *inside,
				 void *context, struct lg_error *err)
{
	struct control_call *call = context;
	enum lg_status status;

	if (call->block_count < 1 || call->block_count > 2)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "import without a file");
	status = lg_reg_text_parse(call->block[0].bytes, call->block[0].len,
				   "import", inside->state->standing,
				   &call->values, err);
	if (status == LG_OK)
		status = lg_standing_check(call->values, err);
	if (status == LG_OK && call->block_count > 1)
		status = lg_findings_parse(call->block[1].bytes,
					   call->block[1].len, "the findings",
					   &call->findings, err);
	return status != LG_OK ? status : find_names(inside, call, err);
}

void control_import(struct control_call *call)
{
	call->event = control_flag(call, "restores") ? LG_EVENT_RESTORE
						     : LG_EVENT_IMPORT;
	gate_look(call->gate, run_import, names_found, call);
}

static enum lg_status run_backup(const struct gate_inside *inside,
				 void *context, struct lg_error *err)
{
	struct control_call *call = context;
	const char *backup = control_text(call, "backup");
	struct lg_registry *values = NULL;
	struct lg_findings *findings = NULL;
	enum lg_status status;

	status = lg_backup_read(inside->state, backup ? backup : "", &values,
				&findings, err);
	if (status == LG_OK)
		status = attach_registry(call, values, err);
	if (status == LG_OK)
		status = attach_findings(call, findings, err);
	lg_findings_free(&findings);
	lg_registry_free(&values);
	return status;
}

void control_backup(struct control_call *call)
{
	gate_look(call->gate, run_backup, control_done, call);
}
