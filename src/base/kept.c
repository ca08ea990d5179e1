/* SPDX-License-Identifier: ISC */
/*
 * kept.c - the beginning of a long text
 */
#include <stdlib.h>
#include <string.h>

#include "base/kept.h"

size_t lg_kept_len(const char *text, size_t len)
{
	size_t kept = LG_KEPT_MAX;

	if (len <= LG_KEPT_MAX)
		return len;
	/* Bytes 10xxxxxx go on with the character before them. */
	while (kept > LG_KEPT_MAX - 4 &&
	       ((unsigned char)text[kept] & 0xc0) == 0x80)
		kept--;
	return kept;
}

size_t lg_kept_text_len(const char *text)
{
	/* Of a long text no more is looked at than is kept. */
	return text ? lg_kept_len(text, strnlen(text, LG_KEPT_MAX + 1)) : 0;
}

void *lg_kept_value(const void *value, size_t size,
		    const struct lg_kept_text *text, size_t count,
		    size_t *out_size)
{
	size_t whole = size;
	char *copy;
	char *end;

	for (size_t i = 0; i < count; i++)
		whole += text[i].len + 1;
	copy = malloc(whole);
	if (!copy)
		return NULL;
	memcpy(copy, value, size);
	end = copy + size;
	for (size_t i = 0; i < count; i++) {
		const char *from;

		memcpy(&from, copy + text[i].at, sizeof(from));
		if (!from)
			continue;
		memcpy(end, from, text[i].len);
		end[text[i].len] = '\0';
		memcpy(copy + text[i].at, &end, sizeof(end));
		end += text[i].len + 1;
	}
	*out_size = whole;
	return copy;
}
