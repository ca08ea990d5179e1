/* SPDX-License-Identifier: ISC */
/*
 * lock_file.c - a lock as a file, read strictly and written whole
 *
 * A member of another type than it should have makes the file damaged; what
 * is null or missing is "not so". Version 1 is read only: what it says is
 * carried over into locks/ when state_dir is first opened (load_v1.c).
 * The values are kept as text beside their parsed form: moving an end must not
 * render and digest a list of a million names again.
 */
#include "app/lock/lock_file.h"

#include <stdlib.h>
#include <string.h>

#include "app/lock/stored_values.h"
#include "app/records/json_fields.h"

#define VERSION_KEY "logongate-lock"

static const struct lg_field deadline_fields[] = {
	LG_FIELD("at", TIME, struct lg_deadline, wall_s, LG_FIELD_NEEDED),
	LG_FIELD("boot_ms", NUMBER, struct lg_deadline, boot_ms,
		 LG_FIELD_NEEDED),
	LG_FIELDS_END};

#define DEADLINE(name, owner, member)                                          \
	LG_FIELD_IN_PARTS(name, owner, member, deadline_fields, 0)

static const struct lg_field lock_fields[] = {
	LG_FIELD("id", CHARS, struct lg_lock, id, 0),
	LG_FIELD("profile", TEXT, struct lg_lock, profile, 0),
	LG_FIELD("variables", TEXT, struct lg_lock, variables, 0),
	LG_FIELD("generation", COUNT, struct lg_lock, generation,
		 LG_FIELD_NEEDED),
	LG_FIELD("by", TEXT, struct lg_lock, by, 0),
	LG_FIELD("reason", TEXT, struct lg_lock, reason, 0),
	LG_FIELD("since", TIME, struct lg_lock, since_s, 0),
	DEADLINE("until", struct lg_lock, until),
	DEADLINE("starts", struct lg_lock, start),
	DEADLINE("confirm_by", struct lg_lock, confirm),
	DEADLINE("cut_at", struct lg_lock, cut),
	LG_FIELD("boot_id", CHARS, struct lg_lock, boot_id, LG_FIELD_BLANK),
	LG_FIELD("offset_ms", NUMBER, struct lg_lock, offset_ms, 0),
	LG_FIELD("max_duration_s", NUMBER, struct lg_lock, max_duration_s, 0),
	LG_FIELD("replaces", FLAG, struct lg_lock, replaces, 0),
	LG_FIELD_IN_WORDS("origin", struct lg_lock, origin, lg_lock_origins, 0),
	LG_FIELD("backup", TEXT, struct lg_lock, backup, 0),
	LG_FIELD("asked", FLAG, struct lg_lock, asked, 0),
	LG_FIELD("values", TEXT, struct lg_lock, stored, 0),
	LG_FIELDS_END};

static const char *const phases[] = {
	[LG_PHASE_NONE] = "none",         [LG_PHASE_PENDING] = "pending",
	[LG_PHASE_APPLYING] = "applying", [LG_PHASE_ACTIVE] = "active",
	[LG_PHASE_LIFTING] = "lifting",   NULL};

#define VERSION LG_FIELD(VERSION_KEY, NUMBER, struct lg_lock_record, version, 0)
#define PHASE                                                                  \
	LG_FIELD_IN_WORDS("phase", struct lg_lock_record, phase, phases,       \
			  LG_FIELD_NEEDED)

/* What stands around a lock: in its own file, in lock.json of each version. */
static const struct lg_field file_fields[] = {VERSION, LG_FIELDS_END};
static const struct lg_field record_fields[] = {
	VERSION, PHASE,
	LG_FIELD("picture", CHARS, struct lg_lock_record, picture, 0),
	LG_FIELDS_END};
static const struct lg_field v1_fields[] = {
	VERSION,
	PHASE,
	DEADLINE("start", struct lg_lock_record, start),
	LG_FIELD("values_sha256", CHARS, struct lg_lock_record, digest, 0),
	LG_FIELD("earlier", TEXT, struct lg_lock_record, earlier, 0),
	LG_FIELDS_END};

/* A record that is being read. */
struct source {
	cJSON *object;
	const char *place;
	struct lg_error *err;
};

static enum lg_status wrong(const struct source *source, const char *key)
{
	return lg_error_set(source->err, LG_ERR_SYNTAX, source->place,
			    "the lock record's \"%s\" is not what it should "
			    "be",
			    key);
}

/* The object of a text; delete it. */
static enum lg_status open_text(struct source *source, const char *text,
				size_t len)
{
	const char *end = NULL;

	/* cJSON would read a text that was cut at a NUL as whole. */
	if (!memchr(text, '\0', len))
		source->object = cJSON_ParseWithLengthOpts(text, len, &end, 0);
	while (source->object && end < text + len &&
	       (*end == '\n' || *end == ' ' || *end == '\r'))
		end++;
	if (source->object && end == text + len &&
	    cJSON_IsObject(source->object))
		return LG_OK;
	return lg_error_set(source->err, LG_ERR_SYNTAX, source->place,
			    "is not a lock record");
}

static enum lg_status check_version(const struct source *source,
				    int64_t version, int64_t least)
{
	if (version > LG_LOCK_FILE_VERSION)
		return lg_error_set(source->err, LG_ERR_LIMIT, source->place,
				    "was written by a newer logongate "
				    "(version %lld of the lock record; this "
				    "one knows %d); start that one, or lift "
				    "its locks with it first",
				    (long long)version, LG_LOCK_FILE_VERSION);
	if (version < least)
		return lg_error_set(source->err, LG_ERR_SYNTAX, source->place,
				    "is not a lock record of version %d",
				    LG_LOCK_FILE_VERSION);
	return LG_OK;
}

