/* SPDX-License-Identifier: ISC */
/*
 * lock_record_v1.c - lock.json as versions wrote it that knew one lock
 *
 * Read only: what it says is carried over into locks/ when state_dir is first
 * opened (load_v1.c).
 */
#include "app/lock/lock_record_v1.h"

#include <stdlib.h>
#include <string.h>

#include "app/lock/lock_members.h"

#define VERSION 1

static const char *const phases[] = {
	[LG_V1_NONE] = "none",         [LG_V1_PENDING] = "pending",
	[LG_V1_APPLYING] = "applying", [LG_V1_ACTIVE] = "active",
	[LG_V1_LIFTING] = "lifting",
};

static enum lg_status read_phase(struct lg_lock_reader *reader,
				 enum lg_v1_phase *out_phase)
{
	const cJSON *item = lg_lock_member(reader, "phase");

	for (size_t i = 0; item && cJSON_IsString(item) &&
			   i < sizeof(phases) / sizeof(*phases);
	     i++) {
		if (!strcmp(item->valuestring, phases[i])) {
			*out_phase = (enum lg_v1_phase)i;
			return LG_OK;
		}
	}
	return lg_lock_member_wrong(reader, "phase");
}

enum lg_status lg_lock_record_v1_parse(const char *text, size_t len,
				       const char *place,
				       struct lg_lock_record_v1 *out_record,
				       struct lg_error *err)
{
	struct lg_lock_record_v1 record = {0};
	struct lg_lock_reader reader;
	int64_t version = 0;
	enum lg_status status =
		lg_lock_reader_open(text, len, place, &reader, err);

	if (status != LG_OK)
		return status;
	status = lg_lock_member_number(&reader, LG_LOCK_VERSION_KEY, &version);
	if (status == LG_OK && version != VERSION)
		status = lg_error_set(err, LG_ERR_UNKNOWN_KEY, place,
				      "is not a lock record of version %d",
				      VERSION);
	if (status == LG_OK)
		status = lg_lock_new(&record.lock, err);
	if (status != LG_OK ||
	    (status = lg_lock_members(&reader, record.lock)) != LG_OK ||
	    (status = read_phase(&reader, &record.phase)) != LG_OK ||
	    (status = lg_lock_member_deadline(&reader, "start",
					      &record.lock->start)) != LG_OK ||
	    (status = lg_lock_member_fixed(&reader, "values_sha256",
					   record.digest,
					   sizeof(record.digest))) != LG_OK ||
	    (status = lg_lock_member_text(&reader, "earlier",
					  &record.earlier)) != LG_OK ||
	    (status = lg_lock_reader_end(&reader)) != LG_OK)
		goto out;
	if (record.phase == LG_V1_PENDING && !record.lock->start.wall_s) {
		status = lg_lock_member_wrong(&reader, "start");
		goto out;
	}
	*out_record = record;
	record = (struct lg_lock_record_v1){0};
out:
	lg_lock_reader_close(&reader);
	lg_lock_record_v1_release(&record);
	return status;
}

void lg_lock_record_v1_release(struct lg_lock_record_v1 *record)
{
	lg_lock_free(&record->lock);
	free(record->earlier);
	record->earlier = NULL;
}
