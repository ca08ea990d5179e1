/* SPDX-License-Identifier: ISC */
/*
 * servers_journal.c - the lines of the journal of changes, written and read
 *
 * Lines are JSON; values stand in them as Registry Editor text, so that one
 * codec serves files, back-ups and journal.
 */
#include "app/change/servers_journal.h"

#include <stdlib.h>
#include <string.h>

#include "app/records/json_fields.h"

#define FIELD(name, kind, member, how)                                         \
	LG_FIELD(name, kind, struct lg_servers_record, member, how)

static const struct lg_field header_fields[] = {
	FIELD("profile", TEXT, lock.profile, LG_FIELD_NEEDED),
	FIELD("by", TEXT, lock.by, LG_FIELD_NEEDED),
	FIELD("reason", TEXT, lock.reason, LG_FIELD_NEEDED | LG_FIELD_BLANK),
	FIELD("since", NUMBER, lock.since_s, LG_FIELD_NEEDED),
	FIELD("offset_ms", NUMBER, offset_ms, 0),
	FIELD("gate", FLAG, with_gate, 0),
	FIELD("replaces", FLAG, lock.replaces, 0),
	FIELD("stands", FLAG, lock.stands, LG_FIELD_LEFT_OUT),
	FIELD("variables", TEXT, lock.variables, LG_FIELD_LEFT_OUT),
	FIELD("max_duration", NUMBER, lock.max_duration_s, LG_FIELD_NEEDED),
	LG_FIELDS_END};

/* The end, twice: the clock since boot counts where its boot is known. */
static const struct lg_field end_fields[] = {
	FIELD("until", NUMBER, lock.until_s, LG_FIELD_NEEDED),
	FIELD("until_boot_ms", NUMBER, until_boot_ms, 0),
	FIELD("boot_id", CHARS, boot_id, LG_FIELD_LEFT_OUT), LG_FIELDS_END};

static const struct lg_field target_fields[] = {
	LG_FIELD("restart", FLAG, struct lg_servers_record_target, restart, 0),
	LG_FIELD("backup", TEXT, struct lg_servers_record_target, backup,
		 LG_FIELD_LEFT_OUT),
	LG_FIELDS_END};

/* The beginning of a line. */
static cJSON *line_of(const char *step, const char *id)
{
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "step", step);
	lg_json_text(object, "id", id ? id : "");
	return object;
}

/* Takes object. The gate here alone needs no journal. */
static enum lg_status append(const struct lg_servers *servers, cJSON *object,
			     struct lg_error *err)
{
	struct lg_buffer line = {0};
	enum lg_status status = lg_json_print(object, &line, err);

	lg_buffer_char(&line, '\n');
	if (status == LG_OK)
		status = lg_buffer_status(&line, err);
	if (status == LG_OK && servers->journal.append)
		status = servers->journal.append(servers->journal.self,
						 line.data, line.len, err);
	lg_buffer_release(&line);
	return status;
}

