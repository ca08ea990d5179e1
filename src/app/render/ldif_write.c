/* SPDX-License-Identifier: ISC */
/*
 * Writes lines of LDIF. What is not plain ASCII is base64, so that neither the
 * code page of a machine nor a line end in a value can change what is read.
 */
#include <stdint.h>
#include <string.h>

#include "app/render/ldif_write.h"

enum {
	LINE_MAX_CHARACTERS = 76 /* RFC 2849, note 2 */
};

static int is_safe(const char *value)
{
	const unsigned char *at = (const unsigned char *)value;

	if (*at == ' ' || *at == ':' || *at == '<')
		return 0;
	for (; *at; at++)
		if (*at < 0x20 || *at > 0x7e)
			return 0;
	return at == (const unsigned char *)value || at[-1] != ' ';
}

static void append_base64(struct lg_buffer *out, const char *value)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *at = (const unsigned char *)value;
	size_t left = strlen(value);

	for (; left; left -= left < 3 ? left : 3, at += 3) {
		uint32_t group = (uint32_t)at[0] << 16;

		if (left > 1)
			group |= (uint32_t)at[1] << 8;
		if (left > 2)
			group |= at[2];
		lg_buffer_char(out, digit[group >> 18]);
		lg_buffer_char(out, digit[group >> 12 & 63]);
		lg_buffer_char(out, left > 1 ? digit[group >> 6 & 63] : '=');
		lg_buffer_char(out, left > 2 ? digit[group & 63] : '=');
	}
}

void lg_ldif_write(struct lg_buffer *out_ldif, const char *name,
		   const char *value)
{
	struct lg_buffer line = {0};
	size_t at = 0;

	lg_buffer_text(&line, name);
	if (is_safe(value)) {
		lg_buffer_format(&line, ": %s", value);
	} else {
		lg_buffer_text(&line, ":: ");
		append_base64(&line, value);
	}
	while (line.len - at > LINE_MAX_CHARACTERS - (at > 0)) {
		size_t len = LINE_MAX_CHARACTERS - (at > 0);

		lg_buffer_format(out_ldif, "%s%.*s\n", at ? " " : "", (int)len,
				 line.data + at);
		at += len;
	}
	lg_buffer_format(out_ldif, "%s%s\n", at ? " " : "",
			 line.data ? line.data + at : "");
	if (line.status != LG_OK)
		out_ldif->status = line.status;
	lg_buffer_release(&line);
}

void lg_ldif_write_comment(struct lg_buffer *out_ldif, const char *text,
			   size_t len)
{
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t line = end ? (size_t)(end - text) : len;

		lg_buffer_text(out_ldif, "# undo: ");
		lg_buffer_append(out_ldif, text, line);
		lg_buffer_char(out_ldif, '\n');
		line += end != NULL;
		text += line;
		len -= line;
	}
}
