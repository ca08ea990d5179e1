/* SPDX-License-Identifier: ISC */
/*
 * past.h - who of the logons of some time would have been refused
 *
 * Layer: app.
 * Flow: plan --since reads the log of logons that the gate keeps and asks the
 * plan's policy about each.
 * Source: contract 4 plan --since; design sentence 5.
 */
#ifndef LOGONGATE_APP_RECORDS_PAST_H
#define LOGONGATE_APP_RECORDS_PAST_H

#include <cjson/cJSON.h>

#include "app/records/logon_log.h"

/* The logons of one person with one client that one rule would refuse. */
struct lg_past_group {
	const char *user;
	const char *dn;
	const char *client;
	const char *version;
	const char *door;
	enum lg_protocol protocol;
	struct lg_decision decision;
	uint64_t count;
	int64_t last_s;
};

/* Zero-initialise; texts lie in the arena. */
struct lg_past {
	struct lg_past_group *group;
	size_t count;
	size_t capacity;
	struct lg_strlist arena;
	uint64_t logons;
	uint64_t refused;
};

/* Counts one line of the log. Returns: LG_OK; LG_ERR_NO_MEMORY. */
enum lg_status lg_past_add(struct lg_past *past, const struct lg_policy *policy,
			   const struct lg_logon *logon, struct lg_error *err);

/* Puts groups that are the same together, those with most logons first. */
void lg_past_sort(struct lg_past *past);

/* {"logons","refused","who":[{"user","dn","client","door","protocol",
 * "reason","rule","count","last"}]} */
cJSON *lg_past_object(const struct lg_past *past);

void lg_past_release(struct lg_past *past);

#endif