static enum lg_status add_registry(cJSON *object, const char *name,
				   const struct lg_registry *registry,
				   struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	status = lg_reg_text_render(registry, LG_REG_ENCODING_UTF8, &text, err);
	if (status == LG_OK)
		lg_json_text(object, name, text.data);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status add_target(cJSON *array,
				 const struct lg_servers_record_target *target,
				 struct lg_error *err)
{
	cJSON *object = cJSON_CreateObject();
	enum lg_status status;

	lg_json_text(object, "name", target->name);
	lg_fields_add(object, target_fields, target);
	lg_json_text(object, "dialect", lg_dialect_name(target->dialect));
	status = add_registry(object, "before", target->before, err);
	if (status == LG_OK)
		status = add_registry(object, "wanted", target->wanted, err);
	lg_json_append(array, object);
	return status;
}

static enum lg_status begin_line(const struct lg_servers *servers,
				 const struct lg_servers_record *record,
				 struct lg_error *err)
{
	cJSON *object = line_of("begin", record->lock.id);
	cJSON *targets = cJSON_CreateArray();
	enum lg_status status = LG_OK;

	lg_fields_add(object, header_fields, record);
	lg_fields_add(object, end_fields, record);
	for (size_t i = 0; status == LG_OK && i < record->count; i++)
		status = add_target(targets, &record->target[i], err);
	lg_json_add(object, "targets", targets);
	if (status == LG_OK)
		return append(servers, object, err);
	cJSON_Delete(object);
	return status;
}

enum lg_status lg_servers_journal_begin(const struct lg_servers *servers,
					const struct lg_target_lock *lock,
					struct lg_error *err)
{
	struct lg_servers_record record = {
		.lock = *lock,
		.with_gate = servers->with_gate,
		.target = calloc(servers->count + 1, sizeof(*record.target)),
	};
	enum lg_status status;

	if (!record.target)
		return lg_no_memory(err);
	lg_servers_record_ends(&record, lock->until_s, &servers->now);
	for (size_t i = 0; i < servers->count; i++) {
		const struct lg_servers_member *member = &servers->member[i];
		const struct lg_registry *own =
			member->own ? member->own : member->wanted;

		record.target[record.count++] =
			(struct lg_servers_record_target){
				.name = member->name,
				.restart = member->restart,
				.backup = member->backup,
				.dialect = member->dialect,
				.before = member->bare ? member->bare
						       : member->before,
				.wanted = (struct lg_registry *)own,
			};
	}
	status = begin_line(servers, &record, err);
	free(record.target);
	return status;
}

enum lg_status lg_servers_journal_step(const struct lg_servers *servers,
				       const char *step, const char *target,
				       struct lg_error *err)
{
	cJSON *object = line_of(step, servers->id);

	if (target)
		lg_json_text(object, "target", target);
	return append(servers, object, err);
}

enum lg_status lg_servers_journal_until(const struct lg_servers *servers,
					const struct lg_servers_record *record,
					int moving, struct lg_error *err)
{
	cJSON *object = line_of("until", servers->id);

	if (moving)
		lg_json_bool(object, "moving", 1);
	lg_fields_add(object, end_fields, record);
	return append(servers, object, err);
}

/* Of a change whose values are lost, whose they are. */
static enum lg_status lost_line(const struct lg_servers *servers,
				const struct lg_servers_record *record,
				struct lg_error *err)
{
	const char *profile = record->lock.profile;
	cJSON *object = line_of("lost", record->lock.id);
	cJSON *targets = cJSON_CreateArray();

	lg_json_text(object, "profile", profile ? profile : "");
	for (size_t i = 0; i < record->count; i++)
		lg_json_item(targets, record->target[i].name);
	lg_json_add(object, "targets", targets);
	return append(servers, object, err);
}

static enum lg_status
target_lines(const struct lg_servers *servers,
	     const struct lg_servers_record_target *target,
	     struct lg_error *err)
{
	enum lg_status status = LG_OK;

	if (target->in_restart && target->step != LG_SERVERS_RESTARTING)
		status = lg_servers_journal_step(
			servers, lg_servers_step_name(LG_SERVERS_RESTARTING),
			target->name, err);
	if (status == LG_OK && target->step != LG_SERVERS_UNTOUCHED)
		status = lg_servers_journal_step(
			servers, lg_servers_step_name(target->step),
			target->name, err);
	return status;
}

/* All that is known of a change. */
static enum lg_status write_record(const struct lg_change_journal *to,
				   const struct lg_servers_record *record,
				   struct lg_error *err)
{
	const struct lg_servers servers = {.journal = *to,
					   .id = record->lock.id};
	enum lg_status status = record->phase == LG_SERVERS_LOST
					? lost_line(&servers, record, err)
					: begin_line(&servers, record, err);

	if (status == LG_OK && record->moving)
		status = lg_servers_journal_until(&servers, record, 1, err);
	if (status == LG_OK && record->phase == LG_SERVERS_LIFTING)
		status =
			lg_servers_journal_step(&servers, "lifting", NULL, err);
	for (size_t i = 0; status == LG_OK && i < record->count; i++)
		status = target_lines(&servers, &record->target[i], err);
	if (status == LG_OK && record->phase == LG_SERVERS_APPLIED)
		status =
			lg_servers_journal_step(&servers, "applied", NULL, err);
	return status;
}

static enum lg_status append_text(void *self, const char *line, size_t len,
				  struct lg_error *err)
{
	lg_buffer_append(self, line, len);
	return lg_buffer_status(self, err);
}

enum lg_status lg_servers_book_render(const struct lg_servers_book *book,
				      struct lg_buffer *out_text,
				      struct lg_error *err)
{
	const struct lg_change_journal to = {.self = out_text,
					     .append = append_text};
	enum lg_status status;

	lg_buffer_format(out_text,
			 "{\"journal\":\"logongate changes\","
			 "\"version\":%d}\n",
			 LG_SERVERS_BOOK_VERSION);
	status = lg_buffer_status(out_text, err);
	for (size_t i = 0; status == LG_OK && i < book->count; i++)
		status = write_record(&to, &book->record[i], err);
	return status;
}

static enum lg_status bad(const char *what, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL, "%s", what);
}

/* Texts are out's own from then on. */
static enum lg_status take(const cJSON *object, const struct lg_field *fields,
			   void *out, struct lg_error *err)
{
	const char *wrong;
	enum lg_status status =
		lg_fields_take(object, fields, out, &wrong, err);

	if (status == LG_OK && wrong)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "\"%s\" is missing", wrong);
	return status;
}

enum lg_status lg_servers_record_until(const cJSON *object,
				       struct lg_servers_record *record,
				       struct lg_error *err)
{
	struct lg_servers_record end = {0};
	enum lg_status status = take(object, end_fields, &end, err);

