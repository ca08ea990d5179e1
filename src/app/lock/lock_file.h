/* SPDX-License-Identifier: ISC */
/*
 * lock_file.h - a lock as a file: locks/ID.json, and lock.json beside it
 *
 * Layer: app: core and port/files.
 * Shape: {"logongate-lock":2,"id","profile","variables","generation","by",
 * "reason","since","until","starts","confirm_by","cut_at","boot_id",
 * "offset_ms","max_duration_s","replaces","origin","backup","asked","values"};
 * a deadline is null or {"at":RFC 3339,"boot_ms":N}; values is Registry Editor
 * text as registry.reg has it. Of lock.json also "phase" ("none" without a
 * lock: only the generation is kept) and "picture", the SHA-256 of the
 * registry.reg that was written with it; its values are null.
 * Version 1 knew one lock, and lock.json was its only file:
 * {"logongate-lock":1,"phase","generation","profile","by","reason","since",
 * "max_duration_s","start","until","confirm_by","cut_at","boot_id","offset_ms",
 * "backup","values_sha256","earlier"}.
 * Unknown keys are an error: a record must not be half understood.
 * Source: contract 1, 9, 12 (lock.json stays).
 */
#ifndef LOGONGATE_APP_LOCK_LOCK_FILE_H
#define LOGONGATE_APP_LOCK_LOCK_FILE_H

#include "app/lock/lock.h"

#define LG_LOCK_FILE_VERSION 2

enum lg_lock_phase {
	LG_PHASE_NONE = 0,
	LG_PHASE_PENDING,
	LG_PHASE_APPLYING, /* in force when registry.reg has this digest */
	LG_PHASE_ACTIVE,
	LG_PHASE_LIFTING
};

/*
 * What lock.json says. version 0: there is none. lock is NULL where it says
 * that there is none. picture: the SHA-256 of registry.reg as it was written
 * last. Of version 1 lock has neither id nor values, and earlier is what stood
 * in registry.reg before, NULL where nobody knows.
 */
struct lg_lock_record {
	int64_t version;
	enum lg_lock_phase phase;
	uint64_t generation;
	char picture[LG_DIGEST_SIZE];
	struct lg_lock *lock;
	struct lg_deadline start;
	char digest[LG_DIGEST_SIZE];
	char *earlier;
};

/*
 * All or nothing. files reads the list file that the values name.
 * Returns: LG_ERR_LIMIT, written by a newer logongate; LG_ERR_SYNTAX, damaged;
 * LG_ERR_IO, its list file is lost.
 */
enum lg_status lg_lock_file_parse(const struct lg_files *files,
				  const char *text, size_t len,
				  const char *place, struct lg_lock **out_lock,
				  struct lg_error *err);
/* lock->stored NULL: its values are lost. */
enum lg_status lg_lock_file_render(const struct lg_lock *lock,
				   struct lg_buffer *out_text,
				   struct lg_error *err);

/* Of either version; written is this one. Release with lg_lock_record_release.
 */
enum lg_status lg_lock_record_parse(const char *text, size_t len,
				    const char *place,
				    struct lg_lock_record *out_record,
				    struct lg_error *err);
enum lg_status lg_lock_record_render(const struct lg_lock_record *record,
				     struct lg_buffer *out_text,
				     struct lg_error *err);
void lg_lock_record_release(struct lg_lock_record *record);

#endif
