/* SPDX-License-Identifier: ISC */
/*
 * plan.c - renders and compiles
 *
 * plan_ask.c gets the facts. Whether a directory that did not answer matters
 * is not decided here: each target's policy is compiled with the facts there
 * are, and the fail table says whether that gives a policy. plan_judge.c then
 * looks at the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "core/exchange/profile_language.h"

#include "app/change/plan.h"
#include "app/change/plan_parts.h"
#include "app/render/render_ldif.h"

static enum lg_status add_warning(struct lg_plan *plan, enum lg_warning code,
				  const char *text, struct lg_error *err)
{
	return lg_warnings_add(&plan->warnings, code, err, "%s", text);
}

/*
 * An allow_filter that nobody asked leaves a list that looks blank and is not:
 * whom it names is not known (L17).
 */
static enum lg_status judge_filter(struct lg_plan *plan,
				   const struct lg_plan_input *input,
				   struct lg_plan_target *target,
				   struct lg_error *err)
{
	const struct lg_dialect_traits *traits =
		lg_dialect_traits(target->dialect);
	enum lg_when_invalid when_invalid = traits->when_invalid;

	/* Nobody knows whom the filter of [applies_to] means. */
	if (plan->facts == LG_FACTS_NOT_ASKED &&
	    input->profile->applies_filter != NULL)
		lg_policy_free(&target->policy);
	if (plan->facts != LG_FACTS_NOT_ASKED ||
	    input->profile->allow_filter == NULL ||
	    !lg_plan_sets_names(target->values))
		return LG_OK;
	if (traits->reads_when_invalid)
		when_invalid = input->profile->when_invalid;
	if (when_invalid == LG_WHEN_INVALID_OPEN) {
		lg_policy_free(&target->policy);
		return LG_OK;
	}
	return add_warning(plan, LG_WARN_DIRECTORY_NOT_ASKED,
			   "the directory could not be asked whom allow_filter "
			   "means: they would be locked out",
			   err);
}

static enum lg_status compile(struct lg_plan *plan,
			      const struct lg_plan_input *input,
			      struct lg_plan_target *target,
			      struct lg_error *err)
{
	const struct lg_policy_layer layer = {
		.values = target->after,
		.facts = plan->facts,
		.findings = plan->facts == LG_FACTS_FINDINGS ? plan->findings
							     : NULL,
		.concerned = plan->facts == LG_FACTS_FINDINGS ? plan->concerned
							      : NULL,
	};
	const struct lg_policy_input policy = {
		.dialect = target->dialect,
		.break_glass = input->break_glass,
		.default_domain = input->default_domain,
		.generation = input->generation,
		.layer = &layer,
		.layer_count = 1,
	};
	struct lg_warnings warnings = {0};
	enum lg_status status;

	status = lg_policy_compile(&policy, &target->policy, &warnings, err);
	if (status == LG_ERR_DIRECTORY)
		status = LG_OK;
	if (status == LG_OK)
		status = judge_filter(plan, input, target, err);
	if (status == LG_OK && target->policy != NULL)
		status = lg_plan_add_warnings(plan, &warnings, err);
	if (status != LG_OK || target->policy == NULL)
		goto out;
	target->gate = lg_policy_layer_at(target->policy, 0)->gate;
	if (lg_plan_sets_names(target->values))
		target->engages = target->gate != LG_GATE_OFF;
	else
		target->engages = lg_policy_limits(target->policy);
	if (!target->engages && lg_registry_count(target->values) > 0 &&
	    !lg_warnings_has(&plan->warnings, LG_WARN_FAILS_OPEN))
		status = add_warning(plan, LG_WARN_FAILS_OPEN,
				     "nothing in this profile keeps anybody "
				     "out: the lock would not lock",
				     err);
out:
	lg_warnings_release(&warnings);
	return status;
}

static enum lg_status fill_target(struct lg_plan *plan,
				  const struct lg_plan_input *input,
				  size_t index, struct lg_error *err)
{
	const struct lg_plan_server *server = &input->server[index];
	struct lg_plan_target *target = &plan->target[index];
	struct lg_strlist unsupported = {0};
	struct lg_warnings warnings = {0};
	enum lg_status status;

	target->name = server->name;
	target->dialect = server->render.dialect;
	target->backend = server->backend;
	target->before = server->before;
	target->takes_effect = lg_dialect_traits(target->dialect)->takes_effect;
	/* T5: a store that polls can be restarted too, where it is asked for;
	 * the gate here reads its values without. */
	target->restarts = server->restarts &&
			   (target->takes_effect == LG_TAKES_EFFECT_RESTART ||
			    (target->takes_effect == LG_TAKES_EFFECT_POLL &&
			     target->backend != LG_BACKEND_GATE));
	status = lg_profile_render(input->profile, &server->render,
				   plan->findings, plan->concerned,
				   &target->own, &unsupported, &warnings, err);
	if (status == LG_OK)
		status = lg_plan_add_services(server, target->own, err);
	if (status == LG_OK)
		status = lg_plan_compose(plan, input, server, target, err);
	if (status == LG_OK)
		status = lg_profile_lint(input->profile, target->dialect,
					 &warnings, err);
	if (status == LG_OK && server->backend == LG_BACKEND_GATE)
		status = lg_profile_language_lint(
			input->profile, input->language, &warnings, err);
	if (status == LG_OK)
		status = lg_plan_add_warnings(plan, &warnings, err);
	if (status == LG_OK)
		status = lg_plan_merge(server->backend == LG_BACKEND_GATE
					       ? NULL
					       : server->before,
				       target->values, &target->after, err);
	if (status == LG_OK && server->backend != LG_BACKEND_GATE)
		status = lg_plan_leave_foreign(plan, target, err);
	if (status == LG_OK)
		status = compile(plan, input, target, err);
	lg_strlist_release(&unsupported);
	lg_warnings_release(&warnings);
	return status;
}