	if (status != LG_OK)
		return status;
	if (*end.boot_id && !lg_json_of(object, "until_boot_ms"))
		return bad("a time is missing", err);
	/* The end of an extended lock is told by the clock as it is then. */
	if ((!*end.boot_id || strcmp(end.boot_id, record->boot_id) != 0) &&
	    !lg_json_of(object, "offset_ms"))
		record->offset_ms = end.lock.until_s * 1000 - end.until_boot_ms;
	record->lock.until_s = end.lock.until_s;
	record->until_boot_ms = end.until_boot_ms;
	memcpy(record->boot_id, end.boot_id, sizeof(end.boot_id));
	return LG_OK;
}

static enum lg_status read_registry(const cJSON *object, const char *name,
				    struct lg_registry **out_registry,
				    struct lg_error *err)
{
	const char *text = lg_json_text_of(object, name);

	if (!text)
		return bad("the values of a target are missing", err);
	return lg_reg_text_parse(text, strlen(text), name, NULL, out_registry,
				 err);
}

/* Version 1 did not say the dialect. */
static enum lg_status read_target(const cJSON *object,
				  struct lg_servers_record_target *target,
				  struct lg_error *err)
{
	const char *dialect = lg_json_text_of(object, "dialect");
	enum lg_status status = take(object, target_fields, target, err);

	target->dialect = LG_DIALECT_EXCHANGE_2007;
	if (dialect)
		lg_dialect_from_name(dialect, strlen(dialect),
				     &target->dialect);
	if (status == LG_OK)
		status = read_registry(object, "before", &target->before, err);
	if (status == LG_OK)
		status = read_registry(object, "wanted", &target->wanted, err);
	return status;
}

static enum lg_status read_targets(const cJSON *object,
				   struct lg_servers_record *record,
				   struct lg_error *err)
{
	const cJSON *targets = lg_json_of(object, "targets");
	enum lg_status status = LG_OK;
	const cJSON *target;

	if (!cJSON_IsArray(targets))
		return bad("the targets are missing", err);
	cJSON_ArrayForEach(target, targets) {
		const char *name = lg_json_text_of(target, "name");
		struct lg_error bad_values;
		enum lg_status values;

		if (!name)
			return bad("a target has no name", err);
		if (lg_servers_record_target(record, name))
			return bad("a target stands there twice", err);
		values = lg_servers_record_add(record, name, err);
		if (values != LG_OK)
			return values;
		values = read_target(target, &record->target[record->count - 1],
				     &bad_values);
		/* the names of the others are read all the same */
		if (values != LG_OK && status == LG_OK) {
			*err = bad_values;
			status = values;
		}
	}
	return status;
}

/* Nothing may be taken for what it was not. */
static void lose(struct lg_servers_record *record)
{
	record->phase = LG_SERVERS_LOST;
	for (size_t i = 0; i < record->count; i++) {
		lg_registry_free(&record->target[i].before);
		lg_registry_free(&record->target[i].wanted);
		record->target[i].step = LG_SERVERS_WRITING;
	}
}

static enum lg_status read_id(const cJSON *object,
			      struct lg_servers_record *record,
			      struct lg_error *err)
{
	const char *id = lg_json_text_of(object, "id");

	if (id && *id && !(record->lock.id = strdup(id)))
		return lg_no_memory(err);
	return LG_OK;
}

enum lg_status lg_servers_record_begin(const cJSON *object,
				       struct lg_servers_record *out_record,
				       struct lg_error *err)
{
	/* version 1 wrote the lock's values as they were */
	struct lg_servers_record record = {.phase = LG_SERVERS_APPLYING,
					   .lock = {.replaces = 1}};
	struct lg_error ignored;
	enum lg_status status = read_id(object, &record, err);

	if (status == LG_OK)
		status = take(object, header_fields, &record, err);
	if (status == LG_OK)
		status = lg_servers_record_until(object, &record, err);
	if (status == LG_OK)
		status = read_targets(object, &record, err);
	else if (status == LG_ERR_SYNTAX)
		read_targets(object, &record, &ignored);
	if (status == LG_ERR_NO_MEMORY) {
		lg_servers_record_release(&record);
		return status;
	}
	if (status != LG_OK) {
		lose(&record);
		status = LG_ERR_SYNTAX;
	}
	*out_record = record;
	return status;
}

enum lg_status lg_servers_record_lost(const cJSON *object,
				      struct lg_servers_record *out_record,
				      struct lg_error *err)
{
	const cJSON *targets = lg_json_of(object, "targets");
	const char *profile = lg_json_text_of(object, "profile");
	struct lg_servers_record record = {0};
	enum lg_status status = read_id(object, &record, err);
	const cJSON *target;

	if (status == LG_OK && profile &&
	    !(record.lock.profile = strdup(profile)))
		status = lg_no_memory(err);
	cJSON_ArrayForEach(target, targets) {
		if (status == LG_OK && cJSON_IsString(target) &&
		    !lg_servers_record_target(&record, target->valuestring))
			status = lg_servers_record_add(
				&record, target->valuestring, err);
	}
	if (status != LG_OK) {
		lg_servers_record_release(&record);
		return status;
	}
	lose(&record);
	*out_record = record;
	return LG_OK;
}
