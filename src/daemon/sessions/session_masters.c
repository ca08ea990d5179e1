/* SPDX-License-Identifier: ISC */
/*
 * session_masters.c - a line a change, and the newest half of too many
 */
#include "daemon/sessions/session_masters.h"

#include <stdlib.h>
#include <string.h>

#include "app/records/json_member.h"
#include "daemon/sessions/sessions.h"
#include "daemon/work.h"

#define FILE_NAME "masters.jsonl"
#define BYTES_MAX ((size_t)4 << 20)

static const char trouble[] = "who opened sessions could not be kept";

struct line {
	struct gate_job job;
	struct gate *gate;
	struct lg_buffer text;
	enum lg_status status;
	struct lg_error err;
};

/* Its newest half, from the first whole line on. */
static enum lg_status halve(const struct lg_files *files, uint64_t size,
			    struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status = files->read_at(files->self, FILE_NAME, size / 2,
					       (size_t)size, &text, err);
	const char *first = status != LG_OK || !text.len
				    ? NULL
				    : memchr(text.data, '\n', text.len);

	if (status == LG_OK && first)
		status = files->replace(
			files->self, FILE_NAME, first + 1,
			(size_t)(text.data + text.len - (first + 1)), err);
	lg_buffer_release(&text);
	return status;
}

static void write_line(void *context)
{
	struct line *line = context;
	const struct lg_files *files = &line->gate->files;
	uint64_t size = 0;

	line->status = lg_buffer_status(&line->text, &line->err);
	if (line->status == LG_OK)
		line->status =
			files->size(files->self, FILE_NAME, &size, &line->err);
	if (line->status == LG_OK && size > BYTES_MAX)
		line->status = halve(files, size, &line->err);
	if (line->status == LG_OK)
		line->status = files->append(files->self, FILE_NAME,
					     line->text.data, line->text.len,
					     LG_FILES_LATER, &line->err);
}

static void line_written(void *context)
{
	struct line *line = context;

	if (line->status != LG_OK)
		gate_loud(line->gate, GATE_ATTENTION_SESSIONS, "%s: %s: %s",
			  trouble, line->err.place, line->err.text);
	else
		gate_quiet(line->gate, trouble);
	lg_buffer_release(&line->text);
	free(line);
}

static cJSON *object_of(const struct session_entry *entry)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *openers = cJSON_CreateArray();

	lg_json_text(object, "protocol",
		     lg_protocol_name(entry->session.protocol));
	lg_json_text(object, "user", entry->session.user);
	lg_json_text(object, "address", entry->session.address);
	for (const struct gate_opener *opener = entry->openers; opener;
	     opener = opener->older)
		lg_json_item(openers, opener->master);
	lg_json_add(object, "openers", openers);
	return object;
}

void gate_masters_line(const struct session_entry *entry,
		       struct lg_buffer *out_lines)
{
	if (lg_json_print(object_of(entry), out_lines, NULL) != LG_OK)
		out_lines->status = LG_ERR_NO_MEMORY;
	lg_buffer_char(out_lines, '\n');
}

void gate_masters_write(struct gate *gate, struct lg_buffer *lines)
{
	struct line *line;

	if (!lines->len && lines->status == LG_OK)
		return;
	line = calloc(1, sizeof(*line));
	if (!line) {
		lg_buffer_release(lines);
		return;
	}
	line->gate = gate;
	line->text = *lines;
	*lines = (struct lg_buffer){0};
	line->job.run = write_line;
	line->job.done = line_written;
	line->job.context = line;
	gate_work_add(gate, GATE_LANE_RECORDS, &line->job);
}

/* The openers of a line in place of those that a line before it had. */
static void restore(struct gate *gate, struct session_book *book,
		    const cJSON *object)
{
	const cJSON *openers = lg_json_of(object, "openers");
	const char *protocol = lg_json_text_of(object, "protocol");
	struct lg_session session = {
		.door = "dovecot",
		.user = lg_json_text_of(object, "user"),
		.address = lg_json_text_of(object, "address"),
	};
	struct lg_buffer key = {0};

	if (protocol)
		lg_protocol_from_name(protocol, strlen(protocol),
				      &session.protocol);
	gate_sessions_dovecot_key(session.protocol, session.user,
				  session.address, &key);
	if (!session.user || key.status != LG_OK) {
		lg_buffer_release(&key);
		return;
	}
	session_book_forget(book, NULL, key.data, key.len);
	/* The newest stands first. */
	for (int i = cJSON_GetArraySize(openers); i-- > 0;) {
		struct session_entry *entry;

		session.master =
			cJSON_GetStringValue(cJSON_GetArrayItem(openers, i));
		entry = session_entry_new(key.data, key.len, &session,
					  gate_store_s(gate));
		if (!entry)
			break;
		entry->noted_ms = uv_now(&gate->loop);
		session_book_note(book, NULL, entry);
	}
	lg_buffer_release(&key);
}

/* One line for each key that has one still. */
static enum lg_status rewrite(const struct lg_files *files,
			      const struct session_book *book,
			      struct lg_error *err)
{
	const struct session_entry *entry = book->mastered;
	struct lg_buffer text = {0};
	enum lg_status status;

	for (; entry; entry = entry->next_mastered)
		gate_masters_line(entry, &text);
	status = lg_buffer_status(&text, err);
	if (status == LG_OK)
		status = files->replace(files->self, FILE_NAME,
					text.data ? text.data : "", text.len,
					err);
	lg_buffer_release(&text);
	return status;
}

void gate_masters_restore(struct gate *gate, struct session_book *book)
{
	const struct lg_files *files = &gate->files;
	struct lg_buffer text = {0};
	struct lg_error err = {0};
	enum lg_status status =
		files->read(files->self, FILE_NAME, &text, &err);
	size_t at = 0;

	while (status == LG_OK && at < text.len) {
		const char *line = text.data + at;
		const char *end = memchr(line, '\n', text.len - at);
		size_t len = end ? (size_t)(end - line) : text.len - at;
		cJSON *object = cJSON_ParseWithLength(line, len);

		/* One that was cut off by a kill is passed over. */
		restore(gate, book, object);
		cJSON_Delete(object);
		at += len + (end != NULL);
	}
	if (status == LG_OK && text.len)
		status = rewrite(files, book, &err);
	if (status != LG_OK && status != LG_ERR_UNKNOWN_KEY)
		gate_loud(gate, GATE_ATTENTION_SESSIONS, "%s: %s: %s", trouble,
			  err.place, err.text);
	lg_buffer_release(&text);
}
