/* SPDX-License-Identifier: ISC */
/*
 * lock_members.c - members of lock files, read strictly
 *
 * A member of another type than it should have makes the file damaged; what
 * is null or missing is "not so".
 */
#include "app/lock/lock_members.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "port/json_of.h"

#define WHOLE_LIMIT 9007199254740992.0 /* 2^53: exact in a double */

enum lg_status lg_lock_reader_open(const char *text, size_t len,
				   const char *place,
				   struct lg_lock_reader *out_reader,
				   struct lg_error *err)
{
	struct lg_lock_reader reader = {NULL, place, err, 0};
	const char *end = NULL;

	/* cJSON would read a text that was cut at a NUL as whole. */
	if (!memchr(text, '\0', len))
		reader.object = cJSON_ParseWithLengthOpts(text, len, &end, 0);
	while (reader.object && end < text + len &&
	       (*end == '\n' || *end == ' ' || *end == '\r'))
		end++;
	if (!reader.object || end != text + len ||
	    !cJSON_IsObject(reader.object)) {
		cJSON_Delete(reader.object);
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "is not a lock record");
	}
	*out_reader = reader;
	return LG_OK;
}

void lg_lock_reader_close(struct lg_lock_reader *reader)
{
	cJSON_Delete(reader->object);
	reader->object = NULL;
}

enum lg_status lg_lock_reader_end(struct lg_lock_reader *reader)
{
	if (reader->known == (size_t)cJSON_GetArraySize(reader->object))
		return LG_OK;
	return lg_error_set(reader->err, LG_ERR_SYNTAX, reader->place,
			    "the lock record has keys that this version does "
			    "not know");
}

enum lg_status lg_lock_member_wrong(struct lg_lock_reader *reader,
				    const char *key)
{
	return lg_error_set(reader->err, LG_ERR_SYNTAX, reader->place,
			    "the lock record's \"%s\" is not what it should "
			    "be",
			    key);
}

const cJSON *lg_lock_member(struct lg_lock_reader *reader, const char *key)
{
	const cJSON *item = lg_json_of(reader->object, key);

	reader->known += item != NULL;
	return item && !cJSON_IsNull(item) ? item : NULL;
}

enum lg_status lg_lock_member_text(struct lg_lock_reader *reader,
				   const char *key, char **out_text)
{
	const cJSON *item = lg_lock_member(reader, key);

	if (!item)
		return LG_OK;
	if (!cJSON_IsString(item))
		return lg_lock_member_wrong(reader, key);
	free(*out_text);
	*out_text = strdup(item->valuestring);
	if (!*out_text)
		return lg_no_memory(reader->err);
	return LG_OK;
}

enum lg_status lg_lock_member_fixed(struct lg_lock_reader *reader,
				    const char *key, char *out_text,
				    size_t size)
{
	const cJSON *item = lg_lock_member(reader, key);

	if (!item)
		return LG_OK;
	if (!cJSON_IsString(item) || strlen(item->valuestring) >= size)
		return lg_lock_member_wrong(reader, key);
	memcpy(out_text, item->valuestring, strlen(item->valuestring) + 1);
	return LG_OK;
}

static int is_whole(const cJSON *item)
{
	return cJSON_IsNumber(item) && item->valuedouble <= WHOLE_LIMIT &&
	       item->valuedouble >= -WHOLE_LIMIT &&
	       floor(item->valuedouble) == item->valuedouble;
}

enum lg_status lg_lock_member_number(struct lg_lock_reader *reader,
				     const char *key, int64_t *out_number)
{
	const cJSON *item = lg_lock_member(reader, key);

	if (!item)
		return LG_OK;
	if (!is_whole(item))
		return lg_lock_member_wrong(reader, key);
	*out_number = (int64_t)item->valuedouble;
	return LG_OK;
}

enum lg_status lg_lock_member_flag(struct lg_lock_reader *reader,
				   const char *key, int *out_flag)
{
	const cJSON *item = lg_lock_member(reader, key);

	if (!item)
		return LG_OK;
	if (!cJSON_IsBool(item))
		return lg_lock_member_wrong(reader, key);
	*out_flag = cJSON_IsTrue(item);
	return LG_OK;
}

static enum lg_status member_time(struct lg_lock_reader *reader,
				  const char *key, int64_t *out_wall_s)
{
	const cJSON *item = lg_lock_member(reader, key);

	if (!item)
		return LG_OK;
	if (!cJSON_IsString(item) ||
	    lg_instant_parse(item->valuestring, strlen(item->valuestring),
			     out_wall_s, NULL) != LG_OK)
		return lg_lock_member_wrong(reader, key);
	return LG_OK;
}

enum lg_status lg_lock_member_deadline(struct lg_lock_reader *reader,
				       const char *key,
				       struct lg_deadline *out_deadline)
{
	const cJSON *item = lg_lock_member(reader, key);
	const cJSON *at;
	const cJSON *boot;
	struct lg_deadline deadline;

	if (!item)
		return LG_OK;
	at = lg_json_of(item, "at");
	boot = lg_json_of(item, "boot_ms");
	if (!cJSON_IsObject(item) || !cJSON_IsString(at) || !is_whole(boot) ||
	    lg_instant_parse(at->valuestring, strlen(at->valuestring),
			     &deadline.wall_s, NULL) != LG_OK ||
	    deadline.wall_s <= 0)
		return lg_lock_member_wrong(reader, key);
	deadline.boot_ms = (int64_t)boot->valuedouble;
	*out_deadline = deadline;
	return LG_OK;
}

enum lg_status lg_lock_members(struct lg_lock_reader *reader,
			       struct lg_lock *lock)
{
	int64_t generation = -1;
	enum lg_status status;

	if ((status = lg_lock_member_number(reader, "generation",
					    &generation)) != LG_OK ||
	    (status = lg_lock_member_text(reader, "profile", &lock->profile)) !=
		    LG_OK ||
	    (status = lg_lock_member_text(reader, "by", &lock->by)) != LG_OK ||
	    (status = lg_lock_member_text(reader, "reason", &lock->reason)) !=
		    LG_OK ||
	    (status = lg_lock_member_text(reader, "backup", &lock->backup)) !=
		    LG_OK ||
	    (status = member_time(reader, "since", &lock->since_s)) != LG_OK ||
	    (status = lg_lock_member_number(reader, "max_duration_s",
					    &lock->max_duration_s)) != LG_OK ||
	    (status = lg_lock_member_deadline(reader, "until", &lock->until)) !=
		    LG_OK ||
	    (status = lg_lock_member_deadline(reader, "confirm_by",
					      &lock->confirm)) != LG_OK ||
	    (status = lg_lock_member_deadline(reader, "cut_at", &lock->cut)) !=
		    LG_OK ||
	    (status = lg_lock_member_fixed(reader, "boot_id", lock->boot_id,
					   sizeof(lock->boot_id))) != LG_OK ||
	    (status = lg_lock_member_number(reader, "offset_ms",
					    &lock->offset_ms)) != LG_OK)
		return status;
	if (generation < 0)
		return lg_lock_member_wrong(reader, "generation");
	lock->generation = (uint64_t)generation;
	return LG_OK;
}
