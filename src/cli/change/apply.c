/* SPDX-License-Identifier: ISC */
/*
 * apply.c - puts a plan in force, through the gate or on state_dir
 *
 * The values sent are what the profile sets and nothing else: what they come to
 * beside other locks is the gate's to say. When it says that it is done, it is
 * asked what the lock does now (A5): one that is not what the plan said is
 * taken back.
 */
#include <string.h>

#include "app/records/json_member.h"
#include "base/instant.h"

#include "app/lock/lock_change.h"
#include "cli/change/apply.h"
#include "cli/change/effect.h"
#include "cli/change/servers_apply.h"
#include "cli/open/locks.h"
#include "cli/output.h"
#include "cli/open/targets.h"

enum lg_exit lg_cli_change_exit(enum lg_status status)
{
	switch (status) {
	case LG_ERR_CONFLICT:
		return LG_EXIT_WOULD_NOT_LOCK;
	case LG_ERR_RANGE:
		return LG_EXIT_USAGE;
	case LG_ERR_IO:
	case LG_ERR_TIMEOUT:
		return LG_EXIT_PUT_BACK;
	case LG_OK:
	case LG_ERR_SYNTAX:
	case LG_ERR_LIMIT:
	case LG_ERR_UNKNOWN_KEY:
	case LG_ERR_DIRECTORY:
	case LG_ERR_DENIED:
	case LG_ERR_NO_MEMORY:
	case LG_ERR_BUG:
		break;
	}
	return lg_cli_exit(status);
}

int lg_cli_state_failed(struct lg_cli *cli, const struct lg_error *err)
{
	/* Somebody else holds state_dir: nothing was written. */
	if (err->status == LG_ERR_CONFLICT || err->status == LG_ERR_IO)
		return lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, err);
	return lg_cli_fail(cli, err);
}

/* The one target that is this machine's gate. */
static const struct lg_plan_target *local_target(const struct lg_prepared *p)
{
	for (size_t i = 0; i < p->server_count; i++) {
		if (p->server[i].is_local)
			return &p->plan->target[i];
	}
	return NULL;
}

static const char *profile_name(const struct lg_prepared *p)
{
	return p->profile->name;
}

static enum lg_lock_place place_of(struct lg_cli *cli)
{
	return lg_cli_option(cli, "replace") != NULL ? LG_LOCK_REPLACES
						     : LG_LOCK_BESIDE;
}

/* What state_dir has to say and nobody asks for. */
static void tell_loud(struct lg_cli *cli, const struct lg_state *state)
{
	for (size_t i = 0; i < state->loud.count; i++)
		lg_cli_say(cli, LG_EXIT_DONE, NULL, "%s", state->loud.item[i]);
}

static int apply_here(struct lg_cli *cli, const struct lg_prepared *p,
		      const struct lg_plan_target *target,
		      struct lg_applied *out_applied)
{
	struct lg_lock_request request = {
		.id = out_applied->id,
		.profile = profile_name(p),
		.variables = p->variables,
		.by = lg_cli_by(cli),
		.reason = lg_cli_option(cli, "reason"),
		.values = target->values,
		.place = place_of(cli),
		.for_s = p->for_s,
		.until_s = p->for_s > 0 ? 0 : p->input.until_s,
		.at_s = p->input.starts_s > p->input.now_s ? p->input.starts_s
							   : 0,
		.confirm_within_s = p->confirm_within_s,
		.grace_s = p->grace_s,
		.max_duration_s = p->profile->max_duration_s,
	};
	struct lg_state *state = NULL;
	struct lg_lock *lock = NULL;
	struct lg_error err;
	enum lg_status status;

	if (p->plan->facts == LG_FACTS_FINDINGS) {
		request.findings = p->plan->findings;
		request.concerned = p->plan->concerned;
	}
	if (lg_cli_state(cli, LG_STATE_WRITE, &state, &err) != LG_OK)
		return lg_cli_state_failed(cli, &err);
	status = lg_lock_apply(state, &request, &lock, &err);
	tell_loud(cli, state);
	if (status != LG_OK)
		return lg_cli_fail_as(cli, lg_cli_change_exit(status), &err);
	out_applied->until_s = lock->until.wall_s;
	return LG_EXIT_DONE;
}

