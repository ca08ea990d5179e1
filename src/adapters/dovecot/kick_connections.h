/* SPDX-License-Identifier: ISC */
/*
 * dovecot/kick_connections.h - connections of a Dovecot 2.4, each by itself
 *
 * Layer: adapter; core only, the connection is anvil_client.c's.
 * Source: Dovecot 2.4.1, tried: doveadm's kick knows users and addresses, and
 * takes a command for each; anvil itself ends the one connection that it is
 * told, in half a millisecond.
 */
#ifndef LG_ADAPTERS_DOVECOT_KICK_CONNECTIONS_H
#define LG_ADAPTERS_DOVECOT_KICK_CONNECTIONS_H

#include "adapters/dovecot/doveadm_kick.h"

/* The listener of anvil that drop-in 2.4/logongate-sessions.conf makes. */
#define LG_KICK_CONNECTIONS_SOCKET "logongate-anvil"

/*
 * Asks anvil at kicker->anvil who is there now, and ends those of the order
 * whose process nobody else is in. They are marked, and so is who left by
 * himself; where there is no such anvil nobody is.
 * Returns: LG_OK; LG_ERR_IO, anvil broke off, and the order is blind;
 * LG_ERR_TIMEOUT, several hang.
 */
enum lg_status lg_kick_connections(const struct lg_doveadm_kicker *kicker,
				   struct lg_cut_order *order,
				   struct lg_error *err);

#endif
