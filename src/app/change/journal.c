/* SPDX-License-Identifier: ISC */
/*
 * journal.c - one JSON line for each thing done to the lock
 *
 * A line is written in one piece and flushed. A line that a crash cut off
 * stays behind as damage that is counted, never as an entry.
 */
#include "app/change/journal.h"

#include <stdio.h>
#include <string.h>

#include "app/records/json_fields.h"

#define NAMES_MAX 20

static const char *const event_names[LG_EVENT_COUNT + 1] = {
	[LG_EVENT_APPLY] = "apply",     [LG_EVENT_LIFT] = "lift",
	[LG_EVENT_EXPIRE] = "expire",   [LG_EVENT_EXTEND] = "extend",
	[LG_EVENT_CONFIRM] = "confirm", [LG_EVENT_IMPORT] = "import",
	[LG_EVENT_RESTORE] = "restore", [LG_EVENT_FORGET] = "forget",
};

const char *lg_journal_event_name(enum lg_journal_event event)
{
	return event_names[event];
}

#define FIELD(name, kind, member, how)                                         \
	LG_FIELD(name, kind, struct lg_journal_entry, member, how)

static const struct lg_field entry_fields[] = {
	FIELD("at", TIME, at_s, 0),
	LG_FIELD_IN_WORDS("event", struct lg_journal_entry, event, event_names,
			  0),
	FIELD("id", TEXT, id, LG_FIELD_LEFT_OUT),
	FIELD("profile", TEXT, profile, 0),
	FIELD("by", TEXT, by, 0),
	FIELD("reason", TEXT, reason, 0),
	FIELD("result", TEXT, result, 0),
	FIELD("generation", COUNT, generation, 0),
	FIELD("since", TIME, since_s, 0),
	FIELD("until", TIME, until_s, 0),
	FIELD("backup", TEXT, backup, 0),
	FIELD("max_duration_s", NUMBER, max_duration_s, 0),
	FIELD("target", TEXT, target, LG_FIELD_LEFT_OUT),
	FIELD("what", TEXT, what, LG_FIELD_LEFT_OUT),
	FIELD("locks", FLAG, locks, 0),
	LG_FIELDS_END};

enum lg_status lg_journal_line(const struct lg_journal_entry *entry,
			       struct lg_buffer *out_line, struct lg_error *err)
{
	cJSON *object = cJSON_CreateObject();
	enum lg_status status;

	lg_fields_add(object, entry_fields, entry);
	status = lg_json_print(object, out_line, err);
	lg_buffer_char(out_line, '\n');
	return status == LG_OK ? lg_buffer_status(out_line, err) : status;
}

enum lg_status lg_journal_append(const struct lg_files *files, const char *name,
				 const struct lg_journal_entry *entry,
				 struct lg_error *err)
{
	struct lg_buffer line = {0};
	enum lg_status status = lg_journal_line(entry, &line, err);

	if (status == LG_OK)
		status = files->append(files->self, name, line.data, line.len,
				       LG_FILES_SYNC, err);
	lg_buffer_release(&line);
	return status;
}

/* 1 and *out_entry (which borrows from object) when it is one. */
static int read_entry(const cJSON *object, struct lg_journal_entry *out_entry)
{
	int event = LG_EVENT_COUNT;

	*out_entry = (struct lg_journal_entry){
		.event = (enum lg_journal_event)event, .max_duration_s = -1};
	lg_fields_read(object, entry_fields, out_entry);
	return out_entry->at_s > 0 && (int)out_entry->event < LG_EVENT_COUNT;
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
	const struct lg_files *files, const char *name, int64_t since_s,
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

	status = files->read(files->self, name, &text, err);
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
		status = lg_files_put(files, name, text, err);
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
		status = lg_files_put(files, LG_JOURNAL_FILE, &good, err);
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
