/* SPDX-License-Identifier: ISC */
/*
 * judge.c - decide, count, record
 *
 * Deciding asks the policy in force and nothing else. Without one that can be
 * trusted the listener's without_policy answers, and the reason says so.
 */
#include "daemon/judge.h"

#include <string.h>

#include "base/kept.h"
#include "core/policy/message.h"
#include "core/values/name.h"

#include "daemon/hour.h"
#include "daemon/records.h"
#include "daemon/refusals.h"
#include "daemon/view.h"

#define RETRY_MAX_S 3600
#define RETRY_UNKNOWN_S 60

static const struct lg_decision bad_name = {
	.verdict = LG_REFUSE,
	.reason = LG_REASON_BAD_NAME,
};

int gate_has_bad_name(const struct lg_attempt *attempt)
{
	return lg_name_has_control(attempt->user, attempt->user_len) ||
	       lg_name_has_control(attempt->dn, attempt->dn_len);
}

struct lg_decision gate_decide(const struct gate *gate, enum gate_door door,
			       const struct lg_attempt *attempt)
{
	const struct lg_policy *policy = gate_policy(gate);
	struct lg_decision decision = {LG_ADMIT, LG_REASON_NO_POLICY,
				       LG_RULE_NONE, -1};

	if (gate_has_bad_name(attempt))
		return bad_name;
	if (policy) {
		struct lg_decision said = lg_policy_decide(policy, attempt);

		/* What is left out of it might refuse, too. */
		if (!gate->view->is_partial || said.verdict == LG_REFUSE ||
		    said.rule == LG_RULE_BREAK_GLASS)
			return said;
	}
	switch (gate->settings->listen[gate_door_row(door)->listener]
			.without_policy) {
	case LG_WITHOUT_POLICY_ADMIT:
		break;
	case LG_WITHOUT_POLICY_UNSTATED:
	case LG_WITHOUT_POLICY_REFUSE:
		decision.verdict = LG_REFUSE;
		break;
	}
	return decision;
}

const char *gate_refusal_text(struct gate *gate,
			      const struct lg_decision *decision,
			      const char *accept)
{
	const struct lg_policy *policy = gate_policy(gate);
	struct lg_message_choice choice;
	const struct lg_policy_layer_info *layer =
		policy ? lg_policy_layer_at(policy, decision->lock) : NULL;
	const struct gate_view_lock *speaks =
		gate_view_speaks(gate->view, decision);
	struct lg_message_facts facts = {0};

	/* What the profile says is about its lock. */
	if (decision->reason == LG_REASON_BAD_NAME)
		layer = NULL;
	if (speaks) {
		facts.until = speaks->until;
		facts.since = speaks->since;
		facts.profile = speaks->lock->profile;
		facts.reason = speaks->lock->reason;
	}
	lg_message_choose(layer, accept, gate->settings->language, &choice);
	memcpy(gate->text_language, choice.language, sizeof(choice.language));
	lg_buffer_clear(&gate->text);
	if (lg_message_refusal(choice.message, decision->reason, &facts,
			       &gate->text, NULL) != LG_OK ||
	    !gate->text.data)
		return lg_message_default(decision->reason);
	return gate->text.data;
}

unsigned int gate_retry_s(const struct gate *gate,
			  const struct lg_decision *decision)
{
	const struct gate_view_lock *speaks =
		gate_view_speaks(gate->view, decision);
	struct lg_now now = gate_now(gate);
	int64_t left_ms = -1;

	if (speaks)
		left_ms = lg_lock_left_ms(speaks->lock, &speaks->lock->until,
					  &now);
	if (left_ms < 0)
		return RETRY_UNKNOWN_S;
	if (left_ms > RETRY_MAX_S * 1000)
		return RETRY_MAX_S;
	return left_ms < 1000 ? 1 : (unsigned int)(left_ms / 1000);
}

/* What is kept of a name, as a text that ends in NUL: no allocation, for every
 * logon is recorded. */
struct name_copy {
	char text[LG_KEPT_MAX + 1];
};

