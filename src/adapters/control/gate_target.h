/* SPDX-License-Identifier: ISC */
/*
 * gate_target.h - a gate on another machine as a target
 *
 * Layer: adapter of port/target.
 * Source: contract 8 "Targets" (backend gate with a server); A1-A4.
 */
#ifndef LOGONGATE_ADAPTERS_GATE_TARGET_H
#define LOGONGATE_ADAPTERS_GATE_TARGET_H

#include <logongate/findings.h>
#include "port/target.h"
#include "core/settings/settings.h"

/*
 * The lock that writes belong to; every text is borrowed until close.
 * until_s 0: there is only a lock to be ended. findings NULL: nothing was
 * asked.
 */
struct lg_gate_lock {
	const char *id; /* NULL: profile and by tell it apart */
	const char *profile;
	const char *by;     /* who applied it */
	const char *caller; /* who changes it now */
	const char *reason;
	int64_t until_s;
	int64_t max_duration_s; /* -1: no limit */
	int64_t grace_s;        /* open sessions are cut after it */
	const struct lg_findings *findings;
};

/*
 * Each call connects anew. write: the first one under a lock with an end
 * applies; any other lifts that lock where it is in force, and imports what is
 * not as it should be then. Without a lock it imports.
 * settings are borrowed. Owns: end with out_target->close(out_target->self).
 */
enum lg_status lg_gate_target_open(const struct lg_target_settings *settings,
				   struct lg_target *out_target,
				   struct lg_error *err);

/* target was opened here. */
void lg_gate_target_lock(struct lg_target *target,
			 const struct lg_gate_lock *lock);

#endif
