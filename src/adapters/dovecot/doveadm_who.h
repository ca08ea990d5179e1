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

#include "port/door.h"

/*
 * A session's id begins with it where this Dovecot only passes it on to
 * another one (a proxy): kick does not know it, proxyKick does. Those of one
 * user and address have the same.
 */
#define LG_DOVEADM_PROXY_ID "proxy-"

/* The request for all sessions, one row a connection, and for those that a
 * proxy passes on. */
void lg_doveadm_who_request(struct lg_buffer *out_json);

/* The request for those alone that kick can end. */
void lg_doveadm_who_now_request(struct lg_buffer *out_json);

/* The request, with the tag 0, to end all sessions that are read at socket_path
 * in the place of anvil's. */
void lg_doveadm_kick_at_request(const char *socket_path,
				struct lg_buffer *out_json);

/*
 * Appends one command of a request to end sessions: those that mask matches,
 * from address where it is not NULL. tag comes back in the answer. Commands
 * stand between "[" and "]" with commas between them.
 */
void lg_doveadm_kick_command(const char *mask, const char *address, size_t tag,
			     struct lg_buffer *out_json);

/*
 * Adds the sessions of an answer to `who`.
 * Returns: LG_OK; LG_ERR_IO, it is no such answer or says that it failed;
 * LG_ERR_LIMIT; LG_ERR_NO_MEMORY. On failure out_list is unchanged.
 */
enum lg_status lg_doveadm_who_parse(const char *json, size_t len,
				    struct lg_session_list *out_list,
				    struct lg_error *err);

/* The same for one that a proxy passes on: all of the user, whose name is taken
 * as it is. */
void lg_doveadm_proxy_kick_command(const char *user, size_t tag,
				   struct lg_buffer *out_json);

/* What became of a command. */
enum lg_doveadm_done {
	LG_DOVEADM_FAILED = 0,
	LG_DOVEADM_DONE, /* also: nobody was there */
	LG_DOVEADM_BROKE /* exit code 75: it went out, and an answer is missing */
};

/*
 * Reads the answer to count commands with the tags 0 and up: out_done[tag] is
 * what became of each (enum lg_doveadm_done).
 * Returns: LG_OK; LG_ERR_IO, it is no such answer, or says of at least one that
 * it failed in another way than BROKE.
 */
enum lg_status lg_doveadm_kick_parse(const char *json, size_t len, size_t count,
				     unsigned char *out_done,
				     struct lg_error *err);

#endif
