/* SPDX-License-Identifier: ISC */
/*
 * check_record.h - what becomes of one logon, as `check` and /v1/decide say it
 *
 * Layer: app: core.
 * Flow: the gate, and the command where no gate runs or a profile is tried,
 * fill in what they know; the object is made and read here alone.
 * Shape: {"verdict","reason","rule","message","generation",
 * "lock":{"id","profile"}|null,"rules":[{"rule","outcome","detail","lock"}]};
 * rules only where they are asked for, their lock where it has one.
 * Source: contract 4 check, 5 http, 9 "JSON".
 */
#ifndef LOGONGATE_APP_RECORDS_CHECK_RECORD_H
#define LOGONGATE_APP_RECORDS_CHECK_RECORD_H

#include <cjson/cJSON.h>

#include <logongate/policy.h>

struct lg_check {
	const struct lg_policy *policy; /* NULL: none can be trusted */
	struct lg_decision decision;
	uint64_t generation;
	const char *message; /* for who is refused */
	const char *lock;    /* the id of the lock that refuses */
	const char *profile; /* its profile; NULL: the standing values do */
	const struct lg_attempt *explain; /* NULL: without the rules */
};

cJSON *lg_check_object(const struct lg_check *check);

/* What is read of it; texts are the object's, "" where they are null. */
struct lg_check_said {
	int is_refused;
	const char *verdict;
	const char *reason;
	const char *message;
	const cJSON *rules; /* each for lg_check_rule_read */
};

struct lg_check_rule_said {
	const char *rule;
	const char *outcome;
	const char *detail;
	const char *lock; /* its id; "": the standing values */
	const char *profile;
};

void lg_check_read(const cJSON *object, struct lg_check_said *out_said);
void lg_check_rule_read(const cJSON *object,
			struct lg_check_rule_said *out_said);

#endif
