/* SPDX-License-Identifier: ISC */
/*
 * Comma-separated text, one record at a time. What RFC 4180 leaves open is an
 * error here: a stray quote is more often a broken file than a meant one.
 */
#include <logongate/buffer.h>

#include "base/csv.h"

static enum lg_status broken(const struct csv_reader *reader, const char *what,
			     struct lg_error *err)
{
	return lg_error_set_at(err, LG_ERR_SYNTAX, reader->place, reader->line,
			       "%s", what);
}

static int at_line_end(const struct csv_reader *reader)
{
	if (reader->at == reader->len || reader->text[reader->at] == '\n')
		return 1;
	return reader->text[reader->at] == '\r' &&
	       reader->at + 1 < reader->len &&
	       reader->text[reader->at + 1] == '\n';
}

static void pass_line_end(struct csv_reader *reader)
{
	if (reader->at < reader->len && reader->text[reader->at] == '\r')
		reader->at++;
	if (reader->at < reader->len) {
		reader->at++;
		reader->next++;
	}
}

/* From behind the opening quote to behind the closing one. */
static enum lg_status read_quoted(struct csv_reader *reader,
				  struct lg_buffer *field, struct lg_error *err)
{
	while (reader->at < reader->len) {
		char c = reader->text[reader->at++];

		if (!c)
			return broken(reader, "a NUL stands in the text", err);
		if (c == '"') {
			if (reader->at == reader->len ||
			    reader->text[reader->at] != '"')
				return LG_OK;
			reader->at++;
		}
		reader->next += c == '\n';
		lg_buffer_char(field, c);
	}
	return broken(reader, "a quote is not closed", err);
}

static enum lg_status read_field(struct csv_reader *reader,
				 struct lg_buffer *field, struct lg_error *err)
{
	enum lg_status status;

	if (reader->at < reader->len && reader->text[reader->at] == '"') {
		reader->at++;
		status = read_quoted(reader, field, err);
		if (status != LG_OK)
			return status;
		if (!at_line_end(reader) && reader->text[reader->at] != ',')
			return broken(reader,
				      "text follows a closing quote; write "
				      "\"\" for a quote inside",
				      err);
		return LG_OK;
	}
	while (!at_line_end(reader) && reader->text[reader->at] != ',') {
		char c = reader->text[reader->at++];

		if (!c)
			return broken(reader, "a NUL stands in the text", err);
		if (c == '"')
			return broken(reader,
				      "a quote stands inside an unquoted "
				      "field; write the field in quotes and "
				      "\"\" for a quote inside",
				      err);
		lg_buffer_char(field, c);
	}
	return LG_OK;
}

enum lg_status csv_read(struct csv_reader *reader, struct lg_strlist *fields,
			struct lg_error *err)
{
	struct lg_buffer field = {0};
	enum lg_status status = LG_OK;
	int more = 1;

	lg_strlist_release(fields);
	while (reader->at < reader->len && at_line_end(reader))
		pass_line_end(reader);
	if (reader->at == reader->len)
		return LG_OK;
	reader->line = reader->next + 1;
	while (more && status == LG_OK) {
		lg_buffer_clear(&field);
		status = read_field(reader, &field, err);
		if (status == LG_OK)
			status = lg_buffer_status(&field, err);
		if (status == LG_OK)
			status = lg_strlist_add(fields, field.data, field.len,
						err);
		more = !at_line_end(reader);
		if (more)
			reader->at++;
	}
	if (status == LG_OK)
		pass_line_end(reader);
	else
		lg_strlist_release(fields);
	lg_buffer_release(&field);
	return status;
}
