/* SPDX-License-Identifier: ISC */
/*
 * status_record.h - what `status` says of locks, wherever it is asked
 *
 * Layer: app: core.
 * Flow: the gate and, where none runs, the command itself fill in what they
 * know; the object is made here alone.
 * Shape: {"active","profile","since","until","by","reason","gate","dialect",
 * "generation","sessions","sessions_note","refused","confirm_by","cut_at",
 * "starts","stepped","locks":[{"id","profile","since","until","by","reason",
 * "gate","applies_to":{"domains","accounts"}|null,"starts","confirm_by",
 * "cut_at","origin","variables","replaces"}]}; the members outside are those
 * of the lock that ends last.
 * Source: contract 4, 9 "JSON", 12.
 */
#ifndef LOGONGATE_APP_RECORDS_STATUS_RECORD_H
#define LOGONGATE_APP_RECORDS_STATUS_RECORD_H

#include <cjson/cJSON.h>

#include "app/lock/lock.h"

/* gate: what the lock does by itself; NULL: it is not in force yet. */
struct lg_status_lock {
	const struct lg_lock *lock;
	const struct lg_lock_concerns *concerns;
	const char *gate;
};

/* gate: of all in force; NULL: no policy can be trusted. */
struct lg_status_facts {
	const struct lg_status_lock *lock;
	size_t count;
	const char *gate;
	enum lg_dialect dialect;
	uint64_t generation;
	uint64_t sessions;
	const char *sessions_note;
	uint64_t refused;
	struct lg_now now;
};

cJSON *lg_status_object(const struct lg_status_facts *facts);

/* "locks" alone. */
cJSON *lg_status_locks(const struct lg_status_facts *facts);

#endif
