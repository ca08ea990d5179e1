/* SPDX-License-Identifier: ISC */
/*
 * mapi_told.c - was it accepted, and which session is it
 *
 * Headers and entity come from the server behind, through a proxy; whatever
 * does not follow its form names no session and accepts nothing.
 */
#include <string.h>
#include <strings.h>

#include "core/mapi/mapi_told.h"

#include "base/little_endian.h"

static struct lg_mapi_text trimmed(const char *from, const char *end)
{
	struct lg_mapi_text text = {from, 0};

	while (from < end && strchr(" \t", *from) && *from)
		from++;
	while (from < end && strchr(" \t\r", end[-1]) && end[-1])
		end--;
	text.text = from;
	text.len = (size_t)(end - from);
	return text;
}

static int is_name(struct lg_mapi_text text, const char *name)
{
	return text.len == strlen(name) &&
	       !strncasecmp(text.text, name, text.len);
}

/* The next line's name and value; 0 at the end. A line without a colon has no
 * name. */
static int line_next(struct lg_mapi_text lines, size_t *pos,
		     struct lg_mapi_text *out_name,
		     struct lg_mapi_text *out_value)
{
	const char *from = lines.text + *pos;
	const char *end = lines.text + lines.len;
	const char *stop;
	const char *colon;

	if (*pos >= lines.len)
		return 0;
	stop = memchr(from, '\n', (size_t)(end - from));
	if (!stop)
		stop = end;
	*pos = (size_t)(stop - lines.text) + 1;
	colon = memchr(from, ':', (size_t)(stop - from));
	*out_name = trimmed(from, colon ? colon : from);
	*out_value = trimmed(colon ? colon + 1 : from, stop);
	return 1;
}

int lg_mapi_told_read(const char *bytes, size_t len,
		      struct lg_mapi_told *out_told)
{
	static const char protocol[] = "HTTP/1.1 ";
	const size_t head = sizeof(protocol) - 1;
	struct lg_mapi_told told = {0};

	if (len < head + 5 || memcmp(bytes, protocol, head) ||
	    memcmp(bytes + head + 3, "\r\n", 2))
		return 0;
	for (size_t i = head; i < head + 3; i++) {
		if (bytes[i] < '0' || bytes[i] > '9')
			return 0;
		told.status = told.status * 10 + (bytes[i] - '0');
	}
	/* From the status line's end on, so that there may be no headers. */
	for (size_t i = head + 7; i <= len; i++) {
		if (memcmp(bytes + i - 4, "\r\n\r\n", 4))
			continue;
		told.headers.text = bytes + head + 5;
		told.headers.len = i - 2 - (head + 5);
		told.entity = (const unsigned char *)bytes + i;
		told.entity_len = len - i;
		*out_told = told;
		return 1;
	}
	return 0;
}

/* How many X-ResponseCode lines there are, and how many of them are 0. */
static void codes_count(struct lg_mapi_text lines, size_t *out_all,
			size_t *out_zero)
{
	struct lg_mapi_text name, value;
	size_t pos = 0;

	*out_all = 0;
	*out_zero = 0;
	while (line_next(lines, &pos, &name, &value)) {
		if (!is_name(name, "X-ResponseCode"))
			continue;
		++*out_all;
		*out_zero += value.len == 1 && *value.text == '0';
	}
}

/* Where the body begins behind the meta tags and additional headers; NULL
 * where they do not end. */
static const unsigned char *body_of(const struct lg_mapi_told *told)
{
	for (size_t i = 4; i <= told->entity_len; i++)
		if (!memcmp(told->entity + i - 4, "\r\n\r\n", 4))
			return told->entity + i;
	return NULL;
}

int lg_mapi_told_accepts(const struct lg_mapi_told *told)
{
	const unsigned char *body = body_of(told);
	struct lg_mapi_text preamble;
	size_t all, zero;

	if (told->status != 200 || !body ||
	    (size_t)(told->entity + told->entity_len - body) < 8)
		return 0;
	codes_count(told->headers, &all, &zero);
	if (all != 1 || zero != 1)
		return 0;
	preamble.text = (const char *)told->entity;
	preamble.len = (size_t)(body - told->entity);
	codes_count(preamble, &all, &zero);
	return all == zero && !le32_read(body) && !le32_read(body + 4);
}

/* "name=value" up to a semicolon; 0 where it is no pair. */
static int pair_read(const char *from, const char *end,
		     struct lg_mapi_text *out_name,
		     struct lg_mapi_text *out_value)
{
	const char *equals = memchr(from, '=', (size_t)(end - from));

	if (!equals)
		return 0;
	*out_name = trimmed(from, equals);
	*out_value = trimmed(equals + 1, end);
	return 1;
}

/* The last value that the answer gives this cookie, empty without one. */
static struct lg_mapi_text set_value(const struct lg_mapi_told *told,
				     const char *name)
{
	struct lg_mapi_text found = {NULL, 0};
	struct lg_mapi_text header, line, cookie, value;
	size_t pos = 0;

	while (line_next(told->headers, &pos, &header, &line)) {
		const char *end = line.text + line.len;
		const char *stop;

		if (!is_name(header, "Set-Cookie"))
			continue;
		stop = memchr(line.text, ';', line.len);
		if (pair_read(line.text, stop ? stop : end, &cookie, &value) &&
		    is_name(cookie, name))
			found = value;
	}
	return found;
}

int lg_mapi_told_cookie(const struct lg_mapi_told *told,
			const struct lg_strlist *names, size_t *out_name,
			struct lg_mapi_text *out_value)
{
	for (size_t i = 0; i < names->count; i++) {
		struct lg_mapi_text value = set_value(told, names->item[i]);

		if (!value.len)
			continue;
		if (value.len > LG_MAPI_COOKIE_MAX)
			return 0;
		*out_name = i;
		*out_value = value;
		return 1;
	}
	return 0;
}

int lg_mapi_cookie_next(struct lg_mapi_text cookies, const char *name,
			size_t *pos, struct lg_mapi_text *out_value)
{
	struct lg_mapi_text cookie, value;

	while (*pos < cookies.len) {
		const char *from = cookies.text + *pos;
		const char *end = cookies.text + cookies.len;
		const char *stop = memchr(from, ';', (size_t)(end - from));

		if (!stop)
			stop = end;
		*pos = (size_t)(stop - cookies.text) + 1;
		if (!pair_read(from, stop, &cookie, &value) ||
		    !is_name(cookie, name))
			continue;
		*out_value = value;
		return 1;
	}
	return 0;
}
