/* SPDX-License-Identifier: ISC */
/*
 * plan_judge.c - what a plan means for people, and whether apply may go on
 *
 * The targets are compiled; here the plan is held against who applies it, when
 * it ends, who is logged on and which doors ask. What stands in the way is
 * collected last, and the worst of it is the answer.
 */
#include <stdlib.h>
#include <string.h>

#include "app/change/plan_parts.h"

static const struct lg_account *
caller_account(const struct lg_findings *findings)
{
	for (size_t i = 0; i < findings->account_count; i++) {
		if (findings->account[i].asked_as == LG_ASKED_CALLER)
			return &findings->account[i];
	}
	return NULL;
}

/* locks-you-out: the directory knows the caller and the names refuse them. */
static enum lg_status judge_caller(struct lg_plan *plan,
				   const struct lg_plan_input *input,
				   struct lg_error *err)
{
	const struct lg_account *account = caller_account(plan->findings);
	struct lg_attempt attempt = {0};
	enum lg_status status = LG_OK;

	if (input->caller == NULL || account == NULL ||
	    (account->finding != LG_FINDING_ONE &&
	     account->finding != LG_FINDING_MANY))
		return LG_OK;
	attempt.user = input->caller;
	attempt.user_len = strlen(input->caller);
	if (account->finding == LG_FINDING_ONE && account->dn != NULL) {
		attempt.dn = account->dn;
		attempt.dn_len = strlen(account->dn);
	}
	for (size_t i = 0; i < plan->target_count && status == LG_OK; i++) {
		const struct lg_policy *policy = plan->target[i].policy;
		struct lg_decision decision;

		if (policy == NULL)
			continue;
		decision = lg_policy_decide(policy, &attempt);
		if (decision.reason != LG_REASON_NOT_LISTED &&
		    decision.reason != LG_REASON_NOBODY)
			continue;
		status = lg_warnings_add(
			&plan->warnings, LG_WARN_LOCKS_YOU_OUT, err,
			"your own account, %s, is neither listed nor "
			"break-glass: it would be locked out too",
			input->caller);
		break;
	}
	return status;
}

static enum lg_status judge_time(struct lg_plan *plan,
				 const struct lg_plan_input *input,
				 struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < plan->target_count && status == LG_OK; i++) {
		const struct lg_plan_server *server = &input->server[i];
		int64_t poll_s = server->next_poll_s;

		if (plan->target[i].takes_effect != LG_TAKES_EFFECT_POLL ||
		    plan->target[i].restarts || plan->until_s == 0)
			continue;
		if (poll_s < plan->starts_s)
			poll_s = plan->starts_s + LG_POLL_INTERVAL_S;
		if (plan->until_s <= poll_s)
			status = lg_warnings_add(
				&plan->warnings, LG_WARN_ENDS_BEFORE_IT_BITES,
				err,
				"%s reads its values every %d minutes: the "
				"lock may be over before it takes effect",
				plan->target[i].name, LG_POLL_INTERVAL_S / 60);
	}
	return status;
}

static enum lg_status judge_sessions(struct lg_plan *plan,
				     const struct lg_plan_input *input,
				     struct lg_error *err)
{
	const struct lg_plan_target *local = NULL;
	enum lg_status status = LG_OK;
	int is_local = 0;

	for (size_t i = 0; i < plan->target_count; i++) {
		if (input->server[i].is_local) {
			local = &plan->target[i];
			is_local = 1;
		}
	}
	if (is_local && input->session_control == LG_SESSIONS_UNKNOWN)
		return lg_warnings_add(
			&plan->warnings, LG_WARN_NO_SESSION_CONTROL, err,
			"no server here lists its open sessions: users already "
			"logged on stay connected");
	plan->session_count = input->session_count;
	if (is_local && input->uncut != NULL)
		status = lg_warnings_add(&plan->warnings,
					 LG_WARN_NO_SESSION_CONTROL, err, "%s",
					 input->uncut);
	if (status != LG_OK)
		return status;
	if (input->session_count == 0)
		return LG_OK;
	plan->cut = calloc(input->session_count, 1);
	plan->decision = calloc(input->session_count, sizeof(*plan->decision));
	if (plan->cut == NULL || plan->decision == NULL)
		return lg_no_memory(err);
	if (local == NULL || local->policy == NULL)
		return LG_OK;
	plan->cut_count =
		lg_sweep_plan(local->policy, input->session,
			      input->session_count, plan->cut, plan->decision);
	if (local->restarts) {
		/* T1: the restart itself ends every session. */
		memset(plan->cut, 1, input->session_count);
		plan->cut_count = input->session_count;
	}
	if (input->can_cut != NULL)
		plan->cut_count = input->can_cut(
			input->session, input->session_count, plan->cut);
	return LG_OK;
}

