/* SPDX-License-Identifier: ISC */
/*
 * servers_journal.c - writing the write-ahead journal of changes
 *
 * Lines are JSON; values stand in them as Registry Editor text, so that one
 * codec serves files, back-ups and journal.
 */
#include "app/change/servers_journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lock/lock.h"
#include "app/records/json_member.h"
#include "base/instant.h"

/* Takes object. */
static enum lg_status add_line(cJSON *object, struct lg_buffer *text,
			       struct lg_error *err)
{
	enum lg_status status = lg_json_print(object, text, err);

	lg_buffer_char(text, '\n');
	return status == LG_OK ? lg_buffer_status(text, err) : status;
}

/* The gate here alone needs no journal. */
static enum lg_status append(const struct lg_servers *fleet,
			     struct lg_buffer *line, enum lg_status status,
			     struct lg_error *err)
{
	if (status == LG_OK && fleet->journal.append)
		status = fleet->journal.append(fleet->journal.self, line->data,
					       line->len, err);
	lg_buffer_release(line);
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
	lg_json_bool(object, "restart", target->restart);
	if (target->backup)
		lg_json_text(object, "backup", target->backup);
	if (target->has_dialect)
		lg_json_text(object, "dialect",
			     lg_dialect_name(target->dialect));
	status = add_registry(object, "before", target->before, err);
	if (status == LG_OK)
		status = add_registry(object, "wanted", target->wanted, err);
	lg_json_append(array, object);
	return status;
}

/* The end, twice. */
static void add_end(cJSON *object, const struct lg_servers_record *record)
{
	lg_json_number(object, "until", record->until_s);
	if (!*record->boot_id)
		return;
	lg_json_number(object, "until_boot_ms", record->until_boot_ms);
	lg_json_text(object, "boot_id", record->boot_id);
}

static const char *text_or_blank(const char *text)
{
	return text ? text : "";
}

/* The beginning of a line. */
static cJSON *line_of(const char *step, const char *id)
{
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "step", step);
	lg_json_text(object, "id", text_or_blank(id));
	return object;
}

static void add_header(cJSON *object, const struct lg_servers_record *record)
{
	lg_json_text(object, "profile", record->profile);
	lg_json_text(object, "by", record->by);
	lg_json_text(object, "reason", text_or_blank(record->reason));
	lg_json_number(object, "since", record->since_s);
	add_end(object, record);
	if (*record->boot_id)
		lg_json_number(object, "offset_ms", record->offset_ms);
	lg_json_bool(object, "gate", record->with_gate);
	lg_json_bool(object, "replaces", record->replaces);
	if (record->stands)
		lg_json_bool(object, "stands", 1);
	if (record->variables)
		lg_json_text(object, "variables", record->variables);
	lg_json_number(object, "max_duration", record->max_duration_s);
}

static enum lg_status begin_line(const struct lg_servers_record *record,
				 struct lg_buffer *text, struct lg_error *err)
{
	cJSON *object = line_of("begin", record->id);
	cJSON *targets = cJSON_CreateArray();
	enum lg_status status = LG_OK;

	add_header(object, record);
	for (size_t i = 0; status == LG_OK && i < record->count; i++)
		status = add_target(targets, &record->target[i], err);
	lg_json_add(object, "targets", targets);
	if (status == LG_OK)
		return add_line(object, text, err);
	cJSON_Delete(object);
	return status;
}

/* Of a change whose values are lost, whose they are. */
static enum lg_status lost_line(const struct lg_servers_record *record,
				struct lg_buffer *text, struct lg_error *err)
{
	cJSON *object = line_of("lost", record->id);
	cJSON *targets = cJSON_CreateArray();

	lg_json_text(object, "profile", text_or_blank(record->profile));
	for (size_t i = 0; i < record->count; i++)
		lg_json_item(targets, record->target[i].name);
	lg_json_add(object, "targets", targets);
	return add_line(object, text, err);
}

static enum lg_status step_line(const char *id, const char *step,
				const char *target, struct lg_buffer *text,
				struct lg_error *err)
{
	cJSON *object = line_of(step, id);

	if (target)
		lg_json_text(object, "target", target);
	return add_line(object, text, err);
}

enum lg_status lg_servers_journal_begin(const struct lg_servers *fleet,
					const struct lg_servers_change *change,
					struct lg_error *err)
{
	struct lg_deadline end = lg_deadline_at(change->until_s, &change->now);
	struct lg_servers_record record = {
		.profile = (char *)change->profile,
		.by = (char *)change->by,
		.reason = (char *)change->reason,
		.id = (char *)change->id,
		.since_s = change->since_s,
		.until_s = change->until_s,
		.until_boot_ms = end.boot_ms,
		.offset_ms = change->until_s * 1000 - end.boot_ms,
		.with_gate = change->with_gate,
		.replaces = change->replaces,
		.stands = change->stands,
		.variables = (char *)change->variables,
		.max_duration_s = change->max_duration_s,
	};
	struct lg_buffer line = {0};
	enum lg_status status = LG_OK;

