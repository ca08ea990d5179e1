/* SPDX-License-Identifier: ISC */
/*
 * hive_target.h - a registry hive on a disk (SYSTEM of a server that is off)
 *
 * Layer: adapter of port/target, through libhivex.
 * Source: facts of libhivex in conformance A2, A3; contract 8 "Targets".
 */
#ifndef LOGONGATE_ADAPTERS_HIVE_TARGET_H
#define LOGONGATE_ADAPTERS_HIVE_TARGET_H

#include "port/target.h"

/*
 * The hive file path; it is opened anew for each call and replaced whole by
 * each write. CurrentControlSet is the one that Select\Current names.
 * Owns: end with out_target->close(out_target->self). name
 * and path are borrowed.
 */
enum lg_status lg_hive_target_open(const char *name, const char *path,
				   struct lg_target *out_target,
				   struct lg_error *err);

#endif
