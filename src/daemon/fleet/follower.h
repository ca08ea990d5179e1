/* SPDX-License-Identifier: ISC */
/*
 * follower.h - a gate of a fleet: following its directory beside the loop
 *
 * Layer: daemon.
 * Flow: a thread of its own polls the directory and drives app/fleet's gate;
 * what is to be done about locks it hands to the state lane through the loop,
 * and waits. What it knows is handed over as a value for status, pages and
 * metrics. The loop never waits for it.
 */
#ifndef LOGONGATE_DAEMON_FLEET_FOLLOWER_H
#define LOGONGATE_DAEMON_FLEET_FOLLOWER_H

#include <cjson/cJSON.h>

#include "daemon/gate.h"

/*
 * Where the settings have [fleet]: opens what it needs, hears the directory
 * once (for some seconds at most) and does what it says, before any listener
 * listens. Without [fleet]: nothing.
 * Returns: LG_OK, also where the directory did not answer; what is wrong with
 * settings and keys is an error.
 */
enum lg_status gate_fleet_open(struct gate *gate, struct lg_error *err);

/* The listeners listen: the thread begins. */
enum lg_status gate_fleet_begin(struct gate *gate, struct lg_error *err);

/* It ends as soon as it can; the loop goes on until then. */
void gate_fleet_close(struct gate *gate);
void gate_fleet_free(struct gate *gate);

/* The locks of this gate are others now: its report is made anew. */
void gate_fleet_look(struct gate *gate);

/* {"name","base","connected","heard","attention":[...]}; NULL without a
 * fleet. */
cJSON *gate_fleet_object(struct gate *gate);

/* Appends the metrics logongate_fleet_*; nothing without a fleet. */
void gate_fleet_metrics(struct gate *gate, struct lg_buffer *out_text);

#endif
