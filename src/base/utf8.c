/* SPDX-License-Identifier: ISC */
/*
 * utf8.c - characters of a text, by utf8proc
 */
#include "base/utf8.h"

#include <utf8proc.h>

size_t lg_utf8_next(const char *text, size_t len, int32_t *out_character)
{
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
	utf8proc_ssize_t taken;

	if (*at < 0x80) {
		*out_character = *at;
		return 1;
	}
	taken = utf8proc_iterate(at, len > 4 ? 4 : (utf8proc_ssize_t)len,
				 out_character);
	if (taken > 0)
		return (size_t)taken;
	*out_character = -1;
	return 1;
}

size_t lg_utf8_valid(const char *text, size_t len)
{
	int32_t character = 0;
	size_t at, taken;

	for (at = 0; at < len; at += taken) {
		taken = lg_utf8_next(text + at, len - at, &character);
		if (character <= 0)
			break;
	}
	return at;
}

int lg_utf8_is_valid(const char *text, size_t len)
{
	int32_t character = 0;

	for (size_t at = 0; at < len && character >= 0;)
		at += lg_utf8_next(text + at, len - at, &character);
	return character >= 0;
}
