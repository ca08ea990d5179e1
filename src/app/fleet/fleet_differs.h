/* SPDX-License-Identifier: ISC */
/*
 * fleet_differs.h - whether a gate holds what it should
 *
 * Layer: app: core.
 * Source: contract 10 "Seeing", 13 "Commands".
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_DIFFERS_H
#define LOGONGATE_APP_FLEET_FLEET_DIFFERS_H

#include "app/fleet/fleet_gates.h"

#define LG_FLEET_DIFFERS_SIZE 256

/*
 * Compares what a gate said last with what the events come to for its groups.
 * out_how (may be NULL) says in a few words what is not the same; "".
 */
int lg_fleet_differs(const struct lg_fleet_set *set,
		     const struct lg_fleet_one *one, int64_t now_ms,
		     char out_how[LG_FLEET_DIFFERS_SIZE]);

#endif
