/* SPDX-License-Identifier: ISC */
/*
 * registry_reader.c - the words of a .reg file: blanks, line ends, texts, bytes
 */
#include "core/values/registry_reader.h"

#include <string.h>

#include "base/hex.h"

enum lg_status lg_reg_syntax(struct reader *reader, const char *text)
{
	return lg_error_set_at(reader->err, LG_ERR_SYNTAX, reader->file,
			       reader->line, "%s", text);
}

void lg_reg_skip_blanks(struct reader *reader)
{
	while (reader->at < reader->end &&
	       (*reader->at == ' ' || *reader->at == '\t'))
		reader->at++;
}

/* Eats LF or CRLF. */
static int line_end(struct reader *reader)
{
	const char *at = reader->at;

	if (at < reader->end && *at == '\r')
		at++;
	if (at == reader->end || *at != '\n')
		return 0;
	reader->at = at + 1;
	reader->line++;
	return 1;
}

static void skip_comment(struct reader *reader)
{
	while (reader->at < reader->end && *reader->at != '\n')
		reader->at++;
}

enum lg_status lg_reg_rest_of_line(struct reader *reader)
{
	lg_reg_skip_blanks(reader);
	if (reader->at < reader->end && *reader->at == ';')
		skip_comment(reader);
	if (line_end(reader))
		return LG_OK;
	if (reader->at == reader->end)
		return lg_reg_syntax(reader,
				     "the last line has no end; the file may "
				     "be cut off, a line end belongs behind "
				     "it");
	return lg_reg_syntax(reader,
			     "something stands behind the value; one value "
			     "on a line");
}

int lg_reg_starts(const struct reader *reader, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(reader->end - reader->at) >= len &&
	       memcmp(reader->at, text, len) == 0;
}

enum lg_status lg_reg_read_quoted(struct reader *reader, struct lg_buffer *out)
{
	lg_buffer_clear(out);
	lg_buffer_append(out, "", 0);
	for (reader->at++; reader->at < reader->end; reader->at++) {
		char c = *reader->at;

		if (c == '"') {
			reader->at++;
			return lg_buffer_status(out, reader->err);
		}
		if (c == '\0')
			return lg_reg_syntax(reader, "a NUL in a text");
		if (c == '\\') {
			if (++reader->at == reader->end)
				break;
			c = *reader->at;
			if (c != '\\' && c != '"')
				return lg_reg_syntax(
					reader, "a backslash before something "
						"else than \\ or \"; write two "
						"backslashes for one");
		}
		reader->line += c == '\n';
		lg_buffer_char(out, c);
	}
	return lg_reg_syntax(reader, "a text without its closing quote");
}

int lg_reg_read_hex(struct reader *reader, int most, uint32_t *out_number)
{
	uint32_t number = 0;
	int digits = 0;

	while (reader->at < reader->end && lg_hex_value(*reader->at) >= 0) {
		if (++digits > most)
			return 0;
		number = number << 4 | (uint32_t)lg_hex_value(*reader->at++);
	}
	if (!digits)
		return 0;
	*out_number = number;
	return 1;
}

/* Blanks, and line ends behind a backslash. 0: a backslash without one. */
static int skip_continued(struct reader *reader)
{
	for (;;) {
		lg_reg_skip_blanks(reader);
		if (reader->at == reader->end || *reader->at != '\\')
			return 1;
		reader->at++;
		lg_reg_skip_blanks(reader);
		if (!line_end(reader))
			return 0;
	}
}

enum lg_status lg_reg_read_bytes(struct reader *reader)
{
	static const char wrong[] =
		"not a list of bytes; two hexadecimal digits each, with "
		"commas between, and a backslash before a line end";
	uint32_t byte;

	lg_buffer_clear(&reader->data);
	lg_buffer_append(&reader->data, "", 0);
	if (!skip_continued(reader))
		return lg_reg_syntax(reader, wrong);
	if (reader->at == reader->end || lg_hex_value(*reader->at) < 0)
		return LG_OK; /* "hex:" alone is no bytes at all */
	for (;;) {
		if (!lg_reg_read_hex(reader, 2, &byte))
			return lg_reg_syntax(reader, wrong);
		lg_buffer_char(&reader->data, (char)byte);
		if (!skip_continued(reader))
			return lg_reg_syntax(reader, wrong);
		if (reader->at == reader->end || *reader->at != ',')
			break;
		reader->at++;
		if (!skip_continued(reader))
			return lg_reg_syntax(reader, wrong);
	}
	return lg_buffer_status(&reader->data, reader->err);
}
