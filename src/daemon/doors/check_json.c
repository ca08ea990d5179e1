/* SPDX-License-Identifier: ISC */
/*
 * check_json.c - a question about one logon, and contract 5's `check` object
 */
#include "daemon/doors/check_json.h"

#include <string.h>

#include "app/records/json_member.h"
#include "daemon/view.h"

static enum lg_status read_text(const cJSON *object, const char *key,
				const char **out_text, size_t *out_len,
				struct lg_error *err)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	if (!item || cJSON_IsNull(item))
		return LG_OK;
	if (!cJSON_IsString(item))
		return lg_error_set(err, LG_ERR_SYNTAX, key,
				    "is not a text or null");
	*out_text = item->valuestring;
	*out_len = strlen(item->valuestring);
	return LG_OK;
}

enum lg_status check_json_read(const cJSON *object, struct gate_ask *ask,
			       struct lg_error *err)
{
	struct lg_attempt *attempt = &ask->attempt;
	const char *version = NULL;
	const char *protocol = NULL;
	size_t version_len = 0;
	size_t protocol_len = 0;
	size_t address_len = 0;
	enum lg_status status;

	if (!cJSON_IsObject(object))
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "is not a JSON object");
	if ((status = read_text(object, "dn", &attempt->dn, &attempt->dn_len,
				err)) ||
	    (status = read_text(object, "user", &attempt->user,
				&attempt->user_len, err)) ||
	    (status = read_text(object, "process", &attempt->process,
				&attempt->process_len, err)) ||
	    (status = read_text(object, "address", &ask->address, &address_len,
				err)) ||
	    (status = read_text(object, "version", &version, &version_len,
				err)) ||
	    (status = read_text(object, "protocol", &protocol, &protocol_len,
				err)))
		return status;
	if (version_len) {
		status = lg_version_parse(version, version_len,
					  &attempt->version, err);
		if (status)
			return status;
	}
	if (protocol &&
	    !lg_protocol_from_name(protocol, protocol_len, &attempt->protocol))
		return lg_error_set(
			err, LG_ERR_UNKNOWN_KEY, "protocol",
			"\"%s\" is not one of mapi, http, imap, pop3, smtp, "
			"login",
			protocol);
	return LG_OK;
}

static int add_text(cJSON *object, const char *key, const char *text)
{
	if (text)
		return cJSON_AddStringToObject(object, key, text) != NULL;
	return cJSON_AddNullToObject(object, key) != NULL;
}

/* Whose rule it is. */
static void add_layer(cJSON *rule, const struct gate *gate, int layer)
{
	const struct lg_policy *policy = gate_policy(gate);
	const struct lg_policy_layer_info *info =
		policy ? lg_policy_layer_at(policy, layer) : NULL;

	if (info && info->id)
		lg_json_lock(rule, "lock", info->id, info->profile);
}

static int add_rules(cJSON *object, const struct gate *gate,
		     const struct lg_rule_answer *rules, size_t count)
{
	cJSON *list = cJSON_AddArrayToObject(object, "rules");
	size_t i;

	for (i = 0; list && i < count; i++) {
		cJSON *rule = cJSON_CreateObject();

		if (!rule || !cJSON_AddItemToArray(list, rule)) {
			cJSON_Delete(rule);
			return 0;
		}
		if (!add_text(rule, "rule", lg_rule_name(rules[i].rule)) ||
		    !add_text(rule, "outcome",
			      lg_outcome_name(rules[i].outcome)) ||
		    !add_text(rule, "detail", rules[i].detail))
			return 0;
		add_layer(rule, gate, rules[i].lock);
	}
	return list != NULL;
}

/* The lock that refuses; null: the standing values do, or nobody. */
static int add_lock(cJSON *object, const struct gate *gate,
		    const struct lg_decision *decision)
{
	const struct gate_view_lock *speaks =
		decision->verdict == LG_REFUSE
			? gate_view_speaks(gate->view, decision)
			: NULL;

	lg_json_lock(object, "lock", speaks ? speaks->lock->id : NULL,
		     speaks ? speaks->lock->profile : NULL);
	return 1;
}

cJSON *check_json_answer(const struct gate *gate,
			 const struct lg_decision *decision,
			 const char *message,
			 const struct lg_rule_answer *rules, size_t rule_count)
{
	cJSON *object = cJSON_CreateObject();

	if (object &&
	    add_text(object, "verdict", lg_verdict_name(decision->verdict)) &&
	    add_text(object, "reason", lg_reason_name(decision->reason)) &&
	    add_text(object, "rule",
		     decision->rule ? lg_rule_name(decision->rule) : NULL) &&
	    add_text(object, "message", message) &&
	    cJSON_AddNumberToObject(object, "generation",
				    (double)gate->view->generation) &&
	    add_lock(object, gate, decision) &&
	    (!rules || add_rules(object, gate, rules, rule_count)))
		return object;
	cJSON_Delete(object);
	return NULL;
}
