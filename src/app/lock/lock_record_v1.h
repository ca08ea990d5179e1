/* SPDX-License-Identifier: ISC */
/*
 * lock_record_v1.h - lock.json as versions wrote it that knew one lock
 *
 * Layer: app: core.
 * Shape: {"logongate-lock":1,"phase","generation","profile","by","reason",
 * "since","max_duration_s","start","until","confirm_by","cut_at","boot_id",
 * "offset_ms","backup","values_sha256","earlier"}.
 */
#ifndef LOGONGATE_APP_LOCK_LOCK_RECORD_V1_H
#define LOGONGATE_APP_LOCK_LOCK_RECORD_V1_H

#include "app/lock/lock.h"

enum lg_v1_phase {
	LG_V1_NONE = 0,
	LG_V1_PENDING,
	LG_V1_APPLYING, /* in force when registry.reg has this digest */
	LG_V1_ACTIVE,
	LG_V1_LIFTING
};

/* lock has neither id nor values; earlier is what stood in registry.reg
 * before, NULL where nobody knows. Release with lg_lock_record_v1_release. */
struct lg_lock_record_v1 {
	enum lg_v1_phase phase;
	struct lg_lock *lock;
	char *earlier;
	char digest[LG_DIGEST_SIZE];
};

/* LG_ERR_UNKNOWN_KEY: it is a record, but of another version. */
enum lg_status lg_lock_record_v1_parse(const char *text, size_t len,
				       const char *place,
				       struct lg_lock_record_v1 *out_record,
				       struct lg_error *err);
void lg_lock_record_v1_release(struct lg_lock_record_v1 *record);

#endif
