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

/* What a gate has of a lock. */
enum lg_fleet_has {
	LG_FLEET_HAS_NOT = 0,
	LG_FLEET_HAS_WAITING, /* its start is still to come */
	LG_FLEET_HAS_IN_FORCE
};

/*
 * One lock to be looked after. fate, made and was_held are the gate's; the
 * others are what came of it. made->values NULL: they could not be made.
 * status LG_OK: it is as it should be, or (only prepared) could be held.
 */
struct lg_fleet_task {
	struct lg_fleet_fate fate;
	const struct lg_fleet_made *made;
	int was_held;
	int acts; /* something was changed */
	enum lg_fleet_has has;
	int64_t until_s;
	enum lg_status status;
	struct lg_error err;
};

/*
 * Does one task on a state, all but composing and cutting. compiles: whether a
 * policy can be made of values and findings; may be NULL.
 */
void lg_fleet_task_run(struct lg_state *state, struct lg_fleet_task *task,
		       enum lg_status (*compiles)(
			       void *context, const struct lg_fleet_made *made,
			       struct lg_error *err),
		       void *context);

#endif
