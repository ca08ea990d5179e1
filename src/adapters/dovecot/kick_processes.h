/* SPDX-License-Identifier: ISC */
/*
 * dovecot/kick_processes.h - ending many sessions by their processes at once
 *
 * Layer: adapter; core only, the connection is doveadm.c's.
 * Source: Dovecot 2.3.19, tried: kick ends the processes whose sessions it
 * reads from anvil, whose socket its parameter socketPath names (doveadm HTTP
 * API). Where that is one of the gate's, which tells it the processes that are
 * to end and no others, one kick ends them all, and nobody else: by name each
 * takes a command, which reads all sessions anew, and one with a mask for many
 * hits who comes meanwhile, as a master who is let into any mailbox.
 */
#ifndef LG_ADAPTERS_DOVECOT_KICK_PROCESSES_H
#define LG_ADAPTERS_DOVECOT_KICK_PROCESSES_H

#include "adapters/dovecot/doveadm_kick.h"

/* Fewer are named one by one: that is as quick. */
#define LG_KICK_PROCESSES_MIN 8u

/*
 * Asks Dovecot who is there now, and ends those of the order whose process
 * nobody else is in. They are marked, and so is who left by himself; where
 * this Dovecot cannot be told so (2.4, another machine) nobody is.
 * Returns: LG_OK; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_kick_processes(const struct lg_doveadm_kicker *kicker,
				 struct lg_cut_order *order,
				 struct lg_error *err);

#define LG_KICK_IS_GONE SIZE_MAX

/*
 * The choice alone. out_goes[k] is 1 for those of now whose process serves only
 * whom the order ends. out_ends[i] is not 0 for those of the order that end so:
 * k + 1, or LG_KICK_IS_GONE for who is not there any more.
 */
enum lg_status lg_kick_processes_choose(const struct lg_cut_order *order,
					const struct lg_session_list *now,
					unsigned char *out_goes,
					size_t *out_ends, struct lg_error *err);

#endif