static cJSON *apply_request(struct lg_cli *cli, const struct lg_prepared *p,
			    const char *id)
{
	cJSON *request = lg_cli_request("apply");

	lg_json_text(request, "id", id);
	lg_json_text(request, "profile", profile_name(p));
	if (p->variables != NULL)
		lg_json_text(request, "variables", p->variables);
	if (place_of(cli) == LG_LOCK_REPLACES)
		lg_json_bool(request, "replace", 1);
	if (p->for_s > 0)
		lg_json_number(request, "for_s", p->for_s);
	else
		lg_json_time(request, "until", p->input.until_s);
	if (p->input.starts_s > p->input.now_s)
		lg_json_time(request, "at", p->input.starts_s);
	if (p->confirm_within_s > 0)
		lg_json_number(request, "confirm_within_s",
			       p->confirm_within_s);
	if (p->grace_s > 0)
		lg_json_number(request, "grace_s", p->grace_s);
	if (p->profile->max_duration_s >= 0)
		lg_json_number(request, "max_duration_s",
			       p->profile->max_duration_s);
	if (lg_cli_option(cli, "reason") != NULL)
		lg_json_text(request, "reason", lg_cli_option(cli, "reason"));
	lg_json_text(request, "caller", lg_cli_by(cli));
	return request;
}

static uint64_t number_of(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsNumber(item) && item->valuedouble > 0
		       ? (uint64_t)item->valuedouble
		       : 0;
}

/* What the lock of that id does by itself, as the gate says; "": no such
 * lock. */
static const char *gate_of(const cJSON *status, const char *id)
{
	const cJSON *lock;

	cJSON_ArrayForEach(lock,
			   cJSON_GetObjectItemCaseSensitive(status, "locks")) {
		const char *is = cJSON_GetStringValue(
			cJSON_GetObjectItemCaseSensitive(lock, "id"));
		const char *gate = cJSON_GetStringValue(
			cJSON_GetObjectItemCaseSensitive(lock, "gate"));

		if (is != NULL && strcmp(is, id) == 0)
			return gate != NULL ? gate : "silent";
	}
	return "";
}

/* A5: what the gate does now is what the plan said, or it is taken back. */
static int test_gate(struct lg_cli *cli, const struct lg_prepared *p,
		     const struct lg_plan_target *target, const char *id)
{
	struct lg_control_answer answer = {0};
	const cJSON *status;
	const char *gate;
	int code;

	if (target->takes_effect != LG_TAKES_EFFECT_AT_ONCE ||
	    p->input.starts_s > p->input.now_s)
		return LG_EXIT_DONE;
	code = lg_cli_ask(cli, p->control, lg_cli_request("status"), NULL, 0,
			  &answer);
	if (code != LG_EXIT_DONE)
		return code;
	status = cJSON_GetObjectItemCaseSensitive(answer.object, "status");
	gate = gate_of(status, id);
	if (strcmp(gate, lg_gate_state_name(target->gate)) != 0)
		code = lg_cli_say(cli, LG_EXIT_PUT_BACK, NULL,
				  "the lock is %s at the gate where the plan "
				  "said %s; it is taken back",
				  *gate != '\0' ? gate : "over already",
				  lg_gate_state_name(target->gate));
	lg_control_release(&answer);
	if (code == LG_EXIT_PUT_BACK &&
	    lg_cli_lift_gate(cli, id, NULL) != LG_EXIT_DONE)
		code = LG_EXIT_NOT_PUT_BACK;
	return code;
}

/* What the gate says of the doors while it cuts, on stderr. */
static void say_texts(struct lg_cli *cli, const cJSON *answer, const char *name,
		      const char *about)
{
	const cJSON *item;

	cJSON_ArrayForEach(item,
			   cJSON_GetObjectItemCaseSensitive(answer, name)) {
		if (cJSON_IsString(item) && !cli->quiet)
			lg_cli_say(cli, LG_EXIT_DONE, NULL, "%s: %s", about,
				   item->valuestring);
	}
}

