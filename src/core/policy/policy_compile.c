/* SPDX-License-Identifier: ISC */
/*
 * From layers to a policy. Each layer by itself: its values are read, the names
 * go into tables (policy_accounts.c, policy_concerned.c), the fail table is
 * asked once, and what is noteworthy becomes warnings (policy_warnings.c). Then
 * policy_layers.c takes it into the policy.
 */
#include <stdlib.h>
#include <string.h>

#include "core/policy/policy_compiler.h"

/*
 * THE fail table, whose rows are in tests/unit/fail_table.c: nothing else
 * decides whether a lock fails open or closed. asked: facts are there for every
 * name; found: at least one has an entry.
 */
static enum lg_status fail_table(enum lg_list_state list,
				 enum lg_when_invalid when_invalid,
				 int zero_ends_lock, int asked, int found,
				 enum lg_gate_state *out_gate)
{
	int closed = when_invalid == LG_WHEN_INVALID_CLOSED;

	switch (list) {
	case LG_LIST_ABSENT:
		*out_gate = LG_GATE_OFF;
		return LG_OK;
	case LG_LIST_ZERO: /* L11; L13 where closed */
		*out_gate = closed || !zero_ends_lock ? LG_GATE_LISTED
						      : LG_GATE_OFF;
		return LG_OK;
	case LG_LIST_BLANK: /* L4; L10 */
		*out_gate = closed ? LG_GATE_NOBODY : LG_GATE_OFF;
		return LG_OK;
	case LG_LIST_NAMES:
		if (closed) { /* L5 */
			*out_gate = LG_GATE_LISTED;
			return LG_OK;
		}
		if (!asked) /* L17 */
			return LG_ERR_DIRECTORY;
		*out_gate = found ? LG_GATE_LISTED : LG_GATE_OFF; /* L14 */
		return LG_OK;
	}
	return LG_ERR_BUG;
}

static enum lg_status judge_names(struct lg_policy_compiler *compiler)
{
	const struct lg_policy_layer *layer = compiler->layer;
	int has_findings = layer->facts == LG_FACTS_FINDINGS && layer->findings;
	enum lg_status status = lg_policy_reserve(compiler);

	if (status == LG_OK)
		status = lg_policy_add_listed(compiler);
	if (status == LG_OK)
		status = lg_policy_add_break_glass(compiler);
	if (status == LG_OK && has_findings)
		status = lg_policy_read_findings(compiler);
	if (status == LG_OK && has_findings)
		status = lg_policy_judge_shared_names(compiler);
	if (status == LG_OK && has_findings)
		status = lg_policy_tell_logins(compiler);
	if (status == LG_OK)
		status = lg_policy_tell_names(compiler);
	if (status != LG_OK)
		return status;
	status = fail_table(
		compiler->values.list, compiler->values.when_invalid,
		compiler->traits->zero_ends_lock, !compiler->unanswered,
		compiler->found > 0, &compiler->gate);
	if (status == LG_ERR_DIRECTORY)
		return lg_error_set(compiler->err, status, NULL,
				    "the directory could not be asked about "
				    "%s, so nobody knows whether the lock "
				    "would engage",
				    compiler->unanswered_name);
	if (status == LG_OK && compiler->unanswered)
		status = lg_policy_warn(
			compiler, LG_WARN_DIRECTORY_NOT_ASKED,
			"the directory could not be asked about ",
			compiler->unanswered_name,
			compiler->unanswered > 1
				? " and others; names are compared as "
				  "they are written"
				: "; it is compared as it is written");
	if (status == LG_OK)
		status = lg_policy_tell_gate(compiler);
	if (status == LG_OK && has_findings)
		status = lg_policy_tell_break_glass(compiler);
	return status;
}

/* Contract 12: a lock that says whom it concerns and nothing else keeps them
 * out. */
static int says_nothing_else(const struct lg_policy_values *values)
{
	return values->concerns_some && values->list == LG_LIST_ABSENT &&
	       !values->versions && !values->processes &&
	       !values->refuse_protocols && !values->refuse_unknown_version &&
	       !values->refuse_unknown_process;
}

/* An empty setting blocks nothing; without it decisions skip the rule. */
static void take_client_rules(struct lg_policy_values *values,
			      struct lg_layer_rules *out_rules)
{
	size_t count = 0;