static const char *copy_name(const char *text, size_t len,
			     struct name_copy *copy)
{
	if (!text || !len)
		return NULL;
	len = lg_kept_len(text, len);
	/* A NUL within is no end: the record must not name somebody else. */
	for (size_t i = 0; i < len; i++)
		copy->text[i] = text[i] ? text[i] : ' ';
	copy->text[len] = '\0';
	return copy->text;
}

void gate_record(struct gate *gate, const struct gate_ask *ask,
		 const struct lg_decision *decision)
{
	const struct gate_view_lock *speaks =
		gate_view_speaks(gate->view, decision);
	struct lg_buffer version = {0};
	struct lg_logon logon = {
		.at_s = gate_now_s(gate),
		.generation = gate->view->generation,
		.client = ask->client,
		.address = ask->address,
		.door = gate_door_name(ask->door),
		.protocol = ask->attempt.protocol,
		.reason = decision->reason,
		.rule = decision->rule,
	};
	struct name_copy user;
	struct name_copy dn;
	struct name_copy process;

	if (decision->verdict == LG_REFUSE && speaks) {
		logon.lock = speaks->lock->id;
		logon.profile = speaks->lock->profile;
	}
	lg_version_format(&ask->attempt.version, &version);
	logon.user = copy_name(ask->attempt.user, ask->attempt.user_len, &user);
	logon.dn = copy_name(ask->attempt.dn, ask->attempt.dn_len, &dn);
	logon.process = copy_name(ask->attempt.process,
				  ask->attempt.process_len, &process);
	logon.version = version.len ? version.data : NULL;
	gate_hour_add(gate, decision->verdict);
	switch (decision->verdict) {
	case LG_ADMIT:
		gate->counts[ask->door].admitted++;
		if (logon.user || logon.dn)
			gate_records_add(gate, GATE_RECORD_ADMITTED, &logon);
		break;
	case LG_REFUSE:
		gate->refused_by_reason[decision->reason]++;
		if (decision->reason != LG_REASON_SESSION_ENDED) {
			gate->counts[ask->door].refused++;
			gate_refusals_add(gate);
		}
		gate_records_add(gate, GATE_RECORD_REFUSED, &logon);
		break;
	}
	lg_buffer_release(&version);
}

enum gate_challenge gate_challenge(const struct gate *gate,
				   const struct gate_asker *asker,
				   const struct lg_attempt *attempt,
				   const struct lg_decision *decision)
{
	if (!asker->may_be_asked || asker->has_credentials ||
	    attempt->user_len || decision->verdict == LG_ADMIT ||
	    decision->rule != LG_RULE_LOGON_ONLY_AS)
		return GATE_CHALLENGE_NOT;
	switch (asker->challenge) {
	case LG_HTTP_CHALLENGE_SERVER:
		return GATE_CHALLENGE_BY;
	case LG_HTTP_CHALLENGE_ANSWER:
	case LG_HTTP_CHALLENGE_RENDER:
		return gate->settings->http_challenge ? GATE_CHALLENGE_ASK
						      : GATE_CHALLENGE_NOT;
	case LG_HTTP_CHALLENGE_OFF:
		break;
	}
	return GATE_CHALLENGE_NOT;
}

void gate_judge(struct gate *gate, const struct gate_ask *ask,
		struct gate_answer *out_answer)
{
	struct gate_answer answer = {0};

	gate_probes_note(&gate->probes, gate_door_name(ask->door),
			 ask->attempt.user, ask->attempt.user_len);
	gate_probes_note(&gate->probes, gate_door_name(ask->door), ask->client,
			 ask->client ? strlen(ask->client) : 0);
	answer.decision = ask->is_cut
				  ? bad_name
				  : gate_decide(gate, ask->door, &ask->attempt);
	answer.challenge = gate_challenge(gate, &ask->asker, &ask->attempt,
					  &answer.decision);
	if (!answer.challenge)
		gate_record(gate, ask, &answer.decision);
	if (answer.decision.verdict == LG_REFUSE)
		answer.text =
			gate_refusal_text(gate, &answer.decision, ask->accept);
	answer.language = gate->text_language;
	*out_answer = answer;
}
