/* SPDX-License-Identifier: ISC */
/*
 * fleet_ask.h - all that a command must know of a fleet's locks, however much
 * else stands there
 *
 * Layer: app: core, port/fleet.
 * Flow: a command asks once, before it does anything. Whoever may write below
 * ou=locks can fill it with what nobody signed; that keeps no administrator
 * from locking and lifting.
 * Source: contract 14 "Of fleets".
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_ASK_H
#define LOGONGATE_APP_FLEET_FLEET_ASK_H

#include "app/fleet/fleet_ear.h"
#include "app/fleet/fleet_gates.h"

/* So many entries that are not believed, and the rest is left unread. */
#define LG_FLEET_JUNK_MAX 2000

/*
 * Asks for all events. Where too many of them are not believed, it asks for
 * those of keys, and of each lock that a gate names and of `also` (NULL:
 * none), one by one, and *out_cut is 1.
 * Returns: as port/fleet's events.
 */
enum lg_status lg_fleet_ask(struct lg_fleet_ear *ear,
			    const struct lg_fleet *fleet, const char *also,
			    int *out_cut, struct lg_error *err);

#endif
