/* SPDX-License-Identifier: ISC */
/*
 * follower_beside.h - a second provider, followed beside the first
 *
 * Layer: daemon.
 * Flow: a thread of its own polls a provider that the follower is not at, and
 * hands over what it tells, entry by entry; the follower's thread takes them.
 * It waits where they are not taken, so that nothing piles up.
 */
#ifndef LOGONGATE_DAEMON_FLEET_FOLLOWER_BESIDE_H
#define LOGONGATE_DAEMON_FLEET_FOLLOWER_BESIDE_H

#include "app/fleet/fleet_gate.h"
#include "core/settings/fleet_settings.h"

struct gate_beside;

/*
 * Begins, where the settings name more than one provider; NULL otherwise, and
 * where there are no threads: a gate does without. how is borrowed while it
 * runs; news is called on the thread when there is something to take.
 */
struct gate_beside *gate_beside_begin(const struct lg_fleet_settings *how,
				      void (*news)(void *context),
				      void *context);

/* On the follower's thread: takes what came, and says where the follower is,
 * so that this one is elsewhere. */
enum lg_status gate_beside_take(struct gate_beside *beside,
				struct lg_fleet_gate *gate,
				struct lg_error *err);

/* Writes the gate's report through this provider, on its thread; a later one
 * takes the place of one that still waits. */
void gate_beside_report(struct gate_beside *beside, const char *report,
			size_t len);

/* Ends it, as soon as its provider lets it. NULL is fine. */
void gate_beside_end(struct gate_beside *beside);

#endif