	if (values->versions)
		lg_version_setting_items(values->versions, &count);
	if (count) {
		out_rules->versions = values->versions;
		values->versions = NULL;
	}
	if (values->processes &&
	    lg_process_list_names(values->processes)->count) {
		out_rules->processes = values->processes;
		values->processes = NULL;
	}
	out_rules->refuse_unknown_version = values->refuse_unknown_version;
	out_rules->refuse_unknown_process = values->refuse_unknown_process;
}

static void take_masks(struct lg_policy *policy, size_t index,
		       const struct lg_policy_compiler *compiler)
{
	const struct lg_policy_values *values = &compiler->values;
	const struct lg_layer_rules *rules = &policy->rules[index];
	const char *default_domain = compiler->input->default_domain;

	if (!values->concerns_some)
		lg_mask_add(&policy->everybody, index);
	if (compiler->domain.count)
		lg_mask_add(&policy->domains, index);
	if (compiler->domain.count &&
	    lg_domain_flags(&compiler->domain, default_domain, KEY_CONCERNED,
			    "", 0))
		lg_mask_add(&policy->bare, index);
	if (compiler->gate == LG_GATE_LISTED)
		lg_mask_add(&policy->listing, index);
	if (compiler->gate == LG_GATE_NOBODY)
		lg_mask_add(&policy->nobody, index);
	if (rules->versions || rules->processes ||
	    rules->refuse_unknown_version || rules->refuse_unknown_process)
		lg_mask_add(&policy->clients, index);
	for (unsigned int i = 0; i < LG_PROTOCOL_COUNT; i++) {
		if (values->refuse_protocols >> i & 1)
			lg_mask_add(&policy->protocol[i], index);
		if (values->refuse_protocols >> i & 1 ||
		    compiler->gate == LG_GATE_NOBODY)
			lg_mask_add(&policy->strict[i], index);
	}
	if (!values->concerns_some && compiler->gate > policy->gate)
		policy->gate = compiler->gate;
	policy->hold_mail |= values->hold_mail;
	policy->has_break_glass |= compiler->has_break_glass;
	policy->concerns_some |= values->concerns_some;
	policy->names_can_add |=
		values->concerns_some || compiler->has_break_glass;
}

static char *copy_text(const char *text, enum lg_status *status,
		       struct lg_error *err)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		*status = lg_no_memory(err);
	return copy;
}

static enum lg_status take_info(struct lg_policy *policy, size_t index,
				const struct lg_policy_compiler *compiler)
{
	const struct lg_policy_layer *layer = compiler->layer;
	const char *message = compiler->values.message;
	struct lg_policy_layer_info *info = &policy->info[index];
	enum lg_status status = LG_OK;

	*info = (struct lg_policy_layer_info){
		.id = copy_text(layer->id, &status, compiler->err),
		.profile = copy_text(layer->profile, &status, compiler->err),
		.until_s = layer->until_s,
		.gate = compiler->gate,
		.message = copy_text(message && message[0] ? message : NULL,
				     &status, compiler->err),
		.concerns_everybody = !compiler->values.concerns_some,
	};
	if (status == LG_OK && compiler->values.messages)
		status = lg_strlist_add_all(&info->messages,
					    compiler->values.messages,
					    compiler->err);
	return status;
}

static enum lg_status compile_layer(struct lg_policy *policy, size_t index,
				    const struct lg_policy_input *input,
				    const struct lg_policy_layer *layer,
				    struct lg_warnings *warnings,
				    struct lg_error *err)
{
	struct lg_policy_compiler compiler = {
		.input = input,
		.layer = layer,
		.traits = policy->traits,
		.dn = {.kind = LG_KEY_DN},
		.name = {.kind = LG_KEY_NAME},
		.domain = {.kind = LG_KEY_NAME},
		.entry = {.kind = LG_KEY_DN},
		.warnings = warnings,
		.err = err,
	};
	enum lg_status status = lg_policy_values_read(
		input->dialect, layer->values, &compiler.values, err);

	/* A lock is the gate's own, whatever its values are read as. */
	if (status == LG_OK && layer->id && !policy->traits->reads_gate_values)
		status = lg_policy_values_read_concerned(layer->values,
							 &compiler.values, err);
	if (status == LG_OK)
		status = judge_names(&compiler);
	if (status == LG_OK)
		status = lg_policy_judge_concerned(&compiler);
	if (status == LG_OK && says_nothing_else(&compiler.values))
		compiler.gate = LG_GATE_NOBODY;
	if (status == LG_OK)
		status = take_info(policy, index, &compiler);
	if (status == LG_OK) {
		take_client_rules(&compiler.values, &policy->rules[index]);
		take_masks(policy, index, &compiler);
		status = lg_policy_take_layer(policy, index, &compiler);
	}
	free(compiler.has_right);
	lg_key_table_release(&compiler.dn);
	lg_key_table_release(&compiler.name);
	lg_key_table_release(&compiler.domain);
	lg_key_table_release(&compiler.entry);
	lg_policy_values_release(&compiler.values);
	return status;
}

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

