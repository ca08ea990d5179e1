/* SPDX-License-Identifier: ISC */
/*
 * logon_log_read.c - reading back what logon_log.c wrote
 *
 * A line that does not read (cut off by a full disk) is counted and passed
 * over: one bad line must not hide a day from the help desk.
 */
#include "app/records/logon_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "app/records/logon_record.h"
#include "base/instant.h"

#define STEP_BYTES ((size_t)64 << 10)

/* The days that were there when it began, each as long as it was then: what is
 * written while somebody reads is for the next time. */
struct lg_logon_reader {
	const struct lg_files *files;
	const char *folder;
	int64_t since_s;
	struct lg_strlist names;
	size_t day;      /* names.item[day] is being read */
	uint64_t size;   /* its end; 0: not looked at yet */
	uint64_t offset; /* what is read of it */
	struct lg_buffer text;
	size_t damaged;
};

enum lg_status lg_logon_reader_new(const struct lg_files *files,
				   const char *folder, int64_t since_s,
				   struct lg_logon_reader **out_reader,
				   struct lg_error *err)
{
	struct lg_logon_reader *reader = calloc(1, sizeof(*reader));
	char first[LG_INSTANT_SIZE];
	enum lg_status status;

	if (!reader)
		return lg_no_memory(err);
	reader->files = files;
	reader->folder = folder;
	reader->since_s = since_s;
	status = files->list(files->self, folder, &reader->names, err);
	if (status != LG_OK) {
		lg_logon_reader_free(&reader);
		return status;
	}
	lg_instant_format(since_s, first);
	while (reader->day < reader->names.count &&
	       strncmp(reader->names.item[reader->day], first, 10) < 0)
		reader->day++;
	*out_reader = reader;
	return LG_OK;
}

void lg_logon_reader_free(struct lg_logon_reader **reader)
{
	if (!reader || !*reader)
		return;
	lg_strlist_release(&(*reader)->names);
	lg_buffer_release(&(*reader)->text);
	free(*reader);
	*reader = NULL;
}

/* Visits the whole lines of text and keeps the rest; at the end of a day the
 * rest is a line too. */
static int visit_lines(struct lg_logon_reader *reader, int is_end,
		       int (*visit)(void *context,
				    const struct lg_logon *logon),
		       void *context)
{
	struct lg_buffer *text = &reader->text;
	struct lg_logon logon;
	size_t at = 0;
	int stop = 0;

	while (!stop && at < text->len) {
		const char *line = text->data + at;
		const char *end = memchr(line, '\n', text->len - at);
		size_t len = end ? (size_t)(end - line) : text->len - at;
		cJSON *json;

		if (!end && !is_end)
			break;
		json = cJSON_ParseWithLength(line, len);
		at += end ? len + 1 : len;
		if (!lg_logon_read(json, &logon))
			reader->damaged += len > 0;
		else if (logon.last_s >= reader->since_s)
			stop = visit(context, &logon);
		cJSON_Delete(json);
	}
	if (at) {
		memmove(text->data, text->data + at, text->len - at);
		text->len -= at;
	}
	return stop;
}

enum lg_status
lg_logon_reader_step(struct lg_logon_reader *reader,
		     int (*visit)(void *context, const struct lg_logon *logon),
		     void *context, int *out_done, struct lg_error *err)
{
	const struct lg_files *files = reader->files;
	enum lg_status status = LG_OK;
	char path[320];
	size_t before;
	int is_end;

	*out_done = reader->day >= reader->names.count;
	if (*out_done)
		return LG_OK;
	snprintf(path, sizeof(path), "%s/%s", reader->folder,
		 reader->names.item[reader->day]);
	if (!reader->size)
		status = files->size(files->self, path, &reader->size, err);
	before = reader->text.len;
	if (status == LG_OK && reader->offset < reader->size) {
		uint64_t left = reader->size - reader->offset;

		status = files->read_at(files->self, path, reader->offset,
					left < STEP_BYTES ? (size_t)left
							  : STEP_BYTES,
					&reader->text, err);
	}
	/* It may have been removed meanwhile: too old. */
	if (status == LG_ERR_UNKNOWN_KEY)
		status = LG_OK;
	if (status != LG_OK)
		return status;
	reader->offset += reader->text.len - before;
	is_end = reader->text.len == before || reader->offset >= reader->size;
	*out_done = visit_lines(reader, is_end, visit, context);
	if (!is_end || *out_done)
		return LG_OK;
	lg_buffer_clear(&reader->text);
	reader->day++;
	reader->size = reader->offset = 0;
	*out_done = reader->day >= reader->names.count;
	return LG_OK;
}

enum lg_status
lg_logon_log_read(const struct lg_files *files, const char *folder,
		  int64_t since_s,
		  int (*visit)(void *context, const struct lg_logon *logon),
		  void *context, size_t *out_damaged, struct lg_error *err)
{
	struct lg_logon_reader *reader = NULL;
	enum lg_status status;
	int done = 0;

	status = lg_logon_reader_new(files, folder, since_s, &reader, err);
	while (status == LG_OK && !done)
		status = lg_logon_reader_step(reader, visit, context, &done,
					      err);
	if (status == LG_OK && out_damaged)
		*out_damaged = reader->damaged;
	lg_logon_reader_free(&reader);
	return status;
}
