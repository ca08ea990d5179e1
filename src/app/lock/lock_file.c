/* SPDX-License-Identifier: ISC */
/*
 * lock_file.c - a lock as a file, read strictly and written whole
 *
 * The values are kept as text beside their parsed form: moving an end must not
 * render and digest a list of a million names again.
 */
#include "app/lock/lock_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"

#include "app/lock/lock_members.h"
#include "app/lock/stored_values.h"

static enum lg_status read_version(struct lg_lock_reader *reader)
{
	int64_t version = 0;
	enum lg_status status =
		lg_lock_member_number(reader, LG_LOCK_VERSION_KEY, &version);

	if (status == LG_OK && version > LG_LOCK_FILE_VERSION)
		status = lg_error_set(reader->err, LG_ERR_LIMIT, reader->place,
				      "was written by a newer logongate "
				      "(version %lld of the lock record; this "
				      "one knows %d); start that one, or lift "
				      "its locks with it first",
				      (long long)version, LG_LOCK_FILE_VERSION);
	else if (status == LG_OK && version != LG_LOCK_FILE_VERSION)
		status = lg_error_set(reader->err, LG_ERR_SYNTAX, reader->place,
				      "is not a lock record of version %d",
				      LG_LOCK_FILE_VERSION);
	return status;
}

static enum lg_status read_origin(struct lg_lock_reader *reader,
				  enum lg_lock_origin *out_origin)
{
	const cJSON *item = lg_lock_member(reader, "origin");
	int origin;

	for (origin = LG_ORIGIN_HERE; origin <= LG_ORIGIN_REMOTE; origin++) {
		if (item && cJSON_IsString(item) &&
		    !strcmp(item->valuestring,
			    lg_lock_origin_name((enum lg_lock_origin)origin))) {
			*out_origin = (enum lg_lock_origin)origin;
			return LG_OK;
		}
	}
	return lg_lock_member_wrong(reader, "origin");
}

static enum lg_status read_lock(struct lg_lock_reader *reader,
				struct lg_lock *lock)
{
	int replaces = 0;
	enum lg_status status;

	if ((status = lg_lock_members(reader, lock)) != LG_OK ||
	    (status = lg_lock_member_fixed(reader, "id", lock->id,
					   sizeof(lock->id))) != LG_OK ||
	    (status = lg_lock_member_text(reader, "variables",
					  &lock->variables)) != LG_OK ||
	    (status = lg_lock_member_deadline(reader, "starts",
					      &lock->start)) != LG_OK ||
	    (status = lg_lock_member_flag(reader, "replaces", &replaces)) !=
		    LG_OK ||
	    (status = read_origin(reader, &lock->origin)) != LG_OK ||
	    (status = lg_lock_member_flag(reader, "asked", &lock->asked)) !=
		    LG_OK ||
	    (status = lg_lock_member_text(reader, "values", &lock->stored)) !=
		    LG_OK)
		return status;
	lock->place = replaces ? LG_LOCK_REPLACES : LG_LOCK_BESIDE;
	if (!lg_lock_is_id(lock->id))
		return lg_lock_member_wrong(reader, "id");
	return LG_OK;
}

enum lg_status lg_lock_file_parse(const struct lg_files *files,
				  const char *text, size_t len,
				  const char *place, struct lg_lock **out_lock,
				  struct lg_error *err)
{
	struct lg_lock_reader reader;
	struct lg_lock *lock = NULL;
	enum lg_status status =
		lg_lock_reader_open(text, len, place, &reader, err);

	if (status != LG_OK)
		return status;
	if ((status = read_version(&reader)) != LG_OK ||
	    (status = lg_lock_new(&lock, err)) != LG_OK ||
	    (status = read_lock(&reader, lock)) != LG_OK ||
	    (status = lg_lock_reader_end(&reader)) != LG_OK)
		goto out;
	/* Without values nobody could read them when it was written. */
	if (lock->stored)
		status = lg_stored_values_parse(
			files, lock->stored, strlen(lock->stored), place,
			LG_STORED_END_REQUIRED, &lock->values, err);
	if (status != LG_OK)
		goto out;
	*out_lock = lock;
	lock = NULL;
out:
	lg_lock_reader_close(&reader);
	lg_lock_free(&lock);
	return status;
}

enum lg_status lg_lock_record_parse(const char *text, size_t len,
				    const char *place,
				    struct lg_lock_record *out_record,
				    struct lg_error *err)
{
	struct lg_lock_record record = {0};
	struct lg_lock_reader reader;
	const cJSON *phase;
	enum lg_status status =
		lg_lock_reader_open(text, len, place, &reader, err);

