/* SPDX-License-Identifier: ISC */
/*
 * logon_record.h - a logon as a line of its day's file and as a JSON object
 *
 * Layer: app.
 * Shape: the line is logon_log.h's; the object, which refused and the control
 * socket's logons show: {"at","user","dn","client","protocol","address",
 * "reason","rule","lock":{"id","profile"}|null,"door","version","process",
 * "count","last"}.
 * Source: contract 7 "JSON", 9 "JSON".
 */
#ifndef LOGONGATE_APP_RECORDS_LOGON_RECORD_H
#define LOGONGATE_APP_RECORDS_LOGON_RECORD_H

#include <cjson/cJSON.h>

#include "app/records/logon_log.h"

/* Appends it; of each text what is kept (kept.h), cleaned. */
void lg_logon_write_line(struct lg_buffer *line, const struct lg_logon *logon);

/* The object. */
cJSON *lg_logon_object(const struct lg_logon *logon);

/* Reads a line or an object; *out_logon borrows from json. 1 when it is one. */
int lg_logon_read(const cJSON *json, struct lg_logon *out_logon);

#endif
