/* SPDX-License-Identifier: ISC */
/*
 * plan_ask.c - one question to the directory for everything a plan needs
 *
 * Where it does not answer, the findings say of every name that nobody asked.
 */
#include <string.h>
#include <strings.h>

#include "app/change/accounts_ask.h"
#include "app/change/plan_parts.h"
#include "core/policy/policy_values.h"

/* The one DN for a store that takes one is most often of the list, too. */
static int is_single_new(const struct lg_profile *profile)
{
	if (profile->single == NULL || strcmp(profile->single, "0") == 0)
		return 0;
	for (size_t i = 0; i < profile->allow.count; i++) {
		if (strcasecmp(profile->allow.item[i], profile->single) == 0)
			return 0;
	}
	return 1;
}

/* Whom the values there name; one that no store of its kind reads names
 * nobody. */
static enum lg_status add_standing(const struct lg_plan_server *server,
				   struct lg_strlist *out_dn,
				   struct lg_strlist *out_user,
				   struct lg_error *err)
{
	enum lg_dialect dialect = server->render.dialect;
	const char *name[LG_VALUE_NAMES_MAX];
	size_t count = lg_policy_value_names(dialect, name);
	struct lg_registry *read = NULL;
	enum lg_status status = lg_registry_copy(server->before, &read, err);

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		status = lg_policy_value_check(dialect, read, name[i], err);
		if (status == LG_OK || status == LG_ERR_NO_MEMORY)
			continue;
		lg_registry_delete(read, LG_KEY_PARAMETERS_SYSTEM, name[i]);
		status = LG_OK;
	}
	if (status == LG_OK)
		status = lg_policy_names(dialect, read, out_dn, out_user, err);
	lg_registry_free(&read);
	return status;
}

/* The names of the profile and of values that stay in force beside it. */
static enum lg_status names_to_ask(const struct lg_plan_input *input,
				   struct lg_strlist *out_dn,
				   struct lg_strlist *out_user,
				   struct lg_error *err)
{
	const struct lg_profile *profile = input->profile;
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < profile->allow.count && status == LG_OK; i++) {
		const char *dn = profile->allow.item[i];

		/* The value "0" ends a lock (L11); it names nobody. */
		if (strcmp(dn, "0") != 0)
			status = lg_strlist_add(out_dn, dn, strlen(dn), err);
	}
	if (status == LG_OK && is_single_new(profile))
		status = lg_strlist_add(out_dn, profile->single,
					strlen(profile->single), err);
	if (status == LG_OK)
		status =
			lg_strlist_add_all(out_user, &profile->allow_user, err);
	for (size_t i = 0; i < input->server_count && status == LG_OK &&
			   !profile->names_present;
	     i++) {
		const struct lg_plan_server *server = &input->server[i];

		if (server->before != NULL)
			status = add_standing(server, out_dn, out_user, err);
	}
	return status;
}

static enum lg_status add_unasked(struct lg_findings *findings,
				  const struct lg_strlist *names,
				  enum lg_asked_as asked_as,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; names != NULL && i < names->count; i++) {
		struct lg_account account = {.asked_as = asked_as,
					     .finding = LG_FINDING_UNASKED,
					     .asked = names->item[i]};

		status = lg_findings_add(findings, &account, NULL, 0, err);
		if (status != LG_OK)
			break;
	}
	return status;
}

/* Findings that say of every name that nobody asked. */
static enum lg_status unasked(const struct lg_ask *ask,
			      struct lg_findings **out_findings,
			      struct lg_error *err)
{
	struct lg_findings *findings = NULL;
	enum lg_status status = lg_findings_new(&findings, err);

	if (status == LG_OK)
		status = add_unasked(findings, ask->dn, LG_ASKED_DN, err);
	if (status == LG_OK)
		status = add_unasked(findings, ask->user, LG_ASKED_USER, err);
	if (status == LG_OK)
		status = add_unasked(findings, ask->break_glass,
				     LG_ASKED_BREAK_GLASS, err);
	if (status != LG_OK)
		lg_findings_free(&findings);
	else
		*out_findings = findings;
	return status;
}

/* Those whom the profile concerns; where they cannot be asked nothing can. */
static enum lg_status ask_concerned(struct lg_plan *plan,
				    const struct lg_plan_input *input,
				    struct lg_error *err)
{
	const struct lg_profile *profile = input->profile;
	const struct lg_concerned who = {
		.dn = &profile->applies_dn,
		.user = &profile->applies_user,
		.filter = profile->applies_filter,
		.domains = profile->applies_domain.count > 0,
	};
	enum lg_status status =
		lg_concerned_ask(input->directory, &who, input->progress,
				 &plan->concerned, &plan->directory_error);

	if (status == LG_ERR_DIRECTORY || status == LG_ERR_TIMEOUT) {
		plan->facts = LG_FACTS_NOT_ASKED;
		return LG_OK;
	}
	if (status != LG_OK && err != NULL)
		*err = plan->directory_error;
	return status;
}

enum lg_status lg_plan_ask(struct lg_plan *plan,
			   const struct lg_plan_input *input,
			   struct lg_error *err)
{
	const struct lg_profile *profile = input->profile;
	struct lg_strlist dn = {0}, user = {0};
	struct lg_ask question = {.dn = &dn, .user = &user};
	enum lg_status status;

	status = names_to_ask(input, &dn, &user, err);
	if (status != LG_OK)
		goto out;
	question.filter = profile->names_present ? profile->allow_filter : NULL;
	if (input->break_glass != NULL && input->break_glass->count > 0)
		question.break_glass = input->break_glass;
	plan->facts = LG_FACTS_FINDINGS;
	if (profile->applies_to_some)
		status = ask_concerned(plan, input, err);
	if (status != LG_OK || plan->facts == LG_FACTS_NOT_ASKED) {
		if (status == LG_OK)
			status = unasked(&question, &plan->findings, err);
		goto out;
	}
	if (dn.count == 0 && user.count == 0 && question.filter == NULL &&
	    question.break_glass == NULL) {
		/* No list, nothing to ask (contract 7). */
		status = lg_findings_new(&plan->findings, err);
		goto out;
	}
	question.caller = input->caller;
	plan->names_alone = input->directory == NULL && dn.count == 0 &&
			    question.filter == NULL &&
			    question.break_glass == NULL;
	if (input->directory == NULL)
		status = lg_error_set(&plan->directory_error, LG_ERR_DIRECTORY,
				      NULL,
				      "no directory is named; --directory URI "
				      "or [directory] uri names one");
	else
		status = lg_found_ask(input->directory, &question,
				      input->progress, &plan->findings,
				      &plan->warnings, &plan->directory_error);
	if (status == LG_ERR_DIRECTORY || status == LG_ERR_TIMEOUT) {
		plan->facts = LG_FACTS_NOT_ASKED;
		status = unasked(&question, &plan->findings, err);
	} else if (status != LG_OK && err != NULL) {
		*err = plan->directory_error;
	}
out:
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}
