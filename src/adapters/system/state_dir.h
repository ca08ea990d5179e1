/* SPDX-License-Identifier: ISC */
/*
 * state_dir.h - state_dir on a disk, behind port/files
 *
 * Source: contract 1, 7 "The gate": one daemon per state directory.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_STATE_DIR_H
#define LOGONGATE_ADAPTERS_SYSTEM_STATE_DIR_H

#include "port/files.h"

enum lg_state_dir_mode {
	LG_STATE_DIR_READ = 0, /* changes nothing, creates nothing */
	LG_STATE_DIR_WRITE,    /* creates it, and is the only one who does */
	LG_STATE_DIR_BESIDE    /* creates it, and writes files of its own beside
				* the one */
};

/*
 * Opens path.
 * Returns: LG_OK; LG_ERR_UNKNOWN_KEY, READ and there is no such folder;
 * LG_ERR_CONFLICT, WRITE and somebody else holds it (a gate that runs, or
 * another command); LG_ERR_DENIED; LG_ERR_IO.
 * Owns: end with out_files->close(out_files->self).
 */
enum lg_status lg_state_dir_open(const char *path, enum lg_state_dir_mode mode,
				 struct lg_files *out_files,
				 struct lg_error *err);

#endif
