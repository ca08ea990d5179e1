/* SPDX-License-Identifier: ISC */
/*
 * fleet_hold.h - making a gate's locks what the fleet's events come to
 *
 * Layer: app: core, app/lock, port/directory.
 * Flow: the gate calls it on its state, once for each lock that is for it,
 * whenever the set changed; it is called again until nothing is left to do.
 * Source: contract 10 "Applying", 13 "Events", "Commands".
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_HOLD_H
#define LOGONGATE_APP_FLEET_FLEET_HOLD_H

#include <logongate/dialect.h>
#include "app/lock/lock_change.h"
#include "core/fleet/fleet_set.h"
#include "port/directory.h"

/* What a gate made of a lock's values before it begins. Zero-initialise.
 * unasked: there are names, and the directory could not be asked for them. */
struct lg_fleet_made {
	struct lg_registry *values;
	struct lg_findings *findings;  /* NULL: nothing was asked */
	struct lg_findings *concerned; /* NULL: it concerns everybody */
	int unasked;
};
void lg_fleet_made_release(struct lg_fleet_made *made);

/*
 * Reads the values of a prepare, and asks the directory for the names in
 * them; directory NULL: there is none to ask.
 * Returns: LG_OK; LG_ERR_DIRECTORY, LG_ERR_TIMEOUT, it could not be asked, and
 * *out_made has the values all the same; LG_ERR_SYNTAX and others, the values
 * do not read. err says why.
 */
enum lg_status lg_fleet_make(const struct lg_fleet_event *prepare,
			     enum lg_dialect dialect,
			     const struct lg_strlist *break_glass,
			     const struct lg_directory *directory,
			     struct lg_fleet_made *out_made,
			     struct lg_error *err);

/* LG_ERR_CONFLICT, LG_ERR_RANGE, LG_ERR_IO, LG_ERR_DENIED: why this gate could
 * not hold it as it is now (clocks that differ by more than a minute, too many
 * locks, no room on its disk). */
enum lg_status lg_fleet_can_hold(const struct lg_state *state,
				 const struct lg_fleet_event *prepare,
				 struct lg_error *err);

/* What is done about a lock. */
enum lg_fleet_step {
	LG_FLEET_STEP_NONE = 0, /* it is as it should be */
	LG_FLEET_STEP_BEGIN,
	LG_FLEET_STEP_EXTEND,
	LG_FLEET_STEP_CONFIRM,
	LG_FLEET_STEP_LIFT
};

/*
 * What is to be done next. was_held: it was in force here once; one that is
 * not any more was ended here (lift --force, its time, not confirmed) and does
 * not come back.
 */
enum lg_fleet_step lg_fleet_next_step(const struct lg_state *state,
				      const struct lg_fleet_fate *fate,
				      int was_held);

/*
 * Does it. made is needed to begin. LG_OK: done; what follows (composing,
 * cutting) is the caller's. A lift is done in memory where the disk is full.
 * Returns: as lg_lock_apply, lg_lock_extend, lg_lock_confirm; never for a
 * lift but LG_ERR_NO_MEMORY.
 */
enum lg_status lg_fleet_take_step(struct lg_state *state,
				  const struct lg_fleet_fate *fate,
				  enum lg_fleet_step step,
				  const struct lg_fleet_made *made,
				  struct lg_error *err);

#endif
