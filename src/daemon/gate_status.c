/* SPDX-License-Identifier: ISC */
/*
 * gate_status.c - what the gate decides by now, as status tells it
 */
#include "daemon/gate_status.h"

#include "daemon/refusals.h"
#include "daemon/turn.h"
#include "daemon/view.h"

/* The locks as the loop knows them. */
static size_t list_locks(const struct gate *gate,
			 struct lg_status_lock *out_lock)
{
	const struct gate_view *view = gate->view;
	size_t i;

	for (i = 0; i < view->lock_count; i++)
		out_lock[i] = (struct lg_status_lock){
			.lock = view->lock[i].lock,
			.concerns = &view->lock[i].concerns,
			.gate = view->lock[i].is_read
					? lg_gate_state_name(view->lock[i].gate)
					: NULL,
		};
	return view->lock_count;
}

struct lg_status_facts gate_status(const struct gate *gate,
				   struct lg_status_lock out_lock[LG_LOCKS_MAX])
{
	const struct lg_policy *policy = gate_policy(gate);
	struct lg_status_facts facts = {
		.lock = out_lock,
		.count = list_locks(gate, out_lock),
		.gate = policy ? lg_gate_state_name(lg_policy_gate(policy))
			       : NULL,
		.dialect = gate->settings->dialect,
		.generation = gate->view->generation,
		.refused = gate_refusals(gate),
		.now = gate_now(gate),
	};

	return facts;
}
