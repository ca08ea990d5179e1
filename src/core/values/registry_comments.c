/* SPDX-License-Identifier: ISC */
/*
 * registry_comments.c - what people wrote beside the values of a .reg file
 *
 * A line is a comment when its first sign is ";", unless it stands within a
 * string that began on a line before.
 */
#include "core/values/registry_comments.h"

#include <string.h>

#include "core/values/registry_bytes.h"

/* Whether a string is open behind the line; quotes that are escaped do not
 * count. */
static int leaves_open(const char *line, size_t len, int open)
{
	for (size_t i = 0; i < len; i++) {
		if (open && line[i] == '\\')
			i++;
		else if (line[i] == '"')
			open = !open;
	}
	return open;
}

static void collect(const char *text, size_t len, struct lg_buffer *out_text)
{
	size_t at = 0;
	int open = 0;

	while (at < len) {
		const char *line = text + at;
		const char *end = memchr(line, '\n', len - at);
		size_t whole = end ? (size_t)(end - line) : len - at;
		size_t used = whole;
		size_t blanks = 0;

		at += whole + 1;
		while (used && line[used - 1] == '\r')
			used--;
		while (blanks < used &&
		       (line[blanks] == ' ' || line[blanks] == '\t'))
			blanks++;
		if (open || blanks == used || line[blanks] != ';') {
			open = leaves_open(line, used, open);
			continue;
		}
		lg_buffer_append(out_text, line + blanks, used - blanks);
		lg_buffer_char(out_text, '\n');
	}
}

enum lg_status lg_reg_text_comments(const void *bytes, size_t len,
				    const char *place,
				    struct lg_buffer *out_text,
				    struct lg_error *err)
{
	struct lg_codepage western;
	struct lg_buffer text = {0};
	enum lg_status status;

	if (lg_reg_bytes_are_ansi(bytes, len)) {
		lg_codepage_1252(&western);
		status = lg_reg_bytes_ansi(&western, bytes, len, place, &text,
					   err);
	} else {
		status = lg_reg_bytes_decode(bytes, len, place, &text, err);
	}
	if (status == LG_OK && text.len)
		collect(text.data, text.len, out_text);
	if (status == LG_OK)
		status = lg_buffer_status(out_text, err);
	lg_buffer_release(&text);
	return status;
}
