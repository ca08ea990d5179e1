/* SPDX-License-Identifier: ISC */
/*
 * utf8.h - characters of a text
 *
 * Layer: base, private.
 */
#ifndef LOGONGATE_BASE_UTF8_H
#define LOGONGATE_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * The character at text, of which there are len bytes, more than 0.
 * *out_character is -1 where it is not UTF-8 (shortest form, no surrogates).
 * Returns: how many bytes it takes; 1 of what is not UTF-8.
 */
size_t lg_utf8_next(const char *text, size_t len, int32_t *out_character);

/* How many bytes from the start are UTF-8, at most to a NUL; len when all
 * are. */
size_t lg_utf8_valid(const char *text, size_t len);

/* 1 when text is UTF-8; it may hold NUL. */
int lg_utf8_is_valid(const char *text, size_t len);

/* Appended in place of what is not UTF-8. */
#define LG_UTF8_REPLACEMENT "\xef\xbf\xbd"

/* C0, DEL and C1. */
static inline int lg_is_control(int32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

/* Whether a text has C0 or DEL. */
static inline int lg_has_control(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return 1;
	}
	return 0;
}

/* In which line the byte at stands; the first is 1. */
static inline size_t lg_line_at(const char *text, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

#endif
