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
#include <strings.h>

#include <logongate/dn.h>

#include "core/exchange/profile_language.h"

#include "app/change/plan.h"
#include "app/change/plan_ask.h"
#include "app/change/plan_judge.h"
#include "app/render/render_ldif.h"
#include "core/policy/policy_values.h"
#include "core/values/service_values.h"

static enum lg_status no_memory(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "out of memory");
}

static enum lg_status add_warning(struct lg_plan *plan, enum lg_warning code,
				  const char *text, struct lg_error *err)
{
	return lg_warnings_add(&plan->warnings, code, err, "%s", text);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What several servers have in common is told once. A list may have as many
 * warnings as names, so what was told is searched, not walked. */
static enum lg_status add_warnings(struct lg_plan *plan,
				   const struct lg_warnings *warnings,
				   struct lg_error *err)
{
	size_t told_count = plan->warnings.text.count;
	enum lg_status status = LG_OK;
	const char **told = NULL;

	if (told_count > 0 && warnings->text.count > 0) {
		told = malloc(told_count * sizeof(*told));
		if (told == NULL)
			return no_memory(err);
		memcpy(told, plan->warnings.text.item,
		       told_count * sizeof(*told));
		qsort(told, told_count, sizeof(*told), compare_texts);
	}
	for (size_t i = 0; i < warnings->text.count && status == LG_OK; i++) {
		if (plan->names_alone &&
		    warnings->code[i] == LG_WARN_DIRECTORY_NOT_ASKED)
			continue;
		if (told != NULL &&
		    bsearch(&warnings->text.item[i], told, told_count,
			    sizeof(*told), compare_texts) != NULL)
			continue;
		status = add_warning(plan, warnings->code[i],
				     warnings->text.item[i], err);
	}
	free(told);
	return status;
}

/*
 * Values that say one thing together. A profile that sets one of them owns
 * them all: a list of users that was there before must not let in people whom
 * the profile does not name.
 */
static const char *const together[][4] = {
	{LG_VALUE_LOGON_ONLY_AS, LG_VALUE_LOGON_ONLY_AS_FILE,
	 LG_VALUE_LOGON_ONLY_AS_USERS, LG_VALUE_WHEN_INVALID},
	{LG_VALUE_DISABLE_MAPI_CLIENTS, LG_VALUE_FOUR_PART,
	 LG_VALUE_UNKNOWN_VERSION, NULL},
	{LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES, LG_VALUE_UNKNOWN_PROCESS, NULL,
	 NULL},
	{LG_VALUE_APPLIES_TO, LG_VALUE_APPLIES_TO_FILE,
	 LG_VALUE_APPLIES_TO_USERS, LG_VALUE_APPLIES_TO_DOMAINS},
};
#define NAMES_GROUP 0

static int sets_any(const struct lg_registry *values, size_t group)
{
	for (size_t i = 0; i < 4 && together[group][i] != NULL; i++) {
		if (lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM,
				     together[group][i]) != NULL)
			return 1;
	}
	return 0;
}

/* What the server holds once the values are written over what is there. A gate
 * holds the lock beside what is there, so that is what the lock does. */
static enum lg_status merge(const struct lg_registry *before,
			    const struct lg_registry *values,
			    struct lg_registry **out_after,
			    struct lg_error *err)
{
	struct lg_registry *after = NULL;
	enum lg_status status;

	if (before != NULL)
		status = lg_registry_copy(before, &after, err);
	else
		status = lg_registry_new(&after, err);
	for (size_t group = 0;
	     status == LG_OK && group < sizeof(together) / sizeof(together[0]);
	     group++) {
		for (size_t i = 0; i < 4 && together[group][i] != NULL &&
				   sets_any(values, group);
		     i++)
			lg_registry_delete(after, LG_KEY_PARAMETERS_SYSTEM,
					   together[group][i]);
	}
	for (size_t i = 0; status == LG_OK && i < lg_registry_count(values);
	     i++)
		status = lg_registry_set(after, lg_registry_at(values, i), err);
	if (status != LG_OK)
		lg_registry_free(&after);
	else
		*out_after = after;
	return status;
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
	    !sets_any(target->values, NAMES_GROUP))
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
		status = add_warnings(plan, &warnings, err);
	if (status != LG_OK || target->policy == NULL)
		goto out;
	target->gate = lg_policy_layer_at(target->policy, 0)->gate;
	if (sets_any(target->values, NAMES_GROUP))
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

/*
 * What the profile sets, composed with what stands on the server and with the
 * locks there. A gate composes by itself: it is sent the lock.
 */
