/* SPDX-License-Identifier: ISC */
/*
 * dovecot/doveadm.h - the sessions of a Dovecot, listed and cut
 *
 * Layer: adapter; implements port/door over doveadm's HTTP API with libcurl.
 * Source: contract 3 [dovecot], 8 "Sessions".
 *
 * Dovecot ends sessions by user and address: the others of that pair go too,
 * and cut says so where they were to be spared. On this machine those of a
 * Dovecot 2.4 whose anvil listens beside the socket of doveadm end by
 * themselves, and many of a 2.3 by their processes, and nobody else. A
 * session's id is "SERVICE-PID".
 */
#ifndef LG_ADAPTERS_DOVECOT_DOVEADM_H
#define LG_ADAPTERS_DOVECOT_DOVEADM_H

#include <stdatomic.h>

#include "port/door.h"

#define LG_DOVEADM_TIMEOUT_MS 5000

/* All borrowed until the open call returns. */
struct lg_doveadm_settings {
	const char *address; /* unix:/path, or http(s)://host:port/... */
	const char *api_key; /* of doveadm_api_key */
	uint32_t timeout_ms; /* for one request; 0: LG_DOVEADM_TIMEOUT_MS */
	/* Not 0: begin no request, and end the running one soon. May be NULL;
	 * lives as long as the door. */
	const atomic_int *stop;
	/* Where a socket can be that root of this machine reaches; NULL:
	 * nowhere. Used for addresses unix: alone. */
	const char *run_dir;
};

/*
 * Opens the door; Dovecot is asked only when sessions are.
 * Returns: LG_OK; LG_ERR_SYNTAX, the address is none; LG_ERR_NO_MEMORY.
 * Owns: end with out_door->close(out_door->self). One thread at a time.
 */
enum lg_status lg_doveadm_open(const struct lg_doveadm_settings *settings,
			       struct lg_door *out_door, struct lg_error *err);

/* Whether those of the Dovecot at address (NULL: none) end each by itself: then
 * no name is like another to it. */
int lg_doveadm_names_each(const char *address);

#endif
