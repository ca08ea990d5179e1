/* SPDX-License-Identifier: ISC */
/*
 * state_load.h - opening state_dir
 *
 * Layer: app: core, port/files, port/clock.
 */
#ifndef LOGONGATE_APP_LOCK_STATE_LOAD_H
#define LOGONGATE_APP_LOCK_STATE_LOAD_H

#include "app/lock/state.h"

/*
 * Reads the folder by the rules of contract 7 "The gate" and 9: a damaged file
 * is set aside (WRITE) and its copy stands in for it; what an earlier version
 * left is carried over; a change that was interrupted is finished. Deadlines
 * that are past are not acted on: see lg_lock_settle.
 * Returns: LG_OK; LG_ERR_LIMIT, a newer logongate wrote it; LG_ERR_DENIED,
 * READ and the caller may not read the files; LG_ERR_IO, LG_ERR_NO_MEMORY.
 * Owns: lg_state_free. files and clock are borrowed for as long as the state
 * lives.
 */
enum lg_status lg_state_load(const struct lg_files *files,
			     const struct lg_clock *clock,
			     enum lg_state_mode mode,
			     struct lg_state **out_state, struct lg_error *err);

#endif
