/* SPDX-License-Identifier: ISC */
/*
 * match.c - the forms under which directories compare texts
 *
 * ASCII goes through one loop that folds and squeezes. Anything else goes
 * through utf8proc first, which gives the compatibility form.
 */
#include "core/values/match.h"

#include <stdlib.h>

#include <utf8proc.h>

void lg_match_squeeze(const char *text, size_t len,
		      struct lg_buffer *out_squeezed)
{
	size_t start = 0;

	while (len > 0 && text[len - 1] == ' ')
		len--;
	while (start < len && text[start] == ' ')
		start++;
	for (size_t i = start; i < len; i++) {
		char c = text[i];

		if (c == ' ' && text[i - 1] == ' ')
			continue;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		lg_buffer_char(out_squeezed, c);
	}
}

enum lg_status lg_match_fold(const char *text, size_t len,
			     struct lg_buffer *out_folded, struct lg_error *err)
{
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t folded_len;
	size_t ascii = 0;

	while (ascii < len && (unsigned char)text[ascii] < 0x80)
		ascii++;
	if (ascii == len) {
		lg_match_squeeze(text, len, out_folded);
		return lg_buffer_status(out_folded, err);
	}
	folded_len = utf8proc_map((const utf8proc_uint8_t *)text,
				  (utf8proc_ssize_t)len, &folded,
				  UTF8PROC_STABLE | UTF8PROC_COMPAT |
					  UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
	if (folded_len == UTF8PROC_ERROR_NOMEM)
		return lg_no_memory(err);
	if (folded_len < 0)
		lg_match_squeeze(text, len, out_folded);
	else
		lg_match_squeeze((const char *)folded, (size_t)folded_len,
				 out_folded);
	free(folded);
	return lg_buffer_status(out_folded, err);
}
