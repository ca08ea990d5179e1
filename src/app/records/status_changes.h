/* SPDX-License-Identifier: ISC */
/*
 * status_changes.h - what `status` says of the journal of changes
 *
 * Layer: app.
 * Flow: a command adds to the gate's object what it knows of other servers.
 * Shape: "changing":{"command","by","pid","since"}|{}|null,
 * "interrupted":{"profile","by","since"}|null; to "locks" those that are on
 * servers alone; to "loud" what is wrong there.
 * Source: contract 4 status, 9 "JSON".
 */
#ifndef LOGONGATE_APP_RECORDS_STATUS_CHANGES_H
#define LOGONGATE_APP_RECORDS_STATUS_CHANGES_H

#include "app/change/change_now.h"
#include "app/records/status_record.h"

/* Appends a time as people read it. */
typedef void lg_status_clock(int64_t at_s, struct lg_buffer *out_text);

/* Takes now's holder. */
void lg_status_add_changes(cJSON *status, struct lg_change_now *now,
			   const struct lg_now *clocks, lg_status_clock *clock);

/* That it cannot be read. */
void lg_status_add_damage(cJSON *status, const struct lg_error *err);

#endif
