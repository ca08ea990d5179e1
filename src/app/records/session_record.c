/* SPDX-License-Identifier: ISC */
/*
 * session_record.c - an open session, as the gate tells of it
 */
#include "app/records/session_record.h"

#include <string.h>

#include "app/records/json_member.h"

static int is_allowed(const struct lg_session *session,
		      const struct lg_policy *policy)
{
	struct lg_attempt attempt = lg_session_attempt(session);

	return !policy ||
	       lg_policy_decide(policy, &attempt).verdict == LG_ADMIT;
}

cJSON *lg_session_object(const struct lg_session *session,
			 const struct lg_policy *policy)
{
	const char *protocol = lg_protocol_name(session->protocol);
	cJSON *object = cJSON_CreateObject();
	struct lg_buffer version = {0};

	lg_version_format(&session->version, &version);
	lg_json_text(object, "id", session->id);
	lg_json_text(object, "door", session->door);
	lg_json_text(object, "protocol", *protocol ? protocol : NULL);
	lg_json_text(object, "user", session->user);
	lg_json_text(object, "master", session->master);
	lg_json_text(object, "dn", session->dn);
	lg_json_text(object, "client", session->client);
	lg_json_text(object, "version", version.len ? version.data : NULL);
	lg_json_text(object, "process", session->process);
	lg_json_text(object, "address", session->address);
	lg_json_time(object, "since", session->since_s);
	lg_json_bool(object, "allowed", is_allowed(session, policy));
	if (lg_buffer_status(&version, NULL) != LG_OK)
		lg_json_add(object, "version", NULL);
	lg_buffer_release(&version);
	return object;
}

void lg_session_read(const cJSON *object, struct lg_session *out_session)
{
	const char *protocol = lg_json_text_of(object, "protocol");
	const char *version = lg_json_text_of(object, "version");
	struct lg_session session = {
		.id = lg_json_text_of(object, "id"),
		.door = lg_json_text_of(object, "door"),
		.user = lg_json_text_of(object, "user"),
		.master = lg_json_text_of(object, "master"),
		.dn = lg_json_text_of(object, "dn"),
		.process = lg_json_text_of(object, "process"),
		.client = lg_json_text_of(object, "client"),
		.address = lg_json_text_of(object, "address"),
		.since_s = lg_json_time_of(object, "since"),
	};

	if (protocol)
		lg_protocol_from_name(protocol, strlen(protocol),
				      &session.protocol);
	if (version)
		lg_version_parse(version, strlen(version), &session.version,
				 NULL);
	*out_session = session;
}

int lg_session_was_allowed(const cJSON *object)
{
	return !cJSON_IsFalse(lg_json_of(object, "allowed"));
}