static enum lg_status judge_doors(struct lg_plan *plan,
				  const struct lg_plan_input *input,
				  struct lg_error *err)
{
	const struct lg_strlist *doors = input->unasking_doors;
	enum lg_status status = LG_OK;

	for (size_t i = 0; doors != NULL && i < doors->count && status == LG_OK;
	     i++)
		status = lg_warnings_add(&plan->warnings,
					 LG_WARN_DOOR_DOES_NOT_ASK, err, "%s",
					 doors->item[i]);
	return status;
}

/* A gate ends the lock, and has not the rights for it that root has. */
static enum lg_status judge_rights(struct lg_plan *plan,
				   const struct lg_plan_input *input,
				   struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < input->server_count; i++) {
		const struct lg_plan_server *server = &input->server[i];

		if (server->not_ended)
			status = lg_warnings_add(
				&plan->warnings, LG_WARN_NOBODY_LIFTS, err,
				"the gate cannot end the lock on %s when its "
				"time is over: %s",
				server->name, server->not_ended);
	}
	return status;
}

/* A gate keeps the end of its lock itself; what holds values alone does not. */
static enum lg_status judge_end(struct lg_plan *plan,
				const struct lg_plan_input *input,
				struct lg_error *err)
{
	struct lg_buffer names = {0};
	enum lg_status status;

	if (input->lifting == LG_LIFTED_IN_TIME)
		return judge_rights(plan, input, err);
	for (size_t i = 0; i < input->server_count; i++)
		if (input->server[i].backend != LG_BACKEND_GATE)
			lg_buffer_format(&names, "%s%s", names.len ? ", " : "",
					 input->server[i].name);
	status = lg_buffer_status(&names, err);
	if (status == LG_OK && names.len > 0)
		status = lg_warnings_add(
			&plan->warnings, LG_WARN_NOBODY_LIFTS, err,
			"nobody ends the lock on %s when its time is over, "
			"because no gate runs here: it stays until the next "
			"logongate command that may write; use logongate run, "
			"or let a timer call logongate recover --over",
			names.data);
	lg_buffer_release(&names);
	return status;
}

int lg_plan_must_accept(const struct lg_plan *plan,
			const struct lg_plan_input *input, size_t warning)
{
	enum lg_warning code = plan->warnings.code[warning];
	unsigned int accepting = input->accepting;

	switch (lg_warning_weight(code)) {
	case LG_WEIGHT_TOLD:
		return 0;
	case LG_WEIGHT_ACCEPT_OPEN:
		return (accepting & LG_ACCEPT_OPEN) == 0;
	case LG_WEIGHT_REFUSES:
		return 1;
	case LG_WEIGHT_ACCEPT:
		break;
	}
	if ((accepting & LG_ACCEPT_WARNINGS) != 0 ||
	    (input->profile->accept & (UINT32_C(1) << code)) != 0)
		return 0;
	if (code == LG_WARN_SYSTEM_VERSIONS_BLOCKED)
		return !input->profile->allow_system_block;
	/* --accept-open includes the warnings that lead to it. */
	if ((accepting & LG_ACCEPT_OPEN) != 0 &&
	    lg_warnings_has(&plan->warnings, LG_WARN_FAILS_OPEN))
		return code != LG_WARN_DN_NOT_FOUND &&
		       code != LG_WARN_DN_AMBIGUOUS;
	return 1;
}

static void worse(struct lg_plan *plan, enum lg_plan_answer answer)
{
	if (answer > plan->answer)
		plan->answer = answer;
}

static enum lg_status judge(struct lg_plan *plan,
			    const struct lg_plan_input *input,
			    struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < plan->target_count; i++) {
		if (plan->target[i].policy == NULL)
			worse(plan, LG_PLAN_DIRECTORY);
		if (lg_registry_count(plan->target[i].values) == 0)
			worse(plan, LG_PLAN_NOTHING);
	}
	for (size_t i = 0; i < plan->warnings.text.count && status == LG_OK;
	     i++) {
		const char *text = plan->warnings.text.item[i];

		if (!lg_plan_must_accept(plan, input, i))
			continue;
		worse(plan, plan->warnings.code[i] == LG_WARN_FAILS_OPEN
				    ? LG_PLAN_OPEN
				    : LG_PLAN_WARNINGS);
		status = lg_strlist_add(&plan->unaccepted, text, strlen(text),
					err);
	}
	return status;
}

enum lg_status lg_plan_judge(struct lg_plan *plan,
			     const struct lg_plan_input *input,
			     struct lg_error *err)
{
	enum lg_status status = judge_caller(plan, input, err);

	if (status == LG_OK)
		status = judge_time(plan, input, err);
	if (status == LG_OK)
		status = judge_sessions(plan, input, err);
	if (status == LG_OK)
		status = judge_doors(plan, input, err);
	if (status == LG_OK)
		status = judge_end(plan, input, err);
	if (status == LG_OK)
		status = judge(plan, input, err);
	return status;
}
