/* SPDX-License-Identifier: ISC */
/*
 * gate_status.c - what the gate decides by now, as status tells it
 */
#include "daemon/gate_status.h"

#include "daemon/refusals.h"
#include "daemon/turn.h"

struct lg_status_lock gate_status_lock(const struct gate_view_lock *shown)
{
	return (struct lg_status_lock){
		.lock = shown->lock,
		.concerns = &shown->concerns,
		.gate = shown->is_read ? lg_gate_state_name(shown->gate) : NULL,
	};
}

struct lg_status_facts gate_status(const struct gate *gate,
				   struct lg_status_lock out_lock[LG_LOCKS_MAX])
{
	const struct lg_policy *policy = gate_policy(gate);
	struct lg_status_facts facts = {
		.lock = out_lock,
		.count = gate->view->lock_count,
		.gate = policy ? lg_gate_state_name(lg_policy_gate(policy))
			       : NULL,
		.dialect = gate->settings->dialect,
		.generation = gate->view->generation,
		.refused = gate_refusals(gate),
		.now = gate_now(gate),
	};

	for (size_t i = 0; i < facts.count; i++)
		out_lock[i] = gate_status_lock(&gate->view->lock[i]);
	return facts;
}
