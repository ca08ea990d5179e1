/* SPDX-License-Identifier: ISC */
/*
 * web_refusal.c - how people who ask by HTTP are refused
 */
#include "daemon/doors/web_refusal.h"

#include <string.h>

#include "daemon/view.h"

/* "" for the standing values; NULL for nobody's refusal. */
static const char *lock_of(const struct gate *gate,
			   const struct lg_decision *decision)
{
	const struct lg_policy *policy = gate_policy(gate);
	const struct lg_policy_layer_info *layer =
		policy ? lg_policy_layer_at(policy, decision->lock) : NULL;

	if (!layer)
		return NULL;
	return layer->id ? layer->id : "";
}

const char *gate_refusal_again(struct gate *gate,
			       const struct lg_http_refusal *refusal,
			       const char *accept)
{
	const struct lg_policy *policy = gate_policy(gate);
	struct lg_decision decision = {LG_REFUSE, refusal->reason, LG_RULE_NONE,
				       -1};
	int count = policy ? (int)lg_policy_layer_count(policy) : 0;

	for (int i = 0; refusal->lock && i < count; i++) {
		const char *id = lg_policy_layer_at(policy, i)->id;

		if (!strcmp(id ? id : "", refusal->lock))
			decision.lock = i;
	}
	return decision.lock < 0 ? NULL
				 : gate_refusal_text(gate, &decision, accept);
}

/* For a site's own page. */
static void add_facts(const struct gate *gate,
		      const struct lg_decision *decision,
		      struct lg_http_refusal *refusal)
{
	const struct gate_view_lock *speaks =
		gate_view_speaks(gate->view, decision);

	if (!speaks)
		return;
	refusal->until = *speaks->until ? speaks->until : NULL;
	refusal->profile = speaks->lock->profile;
	refusal->lock_reason = speaks->lock->reason;
}

struct lg_http_refusal gate_page_refusal(struct gate *gate,
					 const struct lg_decision *decision,
					 const char *accept, int is_owa)
{
	struct lg_http_refusal refusal = {
		.kind = LG_HTTP_REFUSAL_PAGE,
		.status = is_owa ? gate->settings->http_refusal : 503,
		.retry_s = gate_retry_s(gate, decision),
		.reason = decision->reason,
		.text = gate_refusal_text(gate, decision, accept),
		.language = gate->text_language,
		.lock = lock_of(gate, decision),
	};

	add_facts(gate, decision, &refusal);
	return refusal;
}

struct lg_http_refusal
gate_challenge_refusal(struct gate *gate, const struct lg_decision *decision,
		       const char *accept)
{
	struct lg_http_refusal refusal = {
		.kind = LG_HTTP_REFUSAL_CHALLENGE,
		.status = 401,
		.retry_s = gate_retry_s(gate, decision),
		.reason = decision->reason,
		.text = gate_refusal_text(gate, decision, accept),
		.language = gate->text_language,
		.lock = lock_of(gate, decision),
		.schemes = gate->settings->http_challenge,
		.realm = gate->settings->http_realm,
	};

	add_facts(gate, decision, &refusal);
	return refusal;
}
