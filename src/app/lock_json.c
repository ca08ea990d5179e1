/* SPDX-License-Identifier: ISC */
/*
 * lock_json.c - lock.json, read strictly and written whole
 *
 * Shape: {"logongate-lock":1,"phase","generation","profile","by","reason",
 * "since","max_duration_s","start","until","confirm_by","cut_at","boot_id",
 * "offset_ms","backup","values_sha256","earlier"}; a deadline is null or
 * {"at":RFC 3339,"boot_ms":N}. Unknown keys are an error: a record of a newer
 * logongate must not be half understood.
 */
#include "app/lock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include <logongate/instant.h>

#define VERSION_KEY "logongate-lock"
#define VERSION 1
#define WHOLE_LIMIT 9007199254740992.0 /* 2^53: exact in a double */

struct reader {
	const cJSON *object;
	const char *place;
	struct lg_error *err;
	size_t known;
};

static enum lg_status wrong(struct reader *reader, const char *key)
{
	return lg_error_set(reader->err, LG_ERR_SYNTAX, reader->place,
			    "the lock record's \"%s\" is not what it should "
			    "be",
			    key);
}

static const cJSON *member(struct reader *reader, const char *key)
{
	const cJSON *item =
		cJSON_GetObjectItemCaseSensitive(reader->object, key);

	reader->known += item != NULL;
	return item && !cJSON_IsNull(item) ? item : NULL;
}

static enum lg_status read_text(struct reader *reader, const char *key,
				char **out_text)
{
	const cJSON *item = member(reader, key);

	if (!item)
		return LG_OK;
	if (!cJSON_IsString(item))
		return wrong(reader, key);
	*out_text = strdup(item->valuestring);
	if (!*out_text)
		return lg_error_set(reader->err, LG_ERR_NO_MEMORY, NULL,
				    "no memory");
	return LG_OK;
}

static enum lg_status read_fixed(struct reader *reader, const char *key,
				 char *out_text, size_t size)
{
	const cJSON *item = member(reader, key);

	if (!item)
		return LG_OK;
	if (!cJSON_IsString(item) || strlen(item->valuestring) >= size)
		return wrong(reader, key);
	memcpy(out_text, item->valuestring, strlen(item->valuestring) + 1);
	return LG_OK;
}

static int is_whole(const cJSON *item)
{
	return cJSON_IsNumber(item) && item->valuedouble <= WHOLE_LIMIT &&
	       item->valuedouble >= -WHOLE_LIMIT &&
	       floor(item->valuedouble) == item->valuedouble;
}

static enum lg_status read_number(struct reader *reader, const char *key,
				  int64_t *out_number)
{
	const cJSON *item = member(reader, key);

	if (!item)
		return LG_OK;
	if (!is_whole(item))
		return wrong(reader, key);
	*out_number = (int64_t)item->valuedouble;
	return LG_OK;
}

static enum lg_status read_deadline(struct reader *reader, const char *key,
				    struct lg_deadline *out_deadline)
{
	const cJSON *item = member(reader, key);
	const cJSON *at;
	const cJSON *boot;
	struct lg_deadline deadline;

	if (!item)
		return LG_OK;
	at = cJSON_GetObjectItemCaseSensitive(item, "at");
	boot = cJSON_GetObjectItemCaseSensitive(item, "boot_ms");
	if (!cJSON_IsObject(item) || !cJSON_IsString(at) || !is_whole(boot) ||
	    lg_instant_parse(at->valuestring, strlen(at->valuestring),
			     &deadline.wall_s, NULL) ||
	    deadline.wall_s <= 0)
		return wrong(reader, key);
	deadline.boot_ms = (int64_t)boot->valuedouble;
	*out_deadline = deadline;
	return LG_OK;
}

static enum lg_status read_phase(struct reader *reader,
				 enum lg_lock_phase *out_phase)
{
	const cJSON *item = member(reader, "phase");
	enum lg_lock_phase phase;

	for (phase = LG_LOCK_NONE; phase <= LG_LOCK_LIFTING; phase++) {
		if (item && cJSON_IsString(item) &&
		    !strcmp(item->valuestring, lg_lock_phase_name(phase))) {
			*out_phase = phase;
			return LG_OK;
		}
	}
	return wrong(reader, "phase");
}

static enum lg_status read_since(struct reader *reader, int64_t *out_since_s)
{
	const cJSON *item = member(reader, "since");

	if (!item)
		return LG_OK;
	if (!cJSON_IsString(item) ||
	    lg_instant_parse(item->valuestring, strlen(item->valuestring),
			     out_since_s, NULL))
		return wrong(reader, "since");
	return LG_OK;
}

static enum lg_status read_members(struct reader *reader, struct lg_lock *lock)
{
	int64_t version = 0;
	int64_t generation = -1;
	enum lg_status status;

