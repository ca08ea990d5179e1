/* SPDX-License-Identifier: ISC */
/*
 * setup_undo.h - what takes back what setting a door up changed
 *
 * Layer: app, private to the set-up.
 * Flow: the record (setup_record.c) and the files as they are become a plan,
 * which setup_run.c carries out.
 */
#ifndef LOGONGATE_APP_SETUP_UNDO_H
#define LOGONGATE_APP_SETUP_UNDO_H

#include "port/machine.h"

#include "app/setup/setup_plan.h"

/*
 * The plan that undoes a record: files that nobody changed since go back
 * exactly; of others only what setup wrote is taken out.
 * Returns: LG_OK; LG_ERR_CONFLICT, somebody changed just that (err has the
 * file); LG_ERR_IO.
 */
enum lg_status lg_setup_plan_undo(const struct lg_setup_plan *record,
				  const struct lg_machine *machine,
				  struct lg_setup_plan *out_plan,
				  struct lg_error *err);

#endif
