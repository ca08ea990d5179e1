/* SPDX-License-Identifier: ISC */
/*
 * lock_members.h - members of lock files, read strictly
 *
 * Layer: app; for lock_file.c and lock_record_v1.c.
 */
#ifndef LOGONGATE_APP_LOCK_LOCK_MEMBERS_H
#define LOGONGATE_APP_LOCK_LOCK_MEMBERS_H

#include <cjson/cJSON.h>

#include "app/lock/lock.h"

#define LG_LOCK_VERSION_KEY "logongate-lock"

/* An object that is being read. known counts the members that were asked for:
 * any other is an error. */
struct lg_lock_reader {
	cJSON *object;
	const char *place;
	struct lg_error *err;
	size_t known;
};

/* The object of a text, or LG_ERR_SYNTAX; delete it. */
enum lg_status lg_lock_reader_open(const char *text, size_t len,
				   const char *place,
				   struct lg_lock_reader *out_reader,
				   struct lg_error *err);
void lg_lock_reader_close(struct lg_lock_reader *reader);

/* LG_ERR_SYNTAX where a member was never asked for. */
enum lg_status lg_lock_reader_end(struct lg_lock_reader *reader);

enum lg_status lg_lock_member_wrong(struct lg_lock_reader *reader,
				    const char *key);

/* NULL for null and for a member that is not there. */
const cJSON *lg_lock_member(struct lg_lock_reader *reader, const char *key);

/* Each leaves its output alone where the member is null or missing. */
enum lg_status lg_lock_member_text(struct lg_lock_reader *reader,
				   const char *key, char **out_text);
enum lg_status lg_lock_member_fixed(struct lg_lock_reader *reader,
				    const char *key, char *out_text,
				    size_t size);
enum lg_status lg_lock_member_number(struct lg_lock_reader *reader,
				     const char *key, int64_t *out_number);
enum lg_status lg_lock_member_flag(struct lg_lock_reader *reader,
				   const char *key, int *out_flag);
enum lg_status lg_lock_member_deadline(struct lg_lock_reader *reader,
				       const char *key,
				       struct lg_deadline *out_deadline);

/* What all versions have in common: profile, by, reason, since, end... */
enum lg_status lg_lock_members(struct lg_lock_reader *reader,
			       struct lg_lock *lock);

#endif
