/* SPDX-License-Identifier: ISC */
/*
 * Cuts a line into words as a shell does: blanks between, quotes, backslashes
 * and comments. Nothing else of a shell: $ and * mean themselves.
 */
#include <logongate/buffer.h>

#include "base/listed.h"
#include "base/ascii.h"

#include "app/render/script_words.h"

/* Appends what stands in quotes from line[at]; the index behind them, or 0
 * where they are not closed. */
static size_t quoted(const char *line, size_t len, size_t at,
		     struct lg_buffer *word)
{
	char quote = line[at++];

	for (; at < len && line[at] != quote; at++) {
		if (quote == '"' && line[at] == '\\' && at + 1 < len &&
		    strchr("\"\\$`", line[at + 1]))
			at++;
		lg_buffer_char(word, line[at]);
	}
	return at < len ? at + 1 : 0;
}

enum lg_status lg_script_words(const char *line, size_t len, const char *place,
			       struct lg_strlist *out_words,
			       struct lg_error *err)
{
	struct lg_buffer word = {0};
	size_t at = 0;
	enum lg_status status = LG_OK;

	for (;;) {
		while (at < len && lg_ascii_is_blank(line[at]))
			at++;
		if (at == len || line[at] == '#')
			break;
		lg_buffer_clear(&word);
		lg_buffer_append(&word, "", 0);
		while (at < len && !lg_ascii_is_blank(line[at])) {
			if (line[at] == '\'' || line[at] == '"') {
				at = quoted(line, len, at, &word);
				if (at)
					continue;
				status = lg_error_set(err, LG_ERR_SYNTAX, place,
						      "a quote that is not "
						      "closed on its line");
				goto out;
			}
			if (line[at] == '\\' && ++at == len) {
				status = lg_error_set(err, LG_ERR_SYNTAX, place,
						      "a backslash at the end "
						      "of the line; a value "
						      "stands on one line");
				goto out;
			}
			lg_buffer_char(&word, line[at++]);
		}
		status = lg_list_buffer(out_words, &word, err);
		if (status != LG_OK)
			goto out;
	}
out:
	lg_buffer_release(&word);
	return status;
}
