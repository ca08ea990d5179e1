/* SPDX-License-Identifier: ISC */
/*
 * history_record.h - what was done to a lock, as `history` shows it
 *
 * Layer: app.
 * Shape: {"at","event","profile","lock":{"id","profile"}|null,"by","reason",
 * "result","generation","until","backup"}, of servers also "target" and "what".
 * Source: contract 4 history, 7 "JSON", 9 "JSON".
 */
#ifndef LOGONGATE_APP_RECORDS_HISTORY_RECORD_H
#define LOGONGATE_APP_RECORDS_HISTORY_RECORD_H

#include <cjson/cJSON.h>

#include "app/change/journal.h"

cJSON *lg_history_object(const struct lg_journal_entry *entry);

/* What people are shown of it; texts are the object's, NULL where they are
 * null. Times sort as texts. */
struct lg_history_said {
	const char *at;
	const char *event;
	const char *profile;
	const char *by;
	const char *reason;
	const char *result;
	const char *target; /* of servers, as the next */
	const char *what;
};

void lg_history_read(const cJSON *object, struct lg_history_said *out_said);

#endif
