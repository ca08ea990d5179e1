/* SPDX-License-Identifier: ISC */
/*
 * dovecot/doveadm_kick.h - ending many sessions in few requests
 *
 * Layer: adapter; core only, the connection is doveadm.c's.
 * Source: contract 8 "Sessions"; Dovecot 2.3.19, tried: a request may hold any
 * number of commands, each is answered in its turn, and each reads all
 * sessions anew (0.9 ms where 1,000 are open). A request is a process of its
 * own there; two at once took as long as one after the other on a busy machine.
 * Connections of a Dovecot 2.4 are named to anvil (kick_connections.h), many of
 * a 2.3 are ended by their processes (kick_processes.h), where that can be had.
 */
#ifndef LG_ADAPTERS_DOVECOT_DOVEADM_KICK_H
#define LG_ADAPTERS_DOVECOT_DOVEADM_KICK_H

#include <stdint.h>

#include "port/door.h"

struct lg_anvil_socket;

struct lg_doveadm_kicker {
	void *context;
	/* LG_ERR_TIMEOUT: no answer within limit_ms. Who connects to anvil (may
	 * be NULL) meanwhile is answered. */
	enum lg_status (*ask)(void *context, const struct lg_buffer *request,
			      uint32_t limit_ms, struct lg_anvil_socket *anvil,
			      struct lg_buffer *answer, struct lg_error *err);
	int (*is_stopped)(void *context);
	/* Where a socket can be that this Dovecot reaches; NULL: nowhere. */
	const char *folder;
	/* Where anvil of a Dovecot 2.4 may listen; NULL: nowhere. */
	const char *anvil;
};

/*
 * Carries out an order: each connection by itself or many processes at once
 * where that can be had, and who is left by one command for each user and
 * address, several in a request, as many as Dovecot does in about a tenth of a
 * second, so that little is under way when it is stopped. Dovecot 2.4 answers
 * a command when the sessions' processes have answered it; where one hangs (a
 * disk that does, a signal), the others of its request are told one by one, and
 * it is left.
 * Returns: LG_OK; LG_ERR_IO, LG_ERR_TIMEOUT, LG_ERR_DENIED: the first thing
 * that Dovecot did not do; what it did is marked all the same.
 */
enum lg_status lg_doveadm_kick(const struct lg_doveadm_kicker *kicker,
			       struct lg_cut_order *order,
			       struct lg_error *err);

#endif
