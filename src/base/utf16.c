/* SPDX-License-Identifier: ISC */
/*
 * UTF-8 to UTF-16LE and back. Windows keeps and compares 16-bit units and
 * does not mind half a pair; UTF-8 has no word for it, so decoding stops
 * there and the caller keeps the bytes.
 */
#include <utf8proc.h>

#include "base/utf16.h"

size_t lg_utf16_units(const char *text, size_t len)
{
	size_t units = 0;

	/* Each leading byte is a unit, those of four-byte forms two. */
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c & 0xc0) != 0x80)
			units += c >= 0xf0 ? 2 : 1;
	}
	return units;
}

static void append_unit(struct lg_buffer *out_bytes, uint32_t unit)
{
	const char pair[2] = {(char)(unit & 0xff), (char)(unit >> 8)};

	lg_buffer_append(out_bytes, pair, sizeof(pair));
}

void lg_utf16_append(struct lg_buffer *out_bytes, const char *text, size_t len)
{
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
	size_t i = 0;

	while (i < len) {
		utf8proc_int32_t point = at[i];
		utf8proc_ssize_t taken = 1;

		if (at[i] >= 0x80)
			taken = utf8proc_iterate(
				at + i, (utf8proc_ssize_t)(len - i), &point);
		if (taken <= 0)
			return;
		if (point >= 0x10000) {
			point -= 0x10000;
			append_unit(out_bytes,
				    0xd800 + ((uint32_t)point >> 10));
			point = 0xdc00 + (point & 0x3ff);
		}
		append_unit(out_bytes, (uint32_t)point);
		i += (size_t)taken;
	}
}

size_t lg_utf16_decode(const unsigned char *units, size_t count,
		       struct lg_buffer *out_text)
{
	size_t i = 0;

	while (i < count) {
		utf8proc_uint8_t bytes[4];
		uint32_t point = units[2 * i] | (uint32_t)units[2 * i + 1] << 8;
		size_t taken = 1;

		if (point < 0x80) {
			lg_buffer_char(out_text, (char)point);
			i++;
			continue;
		}
		if (point >= 0xdc00 && point < 0xe000)
			return i;
		if (point >= 0xd800 && point < 0xdc00) {
			uint32_t low;

			if (i + 1 >= count)
				return i;
			low = units[2 * i + 2] | (uint32_t)units[2 * i + 3]
							 << 8;
			if (low < 0xdc00 || low >= 0xe000)
				return i;
			point = 0x10000 + ((point - 0xd800) << 10) +
				(low - 0xdc00);
			taken = 2;
		}
		lg_buffer_append(out_text, bytes,
				 (size_t)utf8proc_encode_char(
					 (utf8proc_int32_t)point, bytes));
		i += taken;
	}
	return count;
}
