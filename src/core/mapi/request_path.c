/* SPDX-License-Identifier: ISC */
/*
 * request_path.c - what a path says, and when it says it to everybody
 */
#include <string.h>

#include "core/mapi/request_path.h"

#include "base/ascii.h"
#include "base/hex.h"

static size_t path_len(const char *target, size_t len)
{
	const char *query = memchr(target, '?', len);

	return query ? (size_t)(query - target) : len;
}

static int is_plain_char(char c)
{
	return lg_ascii_is_alnum(c) || (c && strchr("_~@+-", c));
}

/* How long the plain character at the front is; 0: it is none. */
static size_t plain_len(const char *at, size_t len)
{
	if (is_plain_char(at[0]))
		return 1;
	if (at[0] == '.' && len > 1 && is_plain_char(at[1]))
		return 2;
	if (at[0] != '%' || len < 3)
		return 0;
	if ((at[1] == '4' && at[2] == '0') ||
	    (at[1] == '2' && (at[2] == 'B' || at[2] == 'b')))
		return 3;
	return 0;
}

int lg_request_path_is_plain(const char *target, size_t len)
{
	size_t end = path_len(target, len);

	if (!end || target[0] != '/')
		return 0;
	for (size_t i = 0; i < end;) {
		size_t n = plain_len(target + i, end - i);

		if (target[i] == '/' && (!i || target[i - 1] != '/'))
			n = 1;
		if (!n)
			return 0;
		i += n;
	}
	return 1;
}

/* The next character, decoded once, in lower case; 0 at the end. */
static int next_char(const char **at, const char *end)
{
	int c;

	if (*at == end)
		return 0;
	c = (unsigned char)*(*at)++;
	if (c == '%' && end - *at >= 2 && lg_hex_byte(*at) >= 0) {
		c = lg_hex_byte(*at);
		*at += 2;
	}
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* Skips slashes; gives how many there were. */
static size_t slashes(const char **at, const char *end)
{
	const char *after = *at;
	size_t count = 0;

	while (next_char(&after, end) == '/') {
		*at = after;
		count++;
	}
	return count;
}

static int takes(const char **at, const char *end, const char *word)
{
	const char *after = *at;

	while (*word)
		if (next_char(&after, end) != *word++)
			return 0;
	*at = after;
	return 1;
}

int lg_request_path_is_mapi(const char *target, size_t len)
{
	const char *end = target + path_len(target, len);
	const char *at = target;

	if (!slashes(&at, end) || !takes(&at, end, "mapi") ||
	    !slashes(&at, end))
		return 0;
	if (!takes(&at, end, "emsmdb") && !takes(&at, end, "nspi"))
		return 0;
	slashes(&at, end);
	return at == end;
}
