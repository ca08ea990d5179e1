/* SPDX-License-Identifier: ISC */
/*
 * fleet_pair.h - two ways to one fleet's directory, as one
 *
 * Layer: app: ports.
 * Flow: a command writes through the first, asks both, since they may be apart,
 * and hears both where it takes long, so that a provider that stands still in
 * the middle keeps nobody waiting.
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_PAIR_H
#define LOGONGATE_APP_FLEET_FLEET_PAIR_H

#include "port/clock.h"
#include "port/fleet.h"

/*
 * Both prefer another provider; poll follows both, which may tell the same
 * twice and in another order, and writes what publish wrote at the first also
 * at the other one, where it did not come there by itself. clock is borrowed.
 * Owns: *out_fleet closes both; on failure (LG_ERR_NO_MEMORY) they are closed.
 */
enum lg_status lg_fleet_pair(const struct lg_fleet *first,
			     const struct lg_fleet *second,
			     const struct lg_clock *clock,
			     struct lg_fleet *out_fleet, struct lg_error *err);

#endif