/* Texts are out's own from then on. */
static enum lg_status read_fields(const struct source *source,
				  const struct lg_field *fields, void *out)
{
	const char *key;
	enum lg_status status =
		lg_fields_take(source->object, fields, out, &key, source->err);

	return status == LG_OK && key ? wrong(source, key) : status;
}

static enum lg_status read_record(const struct source *source,
				  const struct lg_field *around,
				  struct lg_lock_record *record)
{
	enum lg_status status = lg_lock_new(&record->lock, source->err);

	if (status == LG_OK)
		status = read_fields(source, around, record);
	if (status == LG_OK)
		status = read_fields(source, lock_fields, record->lock);
	if (status == LG_OK &&
	    lg_fields_count(source->object, around) +
			    lg_fields_count(source->object, lock_fields) !=
		    (size_t)cJSON_GetArraySize(source->object))
		status = lg_error_set(source->err, LG_ERR_SYNTAX, source->place,
				      "the lock record has keys that this "
				      "version does not know");
	return status;
}

static enum lg_status check_lock(const struct source *source,
				 const struct lg_lock *lock)
{
	if (!lg_lock_is_id(lock->id))
		return wrong(source, "id");
	return lg_json_text_of(source->object, "origin")
		       ? LG_OK
		       : wrong(source, "origin");
}

enum lg_status lg_lock_file_parse(const struct lg_files *files,
				  const char *text, size_t len,
				  const char *place, struct lg_lock **out_lock,
				  struct lg_error *err)
{
	struct source source = {NULL, place, err};
	struct lg_lock_record record = {0};
	struct lg_lock *lock;
	enum lg_status status = open_text(&source, text, len);

	if (status == LG_OK)
		status = read_fields(&source, file_fields, &record);
	if (status == LG_OK)
		status = check_version(&source, record.version,
				       LG_LOCK_FILE_VERSION);
	if (status == LG_OK)
		status = read_record(&source, file_fields, &record);
	lock = record.lock;
	if (status == LG_OK)
		status = check_lock(&source, lock);
	/* Without values nobody could read them when it was written. */
	if (status == LG_OK && lock->stored)
		status = lg_stored_values_parse(
			files, lock->stored, strlen(lock->stored), place,
			LG_STORED_END_REQUIRED, &lock->values, err);
	if (status == LG_OK) {
		*out_lock = lock;
		record.lock = NULL;
	}
	cJSON_Delete(source.object);
	lg_lock_record_release(&record);
	return status;
}

static enum lg_status read_version_1(const struct source *source,
				     struct lg_lock_record *record)
{
	enum lg_status status = read_record(source, v1_fields, record);

	if (status != LG_OK)
		return status;
	record->lock->start = record->start;
	return record->phase == LG_PHASE_PENDING && !record->start.wall_s
		       ? wrong(source, "start")
		       : LG_OK;
}

enum lg_status lg_lock_record_parse(const char *text, size_t len,
				    const char *place,
				    struct lg_lock_record *out_record,
				    struct lg_error *err)
{
	struct source source = {NULL, place, err};
	struct lg_lock_record record = {0};
	enum lg_status status = open_text(&source, text, len);

	if (status == LG_OK)
		status = read_fields(&source, file_fields, &record);
	if (status == LG_OK)
		status = check_version(&source, record.version, 1);
	if (status == LG_OK && record.version == 1)
		status = read_version_1(&source, &record);
	else if (status == LG_OK)
		status = read_record(&source, record_fields, &record);
	if (status == LG_OK && record.version != 1 &&
	    record.phase != LG_PHASE_NONE)
		status = check_lock(&source, record.lock);
	if (status == LG_OK) {
		record.generation = record.lock->generation;
		if (record.phase == LG_PHASE_NONE)
			lg_lock_free(&record.lock);
		*out_record = record;
		record = (struct lg_lock_record){0};
	}
	cJSON_Delete(source.object);
	lg_lock_record_release(&record);
	return status;
}

void lg_lock_record_release(struct lg_lock_record *record)
{
	lg_lock_free(&record->lock);
	free(record->earlier);
	record->earlier = NULL;
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

enum lg_status lg_lock_file_render(const struct lg_lock *lock,
				   struct lg_buffer *out_text,
				   struct lg_error *err)
{
	const struct lg_lock_record record = {.version = LG_LOCK_FILE_VERSION};
	cJSON *object = cJSON_CreateObject();

	lg_fields_add(object, file_fields, &record);
	lg_fields_add(object, lock_fields, lock);
	return print(object, out_text, err);
}

enum lg_status lg_lock_record_render(const struct lg_lock_record *record,
				     struct lg_buffer *out_text,
				     struct lg_error *err)
{
	struct lg_lock_record written = *record;
	cJSON *object = cJSON_CreateObject();
	struct lg_lock shown;

	written.version = LG_LOCK_FILE_VERSION;
	written.phase = !record->lock                 ? LG_PHASE_NONE
			: lg_lock_waits(record->lock) ? LG_PHASE_PENDING
						      : LG_PHASE_ACTIVE;
	lg_fields_add(object, record_fields, &written);
	if (record->lock) {
		shown = *record->lock;
		shown.generation = record->generation;
		shown.stored = NULL;
		lg_fields_add(object, lock_fields, &shown);
	} else {
		lg_json_number(object, "generation",
			       (int64_t)record->generation);
	}
	return print(object, out_text, err);
}
