/* SPDX-License-Identifier: ISC */
/*
 * dovecot/auth_policy.h - Dovecot's auth policy requests over HTTP
 *
 * Layer: adapter; core and cJSON, no sockets.
 * Flow: POST /v1/dovecot?command=allow|report comes in through the http
 * listener; its body is read here, the answer body written here.
 * Source: Dovecot 2.3 "Authentication Policy"; contract 6, 8 "Dovecot";
 * conformance E5.
 */
#ifndef LG_ADAPTERS_DOVECOT_AUTH_POLICY_H
#define LG_ADAPTERS_DOVECOT_AUTH_POLICY_H

#include <logongate/buffer.h>
#include <logongate/policy.h>

struct cJSON;

/* Absent and empty texts are NULL. Borrowed from json until released. */
struct lg_auth_policy {
	struct cJSON *json;
	const char *login;
	const char *user;
	const char *master;
	const char *remote;
	const char *remote_port;
	const char *local_port;
	const char *protocol_text;
	enum lg_protocol protocol; /* "sieve" is IMAP */
	int is_decided; /* 0: smtp without a master (Postfix answers at
				 * MAIL), lmtp, doveadm: admit */
	const char *session_id;
	const char *client_id; /* an IMAP ID list */
	const char *mech;
	int has_nul;       /* a text was ended by one: it names nobody */
	int success;       /* -1: not in the request */
	int policy_reject; /* -1: not in the request */
};

/*
 * Reads the body of a request.
 * Returns: LG_OK; LG_ERR_SYNTAX: not one JSON object; LG_ERR_NO_MEMORY.
 * Owns: lg_auth_policy_release.
 */
enum lg_status lg_auth_policy_parse(const char *body, size_t len,
				    struct lg_auth_policy *out_request,
				    struct lg_error *err);
void lg_auth_policy_release(struct lg_auth_policy *request);

/* The name a logon is judged by: the master user's where there is one
 * (contract 7 "Names"), else user, else login; NULL where all are empty. */
const char *lg_auth_policy_name(const struct lg_auth_policy *request);

/* Appends {"status":0}. */
void lg_auth_policy_admit(struct lg_buffer *answer);
/* Appends {"status":-1,"msg":"[UNAVAILABLE] text"}; [SYS/TEMP] for pop3. */
void lg_auth_policy_refuse(enum lg_protocol protocol, const char *text,
			   struct lg_buffer *answer);

/*
 * Appends what an IMAP ID says of the client, for the record: name, version,
 * os, as far as they are there ("Thunderbird 115.4 Linux"), cleaned. The
 * list is as Dovecot gives it: "name" "Outlook" "version" "16.0". Text that
 * is no such list is appended as it is, cleaned.
 */
void lg_imap_id_client(const char *client_id, struct lg_buffer *out_client);

#endif
