/* SPDX-License-Identifier: ISC */
/*
 * gate_target.h - a gate as a target: on another machine, or the one here
 *
 * Layer: adapter of port/target.
 * Source: contract 8 "Targets" (backend gate), 9 "One machine for all targets";
 * A1-A6.
 */
#ifndef LOGONGATE_ADAPTERS_GATE_TARGET_H
#define LOGONGATE_ADAPTERS_GATE_TARGET_H

#include "core/settings/settings.h"
#include "port/directory.h"
#include "port/target.h"

/*
 * Each call connects anew. write: applies the lock that it was told of; without
 * one, or told of values by hand, it imports.
 * settings are borrowed. Owns: end with out_target->close(out_target->self).
 */
enum lg_status lg_gate_target_open(const struct lg_target_settings *settings,
				   struct lg_target *out_target,
				   struct lg_error *err);

/* The gate whose control.sock is at path. What it says is told in its own
 * words, at no name; progress may be NULL. */
enum lg_status lg_gate_target_open_here(const char *path,
					const struct lg_progress *progress,
					struct lg_target *out_target,
					struct lg_error *err);

#endif
