/* SPDX-License-Identifier: ISC */
/*
 * journal.c - one JSON line for each thing done to the lock
 *
 * A line is written in one piece and flushed. A line that a crash cut off
 * stays behind as damage that is counted, never as an entry.
 */
#include "app/records/json_member.h"
#include "app/change/journal.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#define NAMES_MAX 20

const char *lg_journal_event_name(enum lg_journal_event event)
{
	static const char *const names[LG_EVENT_COUNT] = {
		[LG_EVENT_APPLY] = "apply",     [LG_EVENT_LIFT] = "lift",
		[LG_EVENT_EXPIRE] = "expire",   [LG_EVENT_EXTEND] = "extend",
		[LG_EVENT_CONFIRM] = "confirm", [LG_EVENT_IMPORT] = "import",
		[LG_EVENT_RESTORE] = "restore", [LG_EVENT_FORGET] = "forget",
	};

	return names[event];
}

enum lg_status lg_journal_line(const struct lg_journal_entry *entry,
			       struct lg_buffer *out_line, struct lg_error *err)
{
	cJSON *object = cJSON_CreateObject();
	enum lg_status status;

	lg_json_time(object, "at", entry->at_s);
	lg_json_text(object, "event", lg_journal_event_name(entry->event));
	if (entry->id)
		lg_json_text(object, "id", entry->id);
	lg_json_text(object, "profile", entry->profile);
	lg_json_text(object, "by", entry->by);
	lg_json_text(object, "reason", entry->reason);
	lg_json_text(object, "result", entry->result);
	lg_json_number(object, "generation", (int64_t)entry->generation);
	lg_json_time(object, "since", entry->since_s);
	lg_json_time(object, "until", entry->until_s);
	lg_json_text(object, "backup", entry->backup);
	lg_json_number(object, "max_duration_s", entry->max_duration_s);
	if (entry->target)
		lg_json_text(object, "target", entry->target);
	if (entry->what)
		lg_json_text(object, "what", entry->what);
	lg_json_bool(object, "locks", entry->locks);
	status = lg_json_print(object, out_line, err);
	lg_buffer_char(out_line, '\n');
	return status == LG_OK ? lg_buffer_status(out_line, err) : status;
}

enum lg_status lg_journal_append(const struct lg_files *files,
				 const struct lg_journal_entry *entry,
				 struct lg_error *err)
{
	struct lg_buffer line = {0};
	enum lg_status status = lg_journal_line(entry, &line, err);

	if (status == LG_OK)
		status = files->append(files->self, LG_JOURNAL_FILE, line.data,
				       line.len, LG_FILES_SYNC, err);
	lg_buffer_release(&line);
	return status;
}

/* 1 and *out_entry (which borrows from object) when it is one. */
static int read_entry(const cJSON *object, struct lg_journal_entry *out_entry)
{
	const char *event = lg_json_text_of(object, "event");
	struct lg_journal_entry entry = {0};
	int known;

	entry.at_s = lg_json_time_of(object, "at");
	if (!event || !entry.at_s)
		return 0;
	for (known = 0; known < LG_EVENT_COUNT; known++) {
		entry.event = (enum lg_journal_event)known;
		if (!strcmp(event, lg_journal_event_name(entry.event)))
			break;
	}
	if (known == LG_EVENT_COUNT)
		return 0;
	entry.id = lg_json_text_of(object, "id");
	entry.profile = lg_json_text_of(object, "profile");
	entry.by = lg_json_text_of(object, "by");
	entry.reason = lg_json_text_of(object, "reason");
	entry.result = lg_json_text_of(object, "result");
	entry.backup = lg_json_text_of(object, "backup");
	entry.target = lg_json_text_of(object, "target");
	entry.what = lg_json_text_of(object, "what");
	entry.since_s = lg_json_time_of(object, "since");
	entry.until_s = lg_json_time_of(object, "until");
	entry.generation = (uint64_t)lg_json_number_of(object, "generation");
	entry.max_duration_s =
		lg_json_of(object, "max_duration_s")
			? lg_json_number_of(object, "max_duration_s")
			: -1;
	entry.locks = lg_json_is_true(object, "locks");
	*out_entry = entry;
	return 1;
}

/* The beginning of a line, and no end: its writer was stopped, and what it
 * tells of counts as not written. */