/* Contract 12 "Which lock speaks". */
static int speaks_before(const void *one, const void *other)
{
	const struct lg_policy_layer *a = *(const void *const *)one;
	const struct lg_policy_layer *b = *(const void *const *)other;
	int order;

	if (!a->id || !b->id)
		return (a->id != NULL) - (b->id != NULL);
	if (a->until_s != b->until_s)
		return a->until_s > b->until_s ? -1 : 1;
	order = compare_texts(a->profile, b->profile);
	return order ? order : compare_texts(a->id, b->id);
}

static enum lg_status
order_layers(const struct lg_policy_input *input,
	     const struct lg_policy_layer *out_layer[LG_LAYERS_MAX],
	     struct lg_error *err)
{
	if (input->layer_count > LG_LAYERS_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, NULL,
				    "more than %d locks at once", LG_LOCKS_MAX);
	for (size_t i = 0; i < input->layer_count; i++)
		out_layer[i] = &input->layer[i];
	qsort(out_layer, input->layer_count, sizeof(*out_layer), speaks_before);
	if (input->layer_count > 1 && !out_layer[1]->id)
		return lg_error_set(err, LG_ERR_CONFLICT, NULL,
				    "there is one set of standing values");
	return LG_OK;
}

static enum lg_status make_room(struct lg_policy *policy, size_t count,
				struct lg_error *err)
{
	policy->info = calloc(count + 1, sizeof(*policy->info));
	policy->rules = calloc(count + 1, sizeof(*policy->rules));
	policy->rights = calloc(1, sizeof(*policy->rights));
	if (!policy->info || !policy->rules || !policy->rights)
		return lg_no_memory(err);
	policy->rights_count = policy->rights_capacity = 1;
	policy->layer_count = count;
	return LG_OK;
}

enum lg_status lg_policy_compile(const struct lg_policy_input *input,
				 struct lg_policy **out_policy,
				 struct lg_warnings *warnings,
				 struct lg_error *err)
{
	const struct lg_policy_layer *layer[LG_LAYERS_MAX];
	struct lg_policy *policy = calloc(1, sizeof(*policy));
	enum lg_status status;

	if (!policy)
		return lg_no_memory(err);
	policy->dialect = input->dialect;
	policy->traits = lg_dialect_traits(input->dialect);
	policy->generation = input->generation;
	policy->dn.kind = LG_KEY_DN;
	policy->name.kind = LG_KEY_NAME;
	policy->domain.kind = LG_KEY_NAME;
	status = order_layers(input, layer, err);
	if (status == LG_OK)
		status = make_room(policy, input->layer_count, err);
	for (size_t i = 0; i < input->layer_count && status == LG_OK; i++)
		status = compile_layer(policy, i, input, layer[i], warnings,
				       err);
	if (status == LG_OK)
		status = lg_key_table_trim(&policy->dn, err);
	if (status == LG_OK)
		status = lg_key_table_trim(&policy->name, err);
	if (status == LG_OK) {
		*out_policy = policy;
		policy = NULL;
	}
	lg_policy_free(&policy);
	return status;
}

enum lg_status lg_policy_names(enum lg_dialect dialect,
			       const struct lg_registry *values,
			       struct lg_strlist *out_dn,
			       struct lg_strlist *out_user,
			       struct lg_error *err)
{
	struct lg_policy_values read = {0};
	struct lg_name_walk walk;
	const char *name;
	enum lg_status status =
		lg_policy_values_read(dialect, values, &read, err);

	if (status != LG_OK)
		return status;
	walk = lg_policy_values_dns(&read);
	while (status == LG_OK && out_dn && read.list == LG_LIST_NAMES &&
	       (name = lg_name_walk_next(&walk)))
		status = lg_strlist_add(out_dn, name, strlen(name), err);
	walk = lg_policy_values_users(&read);
	while (status == LG_OK && out_user && read.list == LG_LIST_NAMES &&
	       (name = lg_name_walk_next(&walk)))
		status = lg_strlist_add(out_user, name, strlen(name), err);
	lg_policy_values_release(&read);
	return status;
}