	snprintf(record.boot_id, sizeof(record.boot_id), "%s",
		 change->now.boot_id);
	record.target = calloc(fleet->count + 1, sizeof(*record.target));
	if (!record.target)
		return lg_no_memory(err);
	for (size_t i = 0; i < fleet->count; i++) {
		const struct lg_servers_member *member = &fleet->member[i];

		record.target[record.count++] =
			(struct lg_servers_record_target){
				.name = (char *)member->name,
				.restart = member->restart,
				.backup = member->backup,
				.dialect = member->dialect,
				.has_dialect = 1,
				.before = member->bare ? member->bare
						       : member->before,
				.wanted = (struct lg_registry
						   *)(member->own
							      ? member->own
							      : member->wanted),
			};
	}
	status = begin_line(&record, &line, err);
	free(record.target);
	return append(fleet, &line, status, err);
}

enum lg_status lg_servers_journal_step(const struct lg_servers *fleet,
				       const char *step, const char *target,
				       struct lg_error *err)
{
	struct lg_buffer line = {0};

	return append(fleet, &line,
		      step_line(fleet->id, step, target, &line, err), err);
}

static enum lg_status until_line(const char *id,
				 const struct lg_servers_record *record,
				 int moving, struct lg_buffer *text,
				 struct lg_error *err)
{
	cJSON *object = line_of("until", id);

	if (moving)
		lg_json_bool(object, "moving", 1);
	add_end(object, record);
	return add_line(object, text, err);
}

enum lg_status lg_servers_journal_until(const struct lg_servers *fleet,
					const struct lg_servers_record *record,
					int moving, struct lg_error *err)
{
	struct lg_buffer line = {0};

	return append(fleet, &line,
		      until_line(fleet->id, record, moving, &line, err), err);
}

static enum lg_status render_targets(const struct lg_servers_record *record,
				     struct lg_buffer *text,
				     struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < record->count; i++) {
		const struct lg_servers_record_target *target =
			&record->target[i];

		if (target->in_restart && target->step != LG_SERVERS_RESTARTING)
			status = step_line(
				record->id,
				lg_servers_step_name(LG_SERVERS_RESTARTING),
				target->name, text, err);
		if (status == LG_OK && target->step != LG_SERVERS_UNTOUCHED)
			status = step_line(record->id,
					   lg_servers_step_name(target->step),
					   target->name, text, err);
	}
	return status;
}

static enum lg_status render_record(const struct lg_servers_record *record,
				    struct lg_buffer *text,
				    struct lg_error *err)
{
	enum lg_status status = record->phase == LG_SERVERS_LOST
					? lost_line(record, text, err)
					: begin_line(record, text, err);

	if (status == LG_OK && record->moving)
		status = until_line(record->id, record, 1, text, err);
	if (status == LG_OK && record->phase == LG_SERVERS_LIFTING)
		status = step_line(record->id, "lifting", NULL, text, err);
	if (status == LG_OK)
		status = render_targets(record, text, err);
	if (status == LG_OK && record->phase == LG_SERVERS_APPLIED)
		status = step_line(record->id, "applied", NULL, text, err);
	return status;
}

enum lg_status lg_servers_book_render(const struct lg_servers_book *book,
				      struct lg_buffer *out_text,
				      struct lg_error *err)
{
	enum lg_status status;

	lg_buffer_format(out_text,
			 "{\"journal\":\"logongate changes\","
			 "\"version\":%d}\n",
			 LG_SERVERS_BOOK_VERSION);
	status = lg_buffer_status(out_text, err);
	for (size_t i = 0; status == LG_OK && i < book->count; i++)
		status = render_record(&book->record[i], out_text, err);
	return status;
}

enum lg_status lg_servers_journal_rewrite(const struct lg_servers_journal *to,
					  const struct lg_servers_book *book,
					  struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status = lg_servers_book_render(book, &text, err);

	if (status == LG_OK)
		status = to->replace(to->self, text.data, text.len, err);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_servers_journal_settle(
	const struct lg_servers_journal *to, const struct lg_files *files,
	const struct lg_servers_book *book, const struct lg_buffer *text,
	int64_t now_s, struct lg_buffer *out_kept, struct lg_error *err)
{
	char stamp[LG_INSTANT_SIZE];
	enum lg_status status = LG_OK;

	if (book->damaged == 0 &&
	    (book->version == 0 || book->version == LG_SERVERS_BOOK_VERSION))
		return LG_OK;
	if (book->damaged > 0) {
		lg_instant_format(now_s, stamp);
		lg_buffer_format(out_kept,
				 "damaged/" LG_SERVERS_BOOK_FILE ".%s", stamp);
		status = lg_buffer_status(out_kept, err);
		if (status == LG_OK)
			status = files->replace(files->self, out_kept->data,
						text->data, text->len, err);
	}
	return status == LG_OK ? lg_servers_journal_rewrite(to, book, err)
			       : status;
}
