/* SPDX-License-Identifier: ISC */
/*
 * check_json.c - a question about one logon, and contract 5's `check` object
 */
#include "daemon/doors/check_json.h"

#include <string.h>

#include "port/json_of.h"
#include "app/records/check_record.h"
#include "daemon/view.h"

static enum lg_status read_text(const cJSON *object, const char *key,
				const char **out_text, size_t *out_len,
				struct lg_error *err)
{
	const cJSON *item = lg_json_of(object, key);

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
				err)) != LG_OK ||
	    (status = read_text(object, "user", &attempt->user,
				&attempt->user_len, err)) != LG_OK ||
	    (status = read_text(object, "process", &attempt->process,
				&attempt->process_len, err)) != LG_OK ||
	    (status = read_text(object, "address", &ask->address, &address_len,
				err)) != LG_OK ||
	    (status = read_text(object, "version", &version, &version_len,
				err)) != LG_OK ||
	    (status = read_text(object, "protocol", &protocol, &protocol_len,
				err)) != LG_OK)
		return status;
	if (version_len) {
		status = lg_version_parse(version, version_len,
					  &attempt->version, err);
		if (status != LG_OK)
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

cJSON *check_json_answer(const struct gate *gate,
			 const struct lg_decision *decision,
			 const char *message, const struct lg_attempt *explain)
{
	const struct gate_view_lock *speaks =
		gate_view_speaks(gate->view, decision);
	const struct lg_check check = {
		.policy = gate_policy(gate),
		.decision = *decision,
		.generation = gate->view->generation,
		.message = message,
		.lock = speaks ? speaks->lock->id : NULL,
		.profile = speaks ? speaks->lock->profile : NULL,
		.explain = explain,
	};

	return lg_check_object(&check);
}
