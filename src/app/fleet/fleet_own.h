/* SPDX-License-Identifier: ISC */
/*
 * fleet_own.h - what a gate keeps of each lock for itself
 *
 * Layer: app, for fleet_gate.c.
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_OWN_H
#define LOGONGATE_APP_FLEET_FLEET_OWN_H

#include "app/fleet/fleet_gate.h"

/* The gate's own of a lock. settled: nothing is to be done about it until
 * another event comes. */
struct lg_fleet_own {
	char id[LG_FLEET_LOCK_SIZE];
	struct lg_fleet_made made;
	int held;
	int settled;
	int64_t number;
	size_t events;
	enum lg_fleet_has has;
	int64_t until_s;
	enum lg_fleet_ready ready;
	char why[256];
};

/* NULL: it has none of that lock. */
struct lg_fleet_own *lg_fleet_own_find(struct lg_fleet_gate *gate,
				       const char *id);

/* What it has of it, new where it had none; those found before may move. */
enum lg_status lg_fleet_own_add(struct lg_fleet_gate *gate, const char *id,
				struct lg_fleet_own **out_own,
				struct lg_error *err);

/* Drops what the ear has forgotten, and is in force here no more. */
void lg_fleet_own_drop(struct lg_fleet_gate *gate);

#endif
