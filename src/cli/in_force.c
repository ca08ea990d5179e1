/* SPDX-License-Identifier: ISC */
/*
 * in_force.c - from state_dir to a policy
 */
#include "cli/in_force.h"

enum lg_status lg_cli_policy(const struct lg_settings *settings,
			     const struct lg_state *state,
			     struct lg_policy **out_policy,
			     struct lg_error *err)
{
	struct lg_policy_layer layer = {.facts = LG_FACTS_NOT_ASKED};
	struct lg_policy_input input = {
		.dialect = settings->dialect,
		.break_glass = &settings->break_glass,
		.default_domain = settings->default_domain,
		.layer = &layer,
		.layer_count = 1,
	};
	struct lg_registry *nothing = NULL;
	enum lg_status status = LG_OK;

	if (state == NULL) {
		status = lg_registry_new(&nothing, err);
		layer.values = nothing;
	} else if (state->values == NULL) {
		status = lg_error_set(err, LG_ERR_IO, LG_STATE_REGISTRY,
				      "no copy of the values can be read");
	} else {
		layer.values = state->values;
		layer.findings = state->findings;
		if (state->findings != NULL)
			layer.facts = LG_FACTS_FINDINGS;
		input.generation = state->lock->generation;
	}
	if (status == LG_OK)
		status = lg_policy_compile(&input, out_policy, NULL, err);
	lg_registry_free(&nothing);
	return status;
}
