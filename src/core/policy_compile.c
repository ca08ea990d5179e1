/* SPDX-License-Identifier: ISC */
/*
 * From values and facts to a policy: the values are read, the names go into
 * the tables (policy_accounts.c), the fail table is asked once, and what is
 * noteworthy becomes warnings (policy_warnings.c).
 */
#include <stdlib.h>
#include <string.h>

#include "policy_compiler.h"

/*
 * THE fail table (design "The fail table"): nothing else decides whether a
 * lock fails open or closed. asked: facts are there for every name; found: at
 * least one has an entry.
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
	const struct lg_policy_input *input = compiler->input;
	int has_findings = input->facts == LG_FACTS_FINDINGS && input->findings;
	enum lg_status status = lg_policy_reserve(compiler);

	if (!status)
		status = lg_policy_add_listed(compiler);
	if (!status)
		status = lg_policy_add_break_glass(compiler);
	if (!status && has_findings)
		status = lg_policy_read_findings(compiler);
	if (!status && has_findings)
		lg_policy_judge_shared_names(compiler);
	if (!status && has_findings)
		status = lg_policy_tell_logins(compiler);
	if (!status)
		status = lg_policy_tell_names(compiler);
	if (status)
		return status;
	status = fail_table(
		compiler->values.list, compiler->values.when_invalid,
		compiler->policy->traits->zero_ends_lock, !compiler->unanswered,
		compiler->found > 0, &compiler->policy->gate);
	if (status == LG_ERR_DIRECTORY)
		return lg_error_set(compiler->err, status, NULL,
				    "the directory could not be asked about "
				    "%s, so nobody knows whether the lock "
				    "would engage",
				    compiler->unanswered_name);
	if (!status && compiler->unanswered)
		status = lg_policy_warn(
			compiler, LG_WARN_DIRECTORY_NOT_ASKED,
			"the directory could not be asked about ",
			compiler->unanswered_name,
			compiler->unanswered > 1
				? " and others; names are compared as "
				  "they are written"
				: "; it is compared as it is written");
	if (!status)
		status = lg_policy_tell_gate(compiler);
	if (!status && has_findings)
		status = lg_policy_tell_break_glass(compiler);
	return status;
}

/* An empty setting blocks nothing; without it decisions skip the rule. */
static void take_rules(struct lg_policy_compiler *compiler)
{
	struct lg_policy_values *values = &compiler->values;
	struct lg_policy *policy = compiler->policy;
	size_t count = 0;

	if (values->versions)
		lg_version_setting_items(values->versions, &count);
	if (count) {
		policy->versions = values->versions;
		values->versions = NULL;
	}
	if (values->processes &&
	    lg_process_list_names(values->processes)->count) {
		policy->processes = values->processes;
		values->processes = NULL;
	}
	policy->refuse_protocols = values->refuse_protocols;
	policy->refuse_unknown_version = values->refuse_unknown_version;
	policy->refuse_unknown_process = values->refuse_unknown_process;
	policy->hold_mail = values->hold_mail;
}

enum lg_status lg_policy_compile(const struct lg_policy_input *input,
				 struct lg_policy **out_policy,
				 struct lg_warnings *warnings,
				 struct lg_error *err)
{
	struct lg_policy_compiler compiler = {
		.input = input, .warnings = warnings, .err = err};
	struct lg_policy *policy = calloc(1, sizeof(*policy));
	enum lg_status status;

	if (!policy)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
	policy->dialect = input->dialect;
	policy->traits = lg_dialect_traits(input->dialect);
	policy->generation = input->generation;
	policy->dn.kind = LG_KEY_DN;
	policy->name.kind = LG_KEY_NAME;
	compiler.policy = policy;
	status = lg_policy_values_read(input->dialect, input->values,
				       &compiler.values, err);
	if (!status)
		status = judge_names(&compiler);
	if (!status && compiler.values.message && compiler.values.message[0]) {
		policy->message = strdup(compiler.values.message);
		if (!policy->message)
			status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
					      "out of memory");
	}
	if (!status)
		status = lg_key_table_trim(&policy->dn, err);
	if (!status)
		status = lg_key_table_trim(&policy->name, err);
	if (status)
		goto out;
	take_rules(&compiler);
	*out_policy = policy;
	policy = NULL;
out:
	free(compiler.has_right);
	lg_policy_values_release(&compiler.values);
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

	if (status)
		return status;
	walk = lg_policy_values_dns(&read);
	while (!status && out_dn && read.list == LG_LIST_NAMES &&
	       (name = lg_name_walk_next(&walk)))
		status = lg_strlist_add(out_dn, name, strlen(name), err);
	walk = lg_policy_values_users(&read);
	while (!status && out_user && read.list == LG_LIST_NAMES &&
	       (name = lg_name_walk_next(&walk)))
		status = lg_strlist_add(out_user, name, strlen(name), err);
	lg_policy_values_release(&read);
	return status;
}
