/* SPDX-License-Identifier: ISC */
/*
 * plan_json.c - a plan as the contract's object
 *
 * The members of contract 4 stand first; "user", "display" and "leaving" are
 * what people ask for next.
 */
#include "app/records/json_member.h"
#include "app/records/plan_json.h"

int lg_plan_is_listed(const struct lg_account *account)
{
	switch (account->asked_as) {
	case LG_ASKED_DN:
	case LG_ASKED_USER:
	case LG_ASKED_FILTER:
		return 1;
	case LG_ASKED_BREAK_GLASS:
	case LG_ASKED_CALLER:
	case LG_ASKED_KNOWN:
		return 0;
	}
	return 0;
}

static cJSON *target_object(const struct lg_plan_target *target)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *values = cJSON_CreateArray();

	lg_json_text(object, "name", target->name);
	lg_json_text(object, "dialect", lg_dialect_name(target->dialect));
	lg_json_text(object, "backend", lg_backend_name(target->backend));
	lg_json_bool(object, "engages", target->engages);
	lg_json_text(object, "gate", lg_gate_state_name(target->gate));
	for (size_t i = 0; i < lg_registry_count(target->values); i++) {
		const struct lg_value *value =
			lg_registry_at(target->values, i);
		cJSON *item = cJSON_CreateObject();

		lg_json_value(item, value);
		lg_json_data(item, "before",
			     target->before == NULL
				     ? NULL
				     : lg_registry_find(target->before,
							value->key,
							value->name));
		lg_json_append(values, item);
	}
	lg_json_add(object, "values", values);
	lg_json_text(object, "takes_effect",
		     lg_takes_effect_name(target->takes_effect));
	return object;
}

cJSON *lg_account_object(const struct lg_account *account, const char *dn,
			 const char *user)
{
	enum lg_via via = user ? LG_VIA_LOGIN : account->via;
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "dn", dn);
	if (user)
		lg_json_text(object, "user", user);
	lg_json_text(object, "finding", lg_finding_name(account->finding));
	lg_json_text(object, "entry", account->entry);
	lg_json_text(object, "via", lg_via_name(via));
	return object;
}

/* An account that has no legacyExchangeDN is shown by its logon name
 * (contract 7 "Names"). */
static cJSON *account_object(const struct lg_findings *findings,
			     const struct lg_account *account)
{
	const char *dn = NULL, *user = NULL;
	cJSON *object;

	switch (account->asked_as) {
	case LG_ASKED_DN:
	case LG_ASKED_BREAK_GLASS:
		dn = account->asked;
		break;
	case LG_ASKED_USER:
	case LG_ASKED_CALLER:
		user = account->asked;
		break;
	case LG_ASKED_FILTER:
	case LG_ASKED_KNOWN:
		dn = account->dn;
		if (dn == NULL && account->login_count > 0)
			user = findings->login[account->login_first].name;
		break;
	}
	object = lg_account_object(account, dn, user);
	lg_json_text(object, "display", account->display);
	return object;
}

static cJSON *sessions_object(const struct lg_plan *plan,
			      const struct lg_plan_input *input)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *leaving = cJSON_CreateArray();

	lg_json_number(object, "open", (int64_t)plan->session_count);
	lg_json_number(object, "cut", (int64_t)plan->cut_count);
	for (size_t i = 0; i < plan->session_count; i++) {
		const struct lg_session *session = &input->session[i];
		cJSON *item;

		if (!plan->cut[i])
			continue;
		item = cJSON_CreateObject();
		lg_json_text(item, "user", session->user);
		lg_json_text(item, "dn", session->dn);
		lg_json_text(item, "door", session->door);
		lg_json_text(item, "protocol",
			     lg_protocol_name(session->protocol));
		lg_json_text(item, "address", session->address);
		lg_json_text(item, "reason",
			     lg_reason_name(plan->decision[i].reason));
		lg_json_append(leaving, item);
	}
	lg_json_add(object, "leaving", leaving);
	return object;
}

cJSON *lg_plan_object(const struct lg_plan *plan,
		      const struct lg_plan_input *input)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *targets = cJSON_CreateArray();
	cJSON *allow = cJSON_CreateArray();
	cJSON *warnings = cJSON_CreateArray();

	lg_json_text(object, "profile", plan->profile);
	lg_json_text(object, "dialect",
		     plan->target_count > 0
			     ? lg_dialect_name(plan->target[0].dialect)
			     : NULL);
	for (size_t i = 0; i < plan->target_count; i++)
		lg_json_append(targets, target_object(&plan->target[i]));
	lg_json_add(object, "targets", targets);
	for (size_t i = 0; i < plan->findings->account_count; i++) {
		const struct lg_account *account = &plan->findings->account[i];

		if (lg_plan_is_listed(account))
			lg_json_append(allow,
				       account_object(plan->findings, account));
	}
	lg_json_add(object, "allow", allow);
	lg_json_add(object, "sessions", sessions_object(plan, input));
	for (size_t i = 0; i < plan->warnings.text.count; i++) {
		cJSON *item = cJSON_CreateObject();

		lg_json_text(item, "code",
			     lg_warning_name(plan->warnings.code[i]));
		lg_json_text(item, "text", plan->warnings.text.item[i]);
		lg_json_append(warnings, item);
	}
	lg_json_add(object, "warnings", warnings);
	lg_json_time(object, "until", plan->until_s);
	return object;
}