	if (status != LG_OK)
		return status;
	if ((status = read_version(&reader)) != LG_OK ||
	    (status = lg_lock_new(&record.lock, err)) != LG_OK)
		goto out;
	phase = lg_lock_member(&reader, "phase");
	if (!phase || !cJSON_IsString(phase)) {
		status = lg_lock_member_wrong(&reader, "phase");
		goto out;
	}
	if (!strcmp(phase->valuestring, "none")) {
		int64_t generation = 0;

		status = lg_lock_member_number(&reader, "generation",
					       &generation);
		record.lock->generation = (uint64_t)generation;
	} else {
		status = read_lock(&reader, record.lock);
	}
	if (status == LG_OK)
		status =
			lg_lock_member_fixed(&reader, "picture", record.picture,
					     sizeof(record.picture));
	if (status == LG_OK)
		status = lg_lock_reader_end(&reader);
	if (status != LG_OK)
		goto out;
	record.generation = record.lock->generation;
	if (!*record.lock->id)
		lg_lock_free(&record.lock);
	*out_record = record;
	record.lock = NULL;
out:
	lg_lock_reader_close(&reader);
	lg_lock_free(&record.lock);
	return status;
}

static int add_text(cJSON *object, const char *key, const char *text)
{
	if (text)
		return cJSON_AddStringToObject(object, key, text) != NULL;
	return cJSON_AddNullToObject(object, key) != NULL;
}

static int add_time(cJSON *object, const char *key, int64_t wall_s)
{
	char at[LG_INSTANT_SIZE];

	if (!wall_s)
		return add_text(object, key, NULL);
	lg_instant_format(wall_s, at);
	return add_text(object, key, at);
}

static int add_deadline(cJSON *object, const char *key,
			const struct lg_deadline *deadline)
{
	cJSON *item;

	if (!deadline->wall_s)
		return cJSON_AddNullToObject(object, key) != NULL;
	item = cJSON_AddObjectToObject(object, key);
	return item && add_time(item, "at", deadline->wall_s) &&
	       cJSON_AddNumberToObject(item, "boot_ms",
				       (double)deadline->boot_ms);
}

static int add_lock(cJSON *object, const struct lg_lock *lock,
		    uint64_t generation, const char *values)
{
	return add_text(object, "id", lock->id) &&
	       add_text(object, "profile", lock->profile) &&
	       add_text(object, "variables", lock->variables) &&
	       cJSON_AddNumberToObject(object, "generation",
				       (double)generation) &&
	       add_text(object, "by", lock->by) &&
	       add_text(object, "reason", lock->reason) &&
	       add_time(object, "since", lock->since_s) &&
	       add_deadline(object, "until", &lock->until) &&
	       add_deadline(object, "starts", &lock->start) &&
	       add_deadline(object, "confirm_by", &lock->confirm) &&
	       add_deadline(object, "cut_at", &lock->cut) &&
	       add_text(object, "boot_id", lock->boot_id) &&
	       cJSON_AddNumberToObject(object, "offset_ms",
				       (double)lock->offset_ms) &&
	       cJSON_AddNumberToObject(object, "max_duration_s",
				       (double)lock->max_duration_s) &&
	       cJSON_AddBoolToObject(object, "replaces",
				     lock->place == LG_LOCK_REPLACES) &&
	       add_text(object, "origin", lg_lock_origin_name(lock->origin)) &&
	       add_text(object, "backup", lock->backup) &&
	       cJSON_AddBoolToObject(object, "asked", lock->asked) &&
	       add_text(object, "values", values);
}

static enum lg_status print(cJSON *object, int whole,
			    struct lg_buffer *out_text, struct lg_error *err)
{
	char *text = whole ? cJSON_Print(object) : NULL;

	cJSON_Delete(object);
	if (!text)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
	lg_buffer_text(out_text, text);
	lg_buffer_char(out_text, '\n');
	cJSON_free(text);
	return lg_buffer_status(out_text, err);
}

static cJSON *begin(void)
{
	cJSON *object = cJSON_CreateObject();

	if (object && !cJSON_AddNumberToObject(object, LG_LOCK_VERSION_KEY,
					       LG_LOCK_FILE_VERSION)) {
		cJSON_Delete(object);
		object = NULL;
	}
	return object;
}

enum lg_status lg_lock_file_render(const struct lg_lock *lock,
				   struct lg_buffer *out_text,
				   struct lg_error *err)
{
	cJSON *object = begin();

	return print(object,
		     object && add_lock(object, lock, lock->generation,
					lock->stored),
		     out_text, err);
}

enum lg_status lg_lock_record_render(const struct lg_lock_record *record,
				     struct lg_buffer *out_text,
				     struct lg_error *err)
{
	const struct lg_lock *lock = record->lock;
	cJSON *object = begin();
	const char *phase = !lock                 ? "none"
			    : lg_lock_waits(lock) ? "pending"
						  : "active";
	int whole = object && add_text(object, "phase", phase);

	if (whole && lock)
		whole = add_lock(object, lock, record->generation, NULL);
	else if (whole)
		whole = cJSON_AddNumberToObject(object, "generation",
						(double)record->generation) !=
			NULL;
	whole = whole && add_text(object, "picture",
				  *record->picture ? record->picture : NULL);
	return print(object, whole, out_text, err);
}
