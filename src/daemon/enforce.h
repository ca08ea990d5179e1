/* SPDX-License-Identifier: ISC */
/*
 * enforce.h - making values take effect, at their time
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_ENFORCE_H
#define LOGONGATE_DAEMON_ENFORCE_H

#include "daemon/gate.h"

/* Reads the values of the state into the store for the first time, after
 * whatever was due while no gate ran was done. */
enum lg_status gate_enforce_first(struct gate *gate, struct lg_error *err);

/*
 * The values, findings or lock of the state changed: the store gets them, is
 * restarted where its dialect needs that and the settings allow it, cuts are
 * begun, and the deadlines are set anew.
 * Returns: LG_OK; LG_ERR_DIRECTORY: the directory must be asked first and is
 * being asked; the policy in force stays (L17).
 */
enum lg_status gate_enforce(struct gate *gate, struct lg_error *err);

/*
 * Whether a policy can be made of values and findings (NULL: nothing was
 * asked) under settings, before anything is written.
 */
enum lg_status gate_enforce_check(const struct lg_settings *settings,
				  const struct lg_registry *values,
				  const struct lg_findings *findings,
				  struct lg_error *err);

/* The facts arrived (or the directory said that it could not be asked). */
void gate_enforce_again(struct gate *gate);

/* Sets the timer for what comes next. */
void gate_enforce_deadlines(struct gate *gate);

/* The listeners listen: sweeps and deadlines begin. */
void gate_enforce_begin(struct gate *gate);

/* Begins and ends the timers. */
enum lg_status gate_enforce_start(struct gate *gate, struct lg_error *err);
void gate_enforce_stop(struct gate *gate);

#endif
