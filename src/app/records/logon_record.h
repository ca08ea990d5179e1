/* SPDX-License-Identifier: ISC */
/*
 * logon_record.h - a logon as a line of its day's file
 *
 * Layer: app.
 * Source: logon_log.h for the shape.
 */
#ifndef LOGONGATE_APP_RECORDS_LOGON_RECORD_H
#define LOGONGATE_APP_RECORDS_LOGON_RECORD_H

#include "app/records/logon_log.h"

/* Appends it; of each text what is kept (kept.h), cleaned. */
void lg_logon_write_line(struct lg_buffer *line, const struct lg_logon *logon);

/* Of all that share a door and a reason; never 0. */
uint64_t lg_logon_others_key(const struct lg_logon *logon);
/* Of one person, program and address there; others is that of the door and
 * reason. Never 0. */
uint64_t lg_logon_key(const struct lg_logon *logon, uint64_t others);

#endif
