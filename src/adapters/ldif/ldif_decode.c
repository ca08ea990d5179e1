/* SPDX-License-Identifier: ISC */
/*
 * ldif_decode.c - the encodings exports come in
 *
 * ldapsearch and slapcat write ASCII and UTF-8, `ldifde -u` writes UTF-16 with
 * a byte-order mark. Everything after this is UTF-8 without a mark.
 */
#include "ldif_text.h"

#include <stdint.h>
#include <string.h>

#include <utf8proc.h>

static uint32_t unit_at(const unsigned char *at, int big_endian)
{
	return big_endian ? (uint32_t)at[0] << 8 | at[1]
			  : (uint32_t)at[1] << 8 | at[0];
}

static enum lg_status decode_utf16(const unsigned char *at, size_t len,
				   int big_endian, const char *file,
				   struct lg_buffer *out, struct lg_error *err)
{
	size_t line = 1;

	for (size_t i = 0; i + 2 <= len; i += 2) {
		uint32_t c = unit_at(at + i, big_endian);
		utf8proc_uint8_t bytes[4];

		if (c >= 0xd800 && c < 0xdc00 && i + 4 <= len) {
			uint32_t low = unit_at(at + i + 2, big_endian);

			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) +
				    (low - 0xdc00);
				i += 2;
			}
		}
		if (c >= 0xd800 && c < 0xe000)
			return lg_error_set_at(err, LG_ERR_DIRECTORY, file,
					       line,
					       "half a UTF-16 surrogate pair; "
					       "export the directory again");
		if (c == '\n')
			line++;
		lg_buffer_append(out, bytes,
				 (size_t)utf8proc_encode_char(
					 (utf8proc_int32_t)c, bytes));
	}
	if (len % 2 != 0)
		return lg_error_set_at(err, LG_ERR_DIRECTORY, file, line,
				       "the last UTF-16 character is cut off; "
				       "export the directory again");
	return lg_buffer_status(out, err);
}

int lg_ldif_text_is_marked(const char *bytes, size_t len)
{
	return (len >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 ||
			     memcmp(bytes, "\xfe\xff", 2) == 0)) ||
	       (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0);
}

enum lg_status lg_ldif_text_decode(const char *bytes, size_t len,
				   const char *file, struct lg_buffer *out_utf8,
				   struct lg_error *err)
{
	const unsigned char *at = (const unsigned char *)bytes;

	if (len >= 2 && at[0] == 0xff && at[1] == 0xfe)
		return decode_utf16(at + 2, len - 2, 0, file, out_utf8, err);
	if (len >= 2 && at[0] == 0xfe && at[1] == 0xff)
		return decode_utf16(at + 2, len - 2, 1, file, out_utf8, err);
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		len -= 3;
	}
	lg_buffer_append(out_utf8, bytes, len);
	return lg_buffer_status(out_utf8, err);
}