/* The values of a directory: per account, and not of any key. */
static enum lg_status list_accounts(const struct lg_plan *plan,
				    const struct lg_plan_input *input,
				    const struct lg_plan_server *server,
				    struct lg_plan_target *target,
				    struct lg_error *err)
{
	const struct lg_ldif_input ldif = {
		.profile = input->profile,
		.dialect = server->render.dialect,
		.findings = plan->findings,
		.concerned = plan->concerned,
		.default_domain = input->default_domain,
		.break_glass = input->break_glass,
		.skip_unsupported = server->render.skip_unsupported,
	};
	struct lg_ldif_render *render = NULL;
	struct lg_registry *wanted = NULL;
	struct lg_buffer text = {0};
	struct lg_mailbox_sink sink;
	enum lg_status status = lg_ldif_render_new(&ldif, &render, err);

	if (status == LG_OK)
		status = lg_registry_new(&target->seen, err);
	if (status == LG_OK)
		status = lg_registry_new(&wanted, err);
	if (status == LG_OK) {
		lg_ldif_render_values(render, target->seen, wanted);
		sink = lg_ldif_render_sink(render);
		status = server->mailboxes->list(server->mailboxes->self, &sink,
						 err);
	}
	/* also says where nobody would be limited (L10) */
	if (status == LG_OK)
		status = lg_ldif_render_finish(render, LG_LDIF_CHANGE, &text,
					       err);
	if (status == LG_OK) {
		target->own = wanted;
		wanted = NULL;
	}
	lg_buffer_release(&text);
	lg_registry_free(&wanted);
	lg_ldif_render_free(&render);
	return status;
}

/*
 * Whom the names mean, and what to warn of, is the same as for the gate, so
 * the profile is compiled as the gate would; what is written is not.
 */
static enum lg_status fill_directory(struct lg_plan *plan,
				     const struct lg_plan_input *input,
				     size_t index, struct lg_error *err)
{
	const struct lg_plan_server *server = &input->server[index];
	const struct lg_render_target gate = {.dialect = LG_DIALECT_GATE,
					      .is_gate = 1,
					      .has_process_hotfix = 1};
	struct lg_plan_target *target = &plan->target[index];
	struct lg_strlist unsupported = {0};
	struct lg_warnings warnings = {0};
	enum lg_status status = LG_OK;

	target->name = server->name;
	target->dialect = LG_DIALECT_GATE;
	target->backend = server->backend;
	target->takes_effect = LG_TAKES_EFFECT_AT_ONCE;
	/* a list that nobody could look up would lock out those on it */
	if (plan->facts == LG_FACTS_NOT_ASKED) {
		if (err != NULL)
			*err = plan->directory_error;
		return LG_ERR_DIRECTORY;
	}
	status = lg_profile_render(input->profile, &gate, plan->findings,
				   plan->concerned, &target->values,
				   &unsupported, &warnings, err);
	if (status == LG_OK)
		status = lg_plan_add_warnings(plan, &warnings, err);
	if (status == LG_OK)
		status = lg_plan_merge(NULL, target->values, &target->after,
				       err);
	if (status == LG_OK)
		status = compile(plan, input, target, err);
	if (status == LG_OK)
		status = list_accounts(plan, input, server, target, err);
	lg_registry_free(&target->values);
	if (status == LG_OK)
		status = lg_plan_compose(plan, input, server, target, err);
	target->dialect = server->render.dialect;
	target->before = target->seen;
	if (status == LG_OK)
		target->engages = lg_registry_count(target->values) > 0;
	lg_strlist_release(&unsupported);
	lg_warnings_release(&warnings);
	return status;
}

enum lg_status lg_plan_new(const struct lg_plan_input *input,
			   struct lg_plan **out_plan, struct lg_error *err)
{
	struct lg_plan *plan = calloc(1, sizeof(*plan));
	enum lg_status status = LG_OK;

	if (plan == NULL)
		return lg_no_memory(err);
	plan->now_s = input->now_s;
	plan->starts_s = input->starts_s > 0 ? input->starts_s : input->now_s;
	plan->until_s = input->until_s;
	plan->profile = strdup(input->profile->name);
	plan->target = calloc(input->server_count + 1, sizeof(*plan->target));
	if (plan->profile == NULL || plan->target == NULL)
		status = lg_no_memory(err);
	else
		status = lg_plan_ask(plan, input, err);
	while (status == LG_OK && plan->target_count < input->server_count) {
		size_t i = plan->target_count++;

		status = input->server[i].mailboxes != NULL
				 ? fill_directory(plan, input, i, err)
				 : fill_target(plan, input, i, err);
	}
	if (status == LG_OK)
		status = lg_plan_judge(plan, input, err);
	if (status != LG_OK)
		lg_plan_free(&plan);
	else
		*out_plan = plan;
	return status;
}

void lg_plan_free(struct lg_plan **plan)
{
	struct lg_plan *p = *plan;

	*plan = NULL;
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->target_count; i++) {
		lg_policy_free(&p->target[i].policy);
		lg_registry_free(&p->target[i].after);
		lg_registry_free(&p->target[i].own);
		lg_registry_free(&p->target[i].values);
		lg_registry_free(&p->target[i].seen);
	}
	lg_findings_free(&p->findings);
	lg_findings_free(&p->concerned);
	lg_warnings_release(&p->warnings);
	lg_strlist_release(&p->unaccepted);
	free(p->cut);
	free(p->decision);
	free(p->target);
	free(p->profile);
	free(p);
}
