/* SPDX-License-Identifier: ISC */
/*
 * UTF-8 by the table of RFC 3629: the first byte gives the length and the
 * range of the second, all others are 80..BF.
 */
#include "adapters/ini/utf8.h"

static size_t sequence(const unsigned char *at, size_t left)
{
	unsigned char low = 0x80;
	unsigned char high = 0xbf;
	size_t length;
	size_t i;

	if (at[0] < 0x80)
		return at[0] ? 1 : 0;
	if (at[0] >= 0xc2 && at[0] <= 0xdf)
		length = 2;
	else if (at[0] >= 0xe0 && at[0] <= 0xef)
		length = 3;
	else if (at[0] >= 0xf0 && at[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (at[0] == 0xe0)
		low = 0xa0;
	if (at[0] == 0xed)
		high = 0x9f;
	if (at[0] == 0xf0)
		low = 0x90;
	if (at[0] == 0xf4)
		high = 0x8f;
	if (left < length || at[1] < low || at[1] > high)
		return 0;
	for (i = 2; i < length; i++)
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	return length;
}

size_t lg_utf8_valid(const char *text, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t at = 0;

	while (at < len) {
		size_t length = sequence(bytes + at, len - at);

		if (!length)
			break;
		at += length;
	}
	return at;
}
