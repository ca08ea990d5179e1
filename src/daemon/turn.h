/* SPDX-License-Identifier: ISC */
/*
 * turn.h - looking at the inside and changing it, from the loop
 *
 * Layer: daemon.
 * Flow: run is called on the state lane, after every look and change that was
 * asked for before; then the loop shows the new view, begins what follows from
 * it (sweeps, deadlines, questions to the directory), and calls done. So what
 * a change put in force is in force when done is called.
 */
#ifndef LOGONGATE_DAEMON_TURN_H
#define LOGONGATE_DAEMON_TURN_H

#include "daemon/inside.h"

typedef enum lg_status (*gate_change_run)(struct gate_inside *inside,
					  void *context,
					  struct gate_outcome *outcome,
					  struct lg_error *err);
typedef enum lg_status (*gate_look_run)(const struct gate_inside *inside,
					void *context, struct lg_error *err);
/* Also called when the gate is going down (gate->stopping). */
typedef void (*gate_change_done)(struct gate *gate, void *context,
				 enum lg_status status,
				 const struct lg_error *err);

/* What is owed to the disk is written first; where that fails run is not
 * called and done gets the error. */
void gate_change(struct gate *gate, gate_change_run run, gate_change_done done,
		 void *context);
/* For what time brings, and lifts: run is called whatever is owed. */
void gate_change_due(struct gate *gate, gate_change_run run,
		     gate_change_done done, void *context);
/* Changes nothing: nothing follows from it. */
void gate_look(struct gate *gate, gate_look_run run, gate_change_done done,
	       void *context);

#endif