	status = read_number(reader, VERSION_KEY, &version);
	if (status || version != VERSION)
		return lg_error_set(reader->err, LG_ERR_SYNTAX, reader->place,
				    "is not a lock record of version %d",
				    VERSION);
	if ((status = read_phase(reader, &lock->phase)) ||
	    (status = read_number(reader, "generation", &generation)) ||
	    (status = read_text(reader, "profile", &lock->profile)) ||
	    (status = read_text(reader, "by", &lock->by)) ||
	    (status = read_text(reader, "reason", &lock->reason)) ||
	    (status = read_text(reader, "backup", &lock->backup)) ||
	    (status = read_text(reader, "earlier", &lock->earlier)) ||
	    (status = read_since(reader, &lock->since_s)) ||
	    (status = read_number(reader, "max_duration_s",
				  &lock->max_duration_s)) ||
	    (status = read_deadline(reader, "start", &lock->start)) ||
	    (status = read_deadline(reader, "until", &lock->until)) ||
	    (status = read_deadline(reader, "confirm_by", &lock->confirm)) ||
	    (status = read_deadline(reader, "cut_at", &lock->cut)) ||
	    (status = read_fixed(reader, "boot_id", lock->boot_id,
				 sizeof(lock->boot_id))) ||
	    (status = read_fixed(reader, "values_sha256", lock->values_digest,
				 sizeof(lock->values_digest))) ||
	    (status = read_number(reader, "offset_ms", &lock->offset_ms)))
		return status;
	if (generation < 0)
		return wrong(reader, "generation");
	lock->generation = (uint64_t)generation;
	if (lock->phase == LG_LOCK_PENDING && !lock->start.wall_s)
		return wrong(reader, "start");
	if (reader->known != (size_t)cJSON_GetArraySize(reader->object))
		return lg_error_set(reader->err, LG_ERR_SYNTAX, reader->place,
				    "the lock record has keys that this "
				    "version does not know");
	return LG_OK;
}

enum lg_status lg_lock_parse(const char *text, size_t len, const char *place,
			     struct lg_lock **out_lock, struct lg_error *err)
{
	struct reader reader = {NULL, place, err, 0};
	struct lg_lock *lock = NULL;
	const char *end = NULL;
	cJSON *json = NULL;
	enum lg_status status = lg_lock_new(&lock, err);

	if (status)
		return status;
	/* cJSON would read a text that was cut at a NUL as whole. */
	if (!memchr(text, '\0', len))
		json = cJSON_ParseWithLengthOpts(text, len, &end, 0);
	while (json && end < text + len &&
	       (*end == '\n' || *end == ' ' || *end == '\r'))
		end++;
	if (!json || end != text + len || !cJSON_IsObject(json)) {
		status = lg_error_set(err, LG_ERR_SYNTAX, place,
				      "is not a lock record");
		goto out;
	}
	reader.object = json;
	status = read_members(&reader, lock);
	if (status)
		goto out;
	*out_lock = lock;
	lock = NULL;
out:
	cJSON_Delete(json);
	lg_lock_free(&lock);
	return status;
}

static int add_text(cJSON *object, const char *key, const char *text)
{
	if (text)
		return cJSON_AddStringToObject(object, key, text) != NULL;
	return cJSON_AddNullToObject(object, key) != NULL;
}

static int add_deadline(cJSON *object, const char *key,
			const struct lg_deadline *deadline)
{
	char at[LG_INSTANT_SIZE];
	cJSON *item;

	if (!deadline->wall_s)
		return cJSON_AddNullToObject(object, key) != NULL;
	lg_instant_format(deadline->wall_s, at);
	item = cJSON_AddObjectToObject(object, key);
	return item && add_text(item, "at", at) &&
	       cJSON_AddNumberToObject(item, "boot_ms",
				       (double)deadline->boot_ms);
}

static int add_members(cJSON *object, const struct lg_lock *lock)
{
	char since[LG_INSTANT_SIZE];

	lg_instant_format(lock->since_s, since);
	return cJSON_AddNumberToObject(object, VERSION_KEY, VERSION) &&
	       add_text(object, "phase", lg_lock_phase_name(lock->phase)) &&
	       cJSON_AddNumberToObject(object, "generation",
				       (double)lock->generation) &&
	       add_text(object, "profile", lock->profile) &&
	       add_text(object, "by", lock->by) &&
	       add_text(object, "reason", lock->reason) &&
	       add_text(object, "since", lock->since_s ? since : NULL) &&
	       cJSON_AddNumberToObject(object, "max_duration_s",
				       (double)lock->max_duration_s) &&
	       add_deadline(object, "start", &lock->start) &&
	       add_deadline(object, "until", &lock->until) &&
	       add_deadline(object, "confirm_by", &lock->confirm) &&
	       add_deadline(object, "cut_at", &lock->cut) &&
	       add_text(object, "boot_id", lock->boot_id) &&
	       cJSON_AddNumberToObject(object, "offset_ms",
				       (double)lock->offset_ms) &&
	       add_text(object, "backup", lock->backup) &&
	       add_text(object, "values_sha256", lock->values_digest) &&
	       add_text(object, "earlier", lock->earlier);
}

enum lg_status lg_lock_render(const struct lg_lock *lock,
			      struct lg_buffer *out_text, struct lg_error *err)
{
	cJSON *object = cJSON_CreateObject();
	char *text = NULL;

	if (object && add_members(object, lock))
		text = cJSON_Print(object);
	cJSON_Delete(object);
	if (!text)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	lg_buffer_text(out_text, text);
	lg_buffer_char(out_text, '\n');
	cJSON_free(text);
	return lg_buffer_status(out_text, err);
}
