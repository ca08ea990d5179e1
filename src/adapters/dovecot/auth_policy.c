/* SPDX-License-Identifier: ISC */
/*
 * auth_policy.c - the JSON that Dovecot's auth policy client sends and reads
 *
 * All values are texts but success, policy_reject and tls. A "\u0000" in a
 * text ends a name early for everybody who reads it as C. Such a request is
 * marked: Dovecot admits whom it gets no answer about.
 */
#include <string.h>

#include <cjson/cJSON.h>

#include "core/policy/message.h"
#include "port/json_of.h"

#include "adapters/dovecot/auth_policy.h"
#include "adapters/http/json_text.h"
#include "adapters/dovecot/service.h"

static const char *text_of(const cJSON *json, const char *name)
{
	const char *text = lg_json_text_of(json, name);

	return text && *text ? text : NULL;
}

static int flag_of(const cJSON *json, const char *name)
{
	const cJSON *item = lg_json_of(json, name);

	return cJSON_IsBool(item) ? cJSON_IsTrue(item) : -1;
}

enum lg_status lg_auth_policy_parse(const char *body, size_t len,
				    struct lg_auth_policy *out_request,
				    struct lg_error *err)
{
	struct lg_auth_policy r = {0};
	const char *end = NULL;

	if (!len)
		return lg_error_set(err, LG_ERR_SYNTAX, "",
				    "the auth policy request is empty");
	r.has_nul = lg_json_has_nul(body, len);
	r.json = cJSON_ParseWithLengthOpts(body, len, &end, 0);
	if (!cJSON_IsObject(r.json)) {
		cJSON_Delete(r.json);
		return lg_error_set(err, LG_ERR_SYNTAX, "",
				    "the auth policy request is not a JSON "
				    "object, or too much for the memory");
	}
	r.login = text_of(r.json, "login");
	r.user = text_of(r.json, "user");
	r.master = text_of(r.json, "master");
	r.remote = text_of(r.json, "remote");
	r.remote_port = text_of(r.json, "rport");
	r.local_port = text_of(r.json, "lport");
	r.protocol_text = text_of(r.json, "protocol");
	r.session_id = text_of(r.json, "session_id");
	r.client_id = text_of(r.json, "client_id");
	r.mech = text_of(r.json, "mech");
	r.success = flag_of(r.json, "success");
	r.policy_reject = flag_of(r.json, "policy_reject");
	r.protocol = lg_dovecot_protocol(r.protocol_text);
	r.is_decided = lg_dovecot_is_decided(r.protocol_text, r.master);
	*out_request = r;
	return LG_OK;
}

void lg_auth_policy_release(struct lg_auth_policy *request)
{
	cJSON_Delete(request->json);
	memset(request, 0, sizeof(*request));
}

const char *lg_auth_policy_name(const struct lg_auth_policy *request)
{
	if (request->master)
		return request->master;
	return request->user ? request->user : request->login;
}

void lg_auth_policy_admit(struct lg_buffer *answer)
{
	lg_buffer_text(answer, "{\"status\":0}");
}

void lg_auth_policy_refuse(enum lg_protocol protocol, const char *text,
			   struct lg_buffer *answer)
{
	lg_buffer_text(answer, "{\"status\":-1,\"msg\":");
	lg_dovecot_json_text(lg_dovecot_response_code(protocol), text, answer);
	lg_buffer_char(answer, '}');
}
