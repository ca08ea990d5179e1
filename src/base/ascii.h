/* SPDX-License-Identifier: ISC */
/*
 * ascii.h - letters and digits, whatever the locale says
 *
 * Layer: base. Inline only.
 */
#ifndef LOGONGATE_BASE_ASCII_H
#define LOGONGATE_BASE_ASCII_H

#include <stddef.h>

static inline char lg_ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* What stands between words of a line. */
static inline int lg_ascii_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cuts them from both ends. */
static inline void lg_ascii_trim(const char **text, size_t *len)
{
	while (*len && lg_ascii_is_blank((*text)[0])) {
		++*text;
		--*len;
	}
	while (*len && lg_ascii_is_blank((*text)[*len - 1]))
		--*len;
}

static inline int lg_ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline int lg_ascii_is_alnum(char c)
{
	char low = lg_ascii_lower(c);

	return (low >= 'a' && low <= 'z') || lg_ascii_is_digit(c);
}

/* Whether two texts differ in case alone. */
static inline int lg_ascii_same(const char *a, const char *b)
{
	while (*a != '\0' && lg_ascii_lower(*a) == lg_ascii_lower(*b)) {
		a++;
		b++;
	}
	return lg_ascii_lower(*a) == lg_ascii_lower(*b);
}

/* How long word is, where text begins with it in any case; else 0. */
static inline size_t lg_ascii_starts(const char *text, size_t len,
				     const char *word)
{
	size_t i;

	for (i = 0; word[i] != '\0'; i++) {
		if (i == len ||
		    lg_ascii_lower(text[i]) != lg_ascii_lower(word[i]))
			return 0;
	}
	return i;
}

/* Whether text is word, in any case. */
static inline int lg_ascii_is(const char *text, size_t len, const char *word)
{
	return len > 0 && lg_ascii_starts(text, len, word) == len;
}

#endif
