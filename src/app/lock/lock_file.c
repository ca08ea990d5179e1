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

#include "app/lock/lock_members.h"
#include "app/lock/stored_values.h"
#include "app/records/json_member.h"

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

	for (int origin = LG_ORIGIN_HERE; origin <= LG_ORIGIN_REMOTE;
	     origin++) {
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

static void add_deadline(cJSON *object, const char *key,
			 const struct lg_deadline *deadline)
{
	cJSON *item = cJSON_CreateNull();

	if (deadline->wall_s) {
		cJSON_Delete(item);
		item = cJSON_CreateObject();
		lg_json_time(item, "at", deadline->wall_s);
		lg_json_number(item, "boot_ms", deadline->boot_ms);
	}
	lg_json_add(object, key, item);
}

static void add_lock(cJSON *object, const struct lg_lock *lock,
		     uint64_t generation, const char *values)
{
	lg_json_text(object, "id", lock->id);
	lg_json_text(object, "profile", lock->profile);
	lg_json_text(object, "variables", lock->variables);
	lg_json_number(object, "generation", (int64_t)generation);
	lg_json_text(object, "by", lock->by);
	lg_json_text(object, "reason", lock->reason);
	lg_json_time(object, "since", lock->since_s);
	add_deadline(object, "until", &lock->until);
	add_deadline(object, "starts", &lock->start);
	add_deadline(object, "confirm_by", &lock->confirm);
	add_deadline(object, "cut_at", &lock->cut);
	lg_json_text(object, "boot_id", lock->boot_id);
	lg_json_number(object, "offset_ms", lock->offset_ms);
	lg_json_number(object, "max_duration_s", lock->max_duration_s);
	lg_json_bool(object, "replaces", lock->place == LG_LOCK_REPLACES);
	lg_json_text(object, "origin", lg_lock_origin_name(lock->origin));
	lg_json_text(object, "backup", lock->backup);
	lg_json_bool(object, "asked", lock->asked);
	lg_json_text(object, "values", values);
}

/* Takes object. */
static enum lg_status print(cJSON *object, struct lg_buffer *out_text,
			    struct lg_error *err)
{
	char *text = object ? cJSON_Print(object) : NULL;

	cJSON_Delete(object);
	if (!text)
		return lg_no_memory(err);
	lg_buffer_text(out_text, text);
	lg_buffer_char(out_text, '\n');
	cJSON_free(text);
	return lg_buffer_status(out_text, err);
}

static cJSON *begin(void)
{
	cJSON *object = cJSON_CreateObject();

	lg_json_number(object, LG_LOCK_VERSION_KEY, LG_LOCK_FILE_VERSION);
	return object;
}

enum lg_status lg_lock_file_render(const struct lg_lock *lock,
				   struct lg_buffer *out_text,
				   struct lg_error *err)
{
	cJSON *object = begin();

	add_lock(object, lock, lock->generation, lock->stored);
	return print(object, out_text, err);
}

enum lg_status lg_lock_record_render(const struct lg_lock_record *record,
				     struct lg_buffer *out_text,
				     struct lg_error *err)
{
	const struct lg_lock *lock = record->lock;
	cJSON *object = begin();

	lg_json_text(object, "phase",
		     !lock                 ? "none"
		     : lg_lock_waits(lock) ? "pending"
					   : "active");
	if (lock)
		add_lock(object, lock, record->generation, NULL);
	else
		lg_json_number(object, "generation",
			       (int64_t)record->generation);
	lg_json_text(object, "picture",
		     *record->picture ? record->picture : NULL);
	return print(object, out_text, err);
}