static int is_cut_off(const char *line, size_t len)
{
	static const char begin[] = "{\"at\":";
	size_t shorter = len < sizeof(begin) - 1 ? len : sizeof(begin) - 1;

	return !memcmp(line, begin, shorter) && line[len - 1] != '}';
}

/* The next line from *at on; NULL at the end. is_whole: it has its end. */
static const char *next_line(const struct lg_buffer *text, size_t *at,
			     size_t *out_len, int *is_whole)
{
	const char *line = text->data + *at;
	const char *end;

	if (*at >= text->len)
		return NULL;
	end = memchr(line, '\n', text->len - *at);
	*out_len = end ? (size_t)(end - line) : text->len - *at;
	*is_whole = end != NULL;
	*at += *out_len + 1;
	return line;
}

enum lg_status lg_journal_read(
	const struct lg_files *files, int64_t since_s,
	int (*visit)(void *context, const struct lg_journal_entry *entry),
	void *context, size_t *out_damaged, struct lg_error *err)
{
	struct lg_journal_entry entry;
	struct lg_buffer text = {0};
	enum lg_status status;
	const char *line;
	size_t damaged = 0;
	size_t at = 0;
	size_t len = 0;
	int is_whole = 0;
	int stop = 0;

	status = files->read(files->self, LG_JOURNAL_FILE, &text, err);
	if (status == LG_ERR_UNKNOWN_KEY)
		status = LG_OK;
	while (status == LG_OK && !stop &&
	       (line = next_line(&text, &at, &len, &is_whole))) {
		cJSON *object = cJSON_ParseWithLength(line, len);

		if (!is_whole || !read_entry(object, &entry))
			damaged += len > 0 && !is_cut_off(line, len);
		else if (entry.at_s >= since_s)
			stop = visit(context, &entry);
		cJSON_Delete(object);
	}
	lg_buffer_release(&text);
	if (status == LG_OK && out_damaged)
		*out_damaged = damaged;
	return status;
}

static enum lg_status keep_whole(const struct lg_files *files,
				 const struct lg_buffer *text,
				 struct lg_buffer *out_kept,
				 struct lg_error *err)
{
	unsigned int number = 0;
	enum lg_status status;
	uint64_t taken = 0;
	char name[64];

	do {
		snprintf(name, sizeof(name), "damaged/" LG_JOURNAL_FILE ".%u",
			 ++number);
		status = files->size(files->self, name, &taken, err);
	} while (status == LG_OK && taken);
	if (status == LG_OK)
		status = files->replace(files->self, name, text->data,
					text->len, err);
	if (status == LG_OK)
		lg_buffer_text(out_kept, name);
	return status != LG_OK ? status : lg_buffer_status(out_kept, err);
}

enum lg_status lg_journal_mend(const struct lg_files *files,
			       struct lg_buffer *out_kept, struct lg_error *err)
{
	struct lg_journal_entry entry;
	struct lg_buffer text = {0};
	struct lg_buffer good = {0};
	enum lg_status status;
	const char *line;
	size_t at = 0;
	size_t len = 0;
	int is_whole = 0;

	status = files->read(files->self, LG_JOURNAL_FILE, &text, err);
	while (status == LG_OK &&
	       (line = next_line(&text, &at, &len, &is_whole))) {
		cJSON *object = cJSON_ParseWithLength(line, len);

		if (is_whole && read_entry(object, &entry))
			lg_buffer_append(&good, line, len + 1);
		cJSON_Delete(object);
	}
	if (status == LG_OK)
		status = lg_buffer_status(&good, err);
	if (status == LG_OK)
		status = keep_whole(files, &text, out_kept, err);
	if (status == LG_OK)
		status = files->replace(files->self, LG_JOURNAL_FILE,
					good.data ? good.data : "", good.len,
					err);
	lg_buffer_release(&text);
	lg_buffer_release(&good);
	return status;
}

void lg_journal_names(const struct lg_strlist *names, struct lg_buffer *text)
{
	for (size_t i = 0; i < names->count && i < NAMES_MAX; i++)
		lg_buffer_format(text, "%s%s", i > 0 ? ", " : "",
				 names->item[i]);
	if (names->count > NAMES_MAX)
		lg_buffer_format(text, " and %zu more",
				 names->count - NAMES_MAX);
}
