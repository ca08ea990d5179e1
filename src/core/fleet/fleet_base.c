/* SPDX-License-Identifier: ISC */
/*
 * The base DN of a fleet in one form, whatever an administrator typed: it is
 * part of what is signed, so that an entry is worth nothing below another
 * base. Every value is escaped anew by backslash and the character itself.
 */
#include "core/fleet/fleet_event.h"

#include <string.h>

#include "base/hex.h"
#include "core/values/name.h"

#define SPECIAL ",+\"\\<>;=#"

int lg_fleet_is_name(const char *text, size_t len)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-_";

	if (!len || len > 64 || *text == '.')
		return 0;
	for (size_t i = 0; i < len; i++)
		if (!memchr(plain, text[i], sizeof(plain) - 1))
			return 0;
	return 1;
}

/* The byte of the escape behind the backslash at *at, and past it; -1: none. */
static int read_escape(const char **at)
{
	int byte = lg_hex_byte(*at);

	if (byte >= 0) {
		*at += 2;
		return byte;
	}
	if (!(*at)[0] || (!strchr(SPECIAL, (*at)[0]) && (*at)[0] != ' '))
		return -1;
	return (unsigned char)*(*at)++;
}

/* Appends a type or a value: trimmed, blanks squeezed, folded, escaped. */
static enum lg_status add_part(const struct lg_buffer *raw,
			       struct lg_buffer *out, struct lg_error *err)
{
	struct lg_buffer folded = {0};
	enum lg_status status;
	size_t i, end;

	status =
		lg_name_fold(raw->len ? raw->data : "", raw->len, &folded, err);
	for (end = folded.len; end && folded.data[end - 1] == ' '; end--)
		;
	for (i = 0; i < end && folded.data[i] == ' '; i++)
		;
	for (; i < end; i++) {
		if (folded.data[i] == ' ' && folded.data[i + 1] == ' ')
			continue;
		if (strchr(SPECIAL, folded.data[i]))
			lg_buffer_char(out, '\\');
		lg_buffer_char(out, folded.data[i]);
	}
	lg_buffer_release(&folded);
	return status;
}

enum lg_status lg_fleet_base_normalize(const char *dn,
				       struct lg_buffer *out_base,
				       struct lg_error *err)
{
	struct lg_buffer part = {0};
	enum lg_status status = LG_OK;
	const char *at = dn;

	while (status == LG_OK) {
		char c = *at;

		if (c && !strchr(",+=\\", c)) {
			lg_buffer_char(&part, c);
			at++;
			continue;
		}
		if (c == '\\') {
			int byte;

			at++;
			byte = read_escape(&at);
			if (byte <= 0)
				status = lg_error_set(
					err, LG_ERR_SYNTAX, NULL,
					"the base has a backslash before what "
					"needs none");
			else
				lg_buffer_char(&part, (char)byte);
			continue;
		}
		status = lg_buffer_status(&part, err);
		if (status == LG_OK)
			status = add_part(&part, out_base, err);
		lg_buffer_clear(&part);
		if (!c)
			break;
		lg_buffer_char(out_base, c);
		at++;
	}
	lg_buffer_release(&part);
	return status != LG_OK ? status : lg_buffer_status(out_base, err);
}

void lg_fleet_signed_bytes(const char *base, const char *body, size_t len,
			   struct lg_buffer *out_bytes)
{
	static const char begin[] = "logongate-fleet-1";

	lg_buffer_append(out_bytes, begin, sizeof(begin));
	lg_buffer_append(out_bytes, base, strlen(base) + 1);
	lg_buffer_append(out_bytes, body, len);
}
