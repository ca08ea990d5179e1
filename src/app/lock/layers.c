/* SPDX-License-Identifier: ISC */
/*
 * layers.c - what is in force, as the layers that a policy is made of
 */
#include "app/lock/layers.h"

struct lg_policy_layer lg_layers_standing(const struct lg_state *state)
{
	struct lg_policy_layer layer = {
		.values = lg_state_replaced(state) ? NULL : state->standing,
		.facts = state->findings ? LG_FACTS_FINDINGS
					 : LG_FACTS_NOT_ASKED,
		.findings = state->findings,
	};

	return layer;
}

size_t lg_layers_locks(const struct lg_state *state,
		       struct lg_policy_layer out_layer[LG_LOCKS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < state->lock_count && count < LG_LOCKS_MAX; i++) {
		const struct lg_lock *lock = state->lock[i];

		if (lg_lock_waits(lock) || !lock->values)
			continue;
		out_layer[count++] = (struct lg_policy_layer){
			.id = lock->id,
			.profile = lock->profile,
			.until_s = lock->until.wall_s ? lock->until.wall_s
						      : INT64_MAX,
			.values = lock->values,
			.facts = lock->findings || lock->concerned
					 ? LG_FACTS_FINDINGS
					 : LG_FACTS_NOT_ASKED,
			.findings = lock->findings,
			.concerned = lock->concerned,
		};
	}
	return count;
}

enum lg_status lg_layers_compile(const struct lg_state *state,
				 struct lg_policy_input *input,
				 struct lg_policy **out_policy,
				 struct lg_error *err)
{
	struct lg_policy_layer layer[LG_LAYERS_MAX];
	size_t count;

	if (!lg_state_trusted(state))
		return lg_error_set(err, LG_ERR_IO, LG_STATE_REGISTRY,
				    "no copy of the values can be read");
	count = lg_layers_locks(state, layer);
	layer[count] = lg_layers_standing(state);
	if (layer[count].values)
		count++;
	input->layer = layer;
	input->layer_count = count;
	input->generation = state->generation;
	return lg_policy_compile(input, out_policy, NULL, err);
}
