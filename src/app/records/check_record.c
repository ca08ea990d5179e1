/* SPDX-License-Identifier: ISC */
/*
 * check_record.c - what becomes of one logon, as `check` and /v1/decide say it
 *
 * The rules come in the order in which they speak, layer by layer. A layer that
 * sets nothing is shown only where it is the only one.
 */
#include "app/records/check_record.h"

#include <string.h>

#include "app/records/json_member.h"

/* 1 when a layer's answers but that of break-glass are all "not-set". */
static int say_nothing(const struct lg_rule_answer *answer, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (answer[i].rule != LG_RULE_BREAK_GLASS &&
		    answer[i].outcome != LG_OUTCOME_NOT_SET)
			return 0;
	return 1;
}

static cJSON *rule_object(const struct lg_policy *policy,
			  const struct lg_rule_answer *answer)
{
	const struct lg_policy_layer_info *info =
		lg_policy_layer_at(policy, answer->lock);
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "rule", lg_rule_name(answer->rule));
	lg_json_text(object, "outcome", lg_outcome_name(answer->outcome));
	lg_json_text(object, "detail", answer->detail);
	if (info && info->id)
		lg_json_lock(object, info->id, info->profile);
	return object;
}

static cJSON *rules_array(const struct lg_policy *policy,
			  const struct lg_attempt *attempt)
{
	size_t layers = policy ? lg_policy_layer_count(policy) : 0;
	cJSON *array = cJSON_CreateArray();

	for (int layer = 0; policy && (layer == 0 || layer < (int)layers);
	     layer++) {
		struct lg_rule_answer answer[LG_RULE_ANSWERS];
		size_t count =
			lg_policy_explain(policy, attempt, layer, answer);
		int is_silent = layers > 1 && say_nothing(answer, count);

		for (size_t i = 0; i < count; i++)
			if (!is_silent || answer[i].rule == LG_RULE_BREAK_GLASS)
				lg_json_append(array,
					       rule_object(policy, &answer[i]));
	}
	return array;
}

cJSON *lg_check_object(const struct lg_check *check)
{
	const struct lg_decision *decision = &check->decision;
	int refused = decision->verdict == LG_REFUSE;
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "verdict", lg_verdict_name(decision->verdict));
	lg_json_text(object, "reason", lg_reason_name(decision->reason));
	lg_json_text(object, "rule",
		     decision->rule ? lg_rule_name(decision->rule) : NULL);
	lg_json_text(object, "message", refused ? check->message : NULL);
	lg_json_number(object, "generation", (int64_t)check->generation);
	lg_json_lock(object, refused ? check->lock : NULL,
		     refused ? check->profile : NULL);
	if (check->explain)
		lg_json_add(object, "rules",
			    rules_array(check->policy, check->explain));
	return object;
}

void lg_check_read(const cJSON *object, struct lg_check_said *out_said)
{
	const char *verdict = lg_json_word_of(object, "verdict");

	*out_said = (struct lg_check_said){
		.is_refused = strcmp(verdict, lg_verdict_name(LG_REFUSE)) == 0,
		.verdict = verdict,
		.reason = lg_json_word_of(object, "reason"),
		.message = lg_json_word_of(object, "message"),
		.rules = lg_json_of(object, "rules"),
	};
}

void lg_check_rule_read(const cJSON *object,
			struct lg_check_rule_said *out_said)
{
	const cJSON *lock = lg_json_of(object, "lock");

	*out_said = (struct lg_check_rule_said){
		.rule = lg_json_word_of(object, "rule"),
		.outcome = lg_json_word_of(object, "outcome"),
		.detail = lg_json_word_of(object, "detail"),
		.lock = lg_json_word_of(lock, "id"),
		.profile = lg_json_word_of(lock, "profile"),
	};
}