static int apply_at_gate(struct lg_cli *cli, const struct lg_prepared *p,
			 const struct lg_plan_target *target,
			 struct lg_applied *out_applied)
{
	struct lg_control_answer answer = {0};
	struct lg_control_block block[3];
	struct lg_buffer values = {0}, findings = {0}, concerned = {0};
	size_t blocks = 1;
	struct lg_error err;
	enum lg_status status;
	int code;

	status = lg_reg_text_render(target->values, LG_REG_ENCODING_UTF8,
				    &values, &err);
	if (status == LG_OK && p->plan->facts == LG_FACTS_FINDINGS)
		status = lg_findings_render(p->plan->findings, &findings, &err);
	if (status == LG_OK && p->plan->facts == LG_FACTS_FINDINGS &&
	    p->plan->concerned != NULL)
		status = lg_findings_render(p->plan->concerned, &concerned,
					    &err);
	if (status != LG_OK) {
		code = lg_cli_fail(cli, &err);
		goto out;
	}
	block[0].bytes = values.data;
	block[0].len = values.len;
	if (p->plan->facts == LG_FACTS_FINDINGS) {
		block[1].bytes = findings.data;
		block[1].len = findings.len;
		blocks = 2;
	}
	if (blocks == 2 && p->plan->concerned != NULL) {
		block[2].bytes = concerned.data;
		block[2].len = concerned.len;
		blocks = 3;
	}
	code = lg_cli_ask(cli, p->control,
			  apply_request(cli, p, out_applied->id), block, blocks,
			  &answer);
	if (code != LG_EXIT_DONE)
		goto out;
	out_applied->until_s = lg_json_time_of(answer.object, "until");
	out_applied->cut = number_of(answer.object, "cut");
	out_applied->left = number_of(answer.object, "left_count");
	say_texts(cli, answer.object, "unasked", "not asked for its sessions");
	say_texts(cli, answer.object, "notes", "cutting");
	code = test_gate(cli, p, target, out_applied->id);
out:
	lg_control_release(&answer);
	lg_buffer_release(&concerned);
	lg_buffer_release(&findings);
	lg_buffer_release(&values);
	return code;
}

/* A5: test accounts of the gate's own target log on at its doors. */
static int test_logons(struct lg_cli *cli, const struct lg_prepared *p,
		       const struct lg_plan_target *target, const char *id)
{
	const struct lg_target_settings *named;
	const struct lg_settings *settings;
	struct lg_error err;

	if (lg_cli_effect(p, (size_t)(target - p->plan->target)) !=
		    LG_EFFECT_NOW ||
	    lg_cli_settings(cli, &settings, &err) != LG_OK)
		return LG_EXIT_DONE;
	named = lg_cli_target(settings, target->name);
	if (named == NULL || lg_cli_target_test(named, &err) == LG_OK)
		return LG_EXIT_DONE;
	lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, &err);
	return lg_cli_lift_gate(cli, id, NULL) == LG_EXIT_DONE
		       ? LG_EXIT_PUT_BACK
		       : LG_EXIT_NOT_PUT_BACK;
}

int lg_cli_apply_gate(struct lg_cli *cli, const struct lg_prepared *prepared,
		      struct lg_applied *out_applied)
{
	const struct lg_plan_target *target = local_target(prepared);
	int code;

	if (prepared->control == NULL)
		return apply_here(cli, prepared, target, out_applied);
	code = apply_at_gate(cli, prepared, target, out_applied);
	if (code == LG_EXIT_DONE)
		code = test_logons(cli, prepared, target, out_applied->id);
	return code;
}

int lg_cli_apply(struct lg_cli *cli, const struct lg_prepared *prepared,
		 struct lg_applied *out_applied)
{
	struct lg_error err;
	int code;

	*out_applied = (struct lg_applied){0};
	if (lg_cli_new_id(out_applied->id, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	code = lg_cli_probe_before(cli, prepared);
	if (code != LG_EXIT_DONE)
		return code;
	if (lg_cli_servers_needed(prepared))
		return lg_cli_servers_apply(cli, prepared, out_applied);
	return lg_cli_apply_gate(cli, prepared, out_applied);
}
