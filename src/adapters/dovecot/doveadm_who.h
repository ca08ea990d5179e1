/* SPDX-License-Identifier: ISC */
/*
 * dovecot/doveadm_who.h - requests and answers of the doveadm HTTP API
 *
 * Layer: adapter; core and cJSON, no network.
 * Source: facts of Dovecot 2.3.19: `who` closes its array after the first row
 * and leaves the others beside it, so rows are taken wherever they stand.
 */
#ifndef LG_ADAPTERS_DOVECOT_DOVEADM_WHO_H
#define LG_ADAPTERS_DOVECOT_DOVEADM_WHO_H

#include <logongate/port/door.h>

/* The request for all sessions, one row a connection. */
void lg_doveadm_who_request(struct lg_buffer *out_json);

/*
 * The request to end all sessions of user from address.
 * Returns: LG_OK; LG_ERR_DENIED, the name holds * or ?, which Dovecot would
 * match with others, or is empty, which it would match with all;
 * LG_ERR_NO_MEMORY.
 */
enum lg_status lg_doveadm_kick_request(const char *user, const char *address,
				       struct lg_buffer *out_json,
				       struct lg_error *err);

/*
 * Adds the sessions of an answer to `who`.
 * Returns: LG_OK; LG_ERR_IO, it is no such answer or says that it failed;
 * LG_ERR_LIMIT; LG_ERR_NO_MEMORY. On failure out_list is unchanged.
 */
enum lg_status lg_doveadm_who_parse(const char *json, size_t len,
				    struct lg_session_list *out_list,
				    struct lg_error *err);

/* Whether the answer to `kick` says that it was done; nobody there is done. */
enum lg_status lg_doveadm_kick_parse(const char *json, size_t len,
				     struct lg_error *err);

#endif
