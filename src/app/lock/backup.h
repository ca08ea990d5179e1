/* SPDX-License-Identifier: ISC */
/*
 * backup.h - what was in force before, kept for a while
 *
 * Layer: app: core and port/files.
 * Source: conformance A2; contract 4 registry restore.
 */
#ifndef LOGONGATE_APP_LOCK_BACKUP_H
#define LOGONGATE_APP_LOCK_BACKUP_H

#include "app/lock/state.h"

/* Keeps the standing values and their findings below backups/; appends the
 * name that `registry restore` and lg_backup_read take. (A2) Standing values
 * that cannot be read have none: LG_OK and an empty name. */
enum lg_status lg_backup_write(struct lg_state *state,
			       struct lg_buffer *out_name,
			       struct lg_error *err);

/* *out_findings is NULL where the back-up has none that can be read.
 * LG_ERR_UNKNOWN_KEY: no such back-up. */
enum lg_status lg_backup_read(const struct lg_state *state, const char *name,
			      struct lg_registry **out_values,
			      struct lg_findings **out_findings,
			      struct lg_error *err);

/* When a back-up of this name was made, by its wall clock; 0: it is no such
 * name. */
int64_t lg_backup_made_s(const char *name);

/* Removes back-ups that are older than keep_days and belong to no lock, and
 * lists that nothing names any more. keep_days 0: nothing is ever removed.
 * What cannot be removed stays, and is tried again another time. */
void lg_backup_prune(struct lg_state *state, unsigned int keep_days);

#endif