static enum lg_status compose(struct lg_plan *plan,
			      const struct lg_plan_input *input,
			      const struct lg_plan_server *server,
			      struct lg_plan_target *target,
			      struct lg_error *err)
{
	const struct lg_servers_book no_locks = {0};
	struct lg_servers_beside none = {0};
	const struct lg_servers_beside *beside = server->beside;
	struct lg_warnings warnings = {0};
	const struct lg_servers_more more = {target->own, input->replaces,
					     target->dialect};
	struct lg_registry *bare = NULL;
	enum lg_status status = LG_OK;

	if (server->backend == LG_BACKEND_GATE)
		return lg_registry_copy(target->own, &target->values, err);
	if (beside == NULL) {
		status = lg_servers_beside(&no_locks, server->name, NULL, &none,
					   err);
		beside = &none;
	}
	if (status == LG_OK)
		status = lg_servers_bare(
			beside, server->before ? server->before : beside->bare,
			NULL, &bare, err);
	if (status == LG_OK)
		status = lg_servers_composed(beside, &more, bare, target->own,
					     &target->values, &warnings, err);
	if (status == LG_ERR_CONFLICT)
		lg_error_code(err, "lock-conflict");
	if (status == LG_OK)
		status = add_warnings(plan, &warnings, err);
	lg_registry_free(&bare);
	lg_servers_beside_release(&none);
	lg_warnings_release(&warnings);
	return status;
}

/* What stands there and no store of its kind reads is told, and left as it is:
 * it neither locks anybody out nor keeps anybody from locking. */
static enum lg_status leave_foreign(struct lg_plan *plan,
				    struct lg_plan_target *target,
				    struct lg_error *err)
{
	const char *name[LG_VALUE_NAMES_MAX];
	size_t count = lg_policy_value_names(target->dialect, name);
	struct lg_error told;
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (lg_registry_find(target->values, LG_KEY_PARAMETERS_SYSTEM,
				     name[i]) != NULL)
			continue;
		status = lg_policy_value_check(target->dialect, target->after,
					       name[i], &told);
		if (status == LG_OK)
			continue;
		if (status == LG_ERR_NO_MEMORY)
			return lg_error_set(err, status, NULL, "out of memory");
		status = lg_warnings_add(&plan->warnings, LG_WARN_FOREIGN_VALUE,
					 err,
					 "%s: %s holds what no store of its "
					 "kind reads (%s); it stays as it is",
					 target->name, name[i], told.text);
		lg_registry_delete(target->after, LG_KEY_PARAMETERS_SYSTEM,
				   name[i]);
	}
	return status;
}

/* I3: the services of the virtual servers stand still while the lock is on. */
static enum lg_status add_services(const struct lg_plan_server *server,
				   struct lg_registry *own,
				   struct lg_error *err)
{
	const struct lg_strlist *names = server->stop_services;
	enum lg_status status = LG_OK;

	if (names == NULL || lg_registry_count(own) == 0)
		return LG_OK;
	for (size_t i = 0; status == LG_OK && i < names->count; i++)
		status = lg_registry_set_text(own, LG_KEY_SERVICES,
					      names->item[i], LG_SERVICE_STANDS,
					      err);
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
		status = add_services(server, target->own, err);
	if (status == LG_OK)
		status = compose(plan, input, server, target, err);
	if (status == LG_OK)
		status = lg_profile_lint(input->profile, target->dialect,
					 &warnings, err);
	if (status == LG_OK && server->backend == LG_BACKEND_GATE)
		status = lg_profile_language_lint(
			input->profile, input->language, &warnings, err);
	if (status == LG_OK)
		status = add_warnings(plan, &warnings, err);
	if (status == LG_OK)
		status = merge(server->backend == LG_BACKEND_GATE
				       ? NULL
				       : server->before,
			       target->values, &target->after, err);
	if (status == LG_OK && server->backend != LG_BACKEND_GATE)
		status = leave_foreign(plan, target, err);
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
		status = add_warnings(plan, &warnings, err);
	if (status == LG_OK)
		status = merge(NULL, target->values, &target->after, err);
	if (status == LG_OK)
		status = compile(plan, input, target, err);
	if (status == LG_OK)
		status = list_accounts(plan, input, server, target, err);
	lg_registry_free(&target->values);
	if (status == LG_OK)
		status = compose(plan, input, server, target, err);
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
		return no_memory(err);
	plan->now_s = input->now_s;
	plan->starts_s = input->starts_s > 0 ? input->starts_s : input->now_s;
	plan->until_s = input->until_s;
	plan->profile = strdup(input->profile->name);
	plan->target = calloc(input->server_count + 1, sizeof(*plan->target));
	if (plan->profile == NULL || plan->target == NULL)
		status = no_memory(err);
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
