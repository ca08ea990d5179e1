/* SPDX-License-Identifier: ISC */
/*
 * gate_hears.h - at which of its addresses the gate that runs can be asked
 *
 * Layer: app: core and ports.
 * Flow: settings that were changed since the gate started, or a socket unit,
 * name places where nobody answers; a server that asks there is not closed.
 */
#ifndef LOGONGATE_APP_DOORS_GATE_HEARS_H
#define LOGONGATE_APP_DOORS_GATE_HEARS_H

#include "port/machine.h"

#include "app/doors/doors.h"

/*
 * Takes out of gate, in which all of the settings are, those where nobody
 * listens; *out_taken is how many. None while the gate does not run, and what
 * cannot be looked at stays.
 */
enum lg_status lg_gate_hears(const struct lg_machine *machine,
			     const char *run_dir,
			     const struct lg_listening_sockets *sockets,
			     struct lg_gate_addresses *gate, size_t *out_taken,
			     struct lg_error *err);

/* Of ways, as they ask by the settings, those that heard, by what is listened
 * at, does not have: they do not ask. */
void lg_gate_does_not_hear(struct lg_ways *ways, const struct lg_ways *heard);

#endif
