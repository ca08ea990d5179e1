/* SPDX-License-Identifier: ISC */
/*
 * regfile_target.h - a .reg file that is carried to a server
 *
 * Layer: adapter of port/target.
 * Source: contract 4 render, 7 "render, registry, targets", 8 "Targets".
 */
#ifndef LOGONGATE_ADAPTERS_REGFILE_TARGET_H
#define LOGONGATE_ADAPTERS_REGFILE_TARGET_H

#include "port/target.h"

/*
 * The file path, read and replaced whole; it need not exist. Written as
 * regedit does, or as REGEDIT4, which is all that NT 4 reads. A value that is
 * taken away stays in the file as "name"=-, so that importing the file takes it
 * away on the server too.
 * Owns: end with out_target->close(out_target->self). name
 * and path are borrowed.
 */
enum lg_status lg_regfile_target_open(const char *name, const char *path,
				      enum lg_reg_encoding encoding,
				      struct lg_target *out_target,
				      struct lg_error *err);

#endif
