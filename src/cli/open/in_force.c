/* SPDX-License-Identifier: ISC */
/*
 * in_force.c - from state_dir to a policy
 */
#include "cli/open/in_force.h"

#include "app/lock/layers.h"

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
	enum lg_status status;

	if (state != NULL)
		return lg_layers_compile(state, &input, out_policy, err);
	status = lg_registry_new(&nothing, err);
	layer.values = nothing;
	if (status == LG_OK)
		status = lg_policy_compile(&input, out_policy, NULL, err);
	lg_registry_free(&nothing);
	return status;
}
