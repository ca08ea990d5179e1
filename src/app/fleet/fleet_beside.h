/* SPDX-License-Identifier: ISC */
/*
 * fleet_beside.h - a second provider, beside the one that a gate follows
 *
 * Layer: app: core and ports.
 * Flow: whoever follows another provider hands over what it tells, and what is
 * new is acted on at once. Where the provider that is followed does not tell it
 * soon after, or does not answer a report, the reports go through the other
 * one until it gives a sign again. So one that stands still costs a lock no
 * time, and one that is only slow costs nothing either: no connection is given
 * up, and each report is written once.
 * Source: contract 10 "Following", 14 "A second provider".
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_BESIDE_H
#define LOGONGATE_APP_FLEET_FLEET_BESIDE_H

#include "app/fleet/fleet_gate.h"

/* An event that another provider tells; lg_fleet_gate_work acts on it. As
 * lg_fleet_ear_beside. */
enum lg_status lg_fleet_gate_beside(struct lg_fleet_gate *gate,
				    const struct lg_fleet_entry *entry,
				    struct lg_error *err);

/* What became of what host->beside was given, and that another provider answers
 * again: bits. */
#define LG_FLEET_BESIDE_IS_BACK 1u
#define LG_FLEET_BESIDE_WROTE 2u
#define LG_FLEET_BESIDE_FAILED 4u
void lg_fleet_gate_beside_said(struct lg_fleet_gate *gate, unsigned int said);

/* For fleet_gate.c: which way the next report goes. */
enum lg_fleet_way {
	LG_FLEET_WAY_HERE = 0, /* through the provider that is followed */
	LG_FLEET_WAY_BESIDE,
	LG_FLEET_WAY_WAIT /* for a sign, until doubt.from_boot_ms */
};
enum lg_fleet_way lg_fleet_beside_way(struct lg_fleet_gate *gate);

/* Writes the report that way. As port/fleet's report; through another provider
 * it is LG_OK at once. */
enum lg_status lg_fleet_beside_report(struct lg_fleet_gate *gate,
				      enum lg_fleet_way way,
				      const struct lg_buffer *text,
				      struct lg_error *err);

#endif
