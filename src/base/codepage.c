/* SPDX-License-Identifier: ISC */
/*
 * Pages of one byte a character as tables; the way back is a search, as these
 * files are small. Bytes that 1252 leaves free are control characters of the
 * same number, as Windows reads them.
 */
#include <logongate/codepage.h>

#include "base/utf16.h"

void lg_codepage_1252(struct lg_codepage *out_codepage)
{
	static const uint16_t special[32] = {
		0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
		0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
	};

	out_codepage->number = LG_CODEPAGE_DEFAULT;
	for (unsigned int i = 0; i < 256; i++)
		out_codepage->unicode[i] =
			i >= 0x80 && i < 0xa0 ? special[i - 0x80] : (uint16_t)i;
}

size_t lg_codepage_decode(const struct lg_codepage *codepage,
			  const unsigned char *bytes, size_t len,
			  struct lg_buffer *out_text)
{
	size_t i;

	for (i = 0; i < len; i++) {
		uint16_t c = codepage->unicode[bytes[i]];
		const unsigned char unit[2] = {(unsigned char)(c & 0xff),
					       (unsigned char)(c >> 8)};

		if ((!c && bytes[i]) || lg_utf16_decode(unit, 1, out_text) < 1)
			break;
	}
	return i;
}

static int find(const struct lg_codepage *codepage, uint16_t c,
		unsigned char *out_byte)
{
	if (c < 0x80 && codepage->unicode[c] == c) {
		*out_byte = (unsigned char)c;
		return 1;
	}
	for (unsigned int i = 0; i < 256; i++) {
		if (codepage->unicode[i] != c)
			continue;
		*out_byte = (unsigned char)i;
		return 1;
	}
	return 0;
}

/* Bytes of the character at text, which is UTF-8. */
static size_t char_len(const char *text, size_t len)
{
	size_t i = 1;

	while (i < len && ((unsigned char)text[i] & 0xc0) == 0x80)
		i++;
	return i;
}

size_t lg_codepage_encode(const struct lg_codepage *codepage, const char *text,
			  size_t len, struct lg_buffer *out_bytes)
{
	struct lg_buffer units = {0};
	size_t at = 0;

	while (at < len) {
		size_t width = char_len(text + at, len - at);
		const unsigned char *unit;
		unsigned char byte;

		lg_buffer_clear(&units);
		lg_utf16_append(&units, text + at, width);
		unit = (const unsigned char *)units.data;
		if (units.len != 2 ||
		    !find(codepage, (uint16_t)(unit[0] | unit[1] << 8), &byte))
			break;
		lg_buffer_char(out_bytes, (char)byte);
		at += width;
	}
	if (units.status != LG_OK)
		out_bytes->status = units.status;
	lg_buffer_release(&units);
	return at;
}
