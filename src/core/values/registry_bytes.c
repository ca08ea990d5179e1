/* SPDX-License-Identifier: ISC */
/*
 * See registry_bytes.h.
 */
#include <string.h>

#include "core/values/registry_bytes.h"
#include "base/utf8.h"
#include "base/utf16.h"

enum lg_status lg_reg_bytes_decode(const unsigned char *bytes, size_t len,
				   const char *place, struct lg_buffer *text,
				   struct lg_error *err)
{
	enum lg_status status;
	size_t read = 0;

	if (len >= 2 && bytes[0] == 0xfe && bytes[1] == 0xff)
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "UTF-16 with the high byte first; save it "
				    "as Unicode (UTF-16LE) or UTF-8");
	if (len >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe) {
		size_t units = (len - 2) / 2;

		read = lg_utf16_decode(bytes + 2, units, text);
		status = lg_buffer_status(text, err);
		if (status != LG_OK)
			return status;
		if (read < units || len % 2)
			return lg_error_set_at(
				err, LG_ERR_SYNTAX, place,
				lg_line_at(text->data, text->len),
				"not UTF-16: half a character");
		return LG_OK;
	}
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		read = 3;
	if (!lg_utf8_is_valid((const char *)bytes + read, len - read))
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "neither UTF-16 with a byte-order mark "
				    "nor UTF-8; export it again from "
				    "regedit");
	lg_buffer_append(text, bytes + read, len - read);
	return lg_buffer_status(text, err);
}

int lg_reg_bytes_are_ansi(const unsigned char *bytes, size_t len)
{
	return len >= strlen(LG_REG_HEADER_4) &&
	       memcmp(bytes, LG_REG_HEADER_4, strlen(LG_REG_HEADER_4)) == 0;
}

enum lg_status lg_reg_bytes_ansi(const struct lg_codepage *codepage,
				 const unsigned char *bytes, size_t len,
				 const char *place, struct lg_buffer *text,
				 struct lg_error *err)
{
	size_t read = lg_codepage_decode(codepage, bytes, len, text);
	enum lg_status status = lg_buffer_status(text, err);

	if (status != LG_OK || read == len)
		return status;
	return lg_error_set_at(
		err, LG_ERR_SYNTAX, place, lg_line_at(text->data, text->len),
		"the byte 0x%02x is not a character of code page %u; say which "
		"one the file is in with --codepage",
		bytes[read], codepage->number);
}
