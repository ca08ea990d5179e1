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
 * Unknown keys are an error: a record must not be half understood.
 * Source: contract 1, 9, 12 (lock.json stays).
 */
#ifndef LOGONGATE_APP_LOCK_LOCK_FILE_H
#define LOGONGATE_APP_LOCK_LOCK_FILE_H

#include "app/lock/lock.h"

#define LG_LOCK_FILE_VERSION 2

/* What lock.json says. lock is NULL where it says that there is none. picture:
 * the SHA-256 of registry.reg as it was written last. */
struct lg_lock_record {
	uint64_t generation;
	char picture[LG_DIGEST_SIZE];
	struct lg_lock *lock;
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

enum lg_status lg_lock_record_parse(const char *text, size_t len,
				    const char *place,
				    struct lg_lock_record *out_record,
				    struct lg_error *err);
enum lg_status lg_lock_record_render(const struct lg_lock_record *record,
				     struct lg_buffer *out_text,
				     struct lg_error *err);

#endif
