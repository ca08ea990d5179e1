/* SPDX-License-Identifier: ISC */
/*
 * Strings escape what RFC 8785 3.2.2.2 says and nothing else; the reader takes
 * an escape only where the writer had to make it.
 */
#include "core/fleet/canonical_json.h"

#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"

/* The letter behind the backslash; 0: none of its own. */
static char short_escape(unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\b':
		return 'b';
	case '\t':
		return 't';
	case '\n':
		return 'n';
	case '\f':
		return 'f';
	case '\r':
		return 'r';
	}
	return 0;
}

enum lg_status lg_canonical_text(struct lg_buffer *out, const char *text,
				 struct lg_error *err)
{
	const char *plain = text;

	if (!lg_utf8_is_valid(text, strlen(text)))
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "a text that is not UTF-8");
	lg_buffer_char(out, '"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		char letter = short_escape(c);

		if (c >= 0x20 && !letter)
			continue;
		lg_buffer_append(out, plain, (size_t)(text - plain));
		plain = text + 1;
		if (letter)
			lg_buffer_format(out, "\\%c", letter);
		else
			lg_buffer_format(out, "\\u%04x", c);
	}
	lg_buffer_append(out, plain, (size_t)(text - plain));
	lg_buffer_char(out, '"');
	return LG_OK;
}

enum lg_status lg_canonical_number(struct lg_buffer *out, int64_t number,
				   struct lg_error *err)
{
	if (number > LG_CANONICAL_NUMBER_MAX ||
	    number < -LG_CANONICAL_NUMBER_MAX)
		return lg_error_set(err, LG_ERR_RANGE, NULL,
				    "a number beyond 2^53");
	lg_buffer_format(out, "%lld", (long long)number);
	return LG_OK;
}

static size_t left(const struct lg_canonical *body)
{
	return (size_t)(body->end - body->at);
}

int lg_canonical_skip(struct lg_canonical *body, const char *text)
{
	size_t len = strlen(text);

	if (left(body) < len || memcmp(body->at, text, len))
		return 0;
	body->at += len;
	return 1;
}

/* quote: around what should be there. */
static enum lg_status wrong(struct lg_error *err, const char *quote,
			    const char *text, const char *how)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "the body is not canonical JSON of an event: "
			    "%s%s%s is %s",
			    quote, text, quote, how);
}

enum lg_status lg_canonical_expect(struct lg_canonical *body, const char *text,
				   struct lg_error *err)
{
	return lg_canonical_skip(body, text) ? LG_OK
					     : wrong(err, "", text, "missing");
}

enum lg_status lg_canonical_read_name(struct lg_canonical *body,
				      const char *name, struct lg_error *err)
{
	struct lg_canonical from = *body;

	if (lg_canonical_skip(body, "\"") && lg_canonical_skip(body, name) &&
	    lg_canonical_skip(body, "\":"))
		return LG_OK;
	*body = from;
	return wrong(err, "\"", name, "missing");
}

/* The character of the escape behind the backslash at body->at; 0: none that
 * the writer makes. */
static unsigned char read_escape(struct lg_canonical *body)
{
	int byte;

	for (int i = 1; i < 0x80; i++) {
		char letter = short_escape((unsigned char)i);

		if (letter && left(body) && *body->at == letter) {
			body->at++;
			return (unsigned char)i;
		}
	}
	if (left(body) < 5 || memcmp(body->at, "u00", 3) != 0)
		return 0;
	byte = lg_hex_byte(body->at + 3);
	/* The writer's are in lower case. */
	if (byte < 0 || byte >= 0x20 || short_escape((unsigned char)byte) ||
	    body->at[4] != lg_hex_digit((unsigned int)byte))
		return 0;
	body->at += 5;
	return (unsigned char)byte;
}

/* Appends up to the closing quote, which is passed. 0: not as written. */
static int read_letters(struct lg_canonical *body, struct lg_buffer *text)
{
	while (left(body)) {
		const char *plain = body->at;
		unsigned char c;

		while (left(body) && *body->at != '"' && *body->at != '\\' &&
		       (unsigned char)*body->at >= 0x20)
			body->at++;
		lg_buffer_append(text, plain, (size_t)(body->at - plain));
		if (!left(body))
			return 0;
		c = (unsigned char)*body->at++;
		if (c == '"')
			return 1;
		c = c == '\\' ? read_escape(body) : 0;
		if (!c)
			return 0;
		lg_buffer_char(text, (char)c);
	}
	return 0;
}

enum lg_status lg_canonical_read_text(struct lg_canonical *body,
				      struct lg_strlist *arena,
				      const char **out_text,
				      struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status = LG_OK;

	if (!lg_canonical_skip(body, "\"") || !read_letters(body, &text))
		status = wrong(err, "", "a text", "expected");
	if (status == LG_OK)
		status = lg_buffer_status(&text, err);
	if (status == LG_OK && text.len &&
	    !lg_utf8_is_valid(text.data, text.len))
		status = lg_error_set(err, LG_ERR_SYNTAX, NULL,
				      "a text that is not UTF-8");
	if (status == LG_OK)
		status = lg_strlist_add(arena, text.len ? text.data : "",
					text.len, err);
	if (status == LG_OK)
		*out_text = arena->item[arena->count - 1];
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_canonical_read_number(struct lg_canonical *body,
					int64_t *out_number,
					struct lg_error *err)
{
	const char *begin = body->at;
	int negative = lg_canonical_skip(body, "-");
	const char *digits = body->at;
	int64_t number = 0;

	while (left(body) && *body->at >= '0' && *body->at <= '9' &&
	       number <= LG_CANONICAL_NUMBER_MAX)
		number = number * 10 + (*body->at++ - '0');
	if (body->at == digits || number > LG_CANONICAL_NUMBER_MAX ||
	    (*digits == '0' && (body->at - digits > 1 || negative))) {
		body->at = begin;
		return wrong(err, "", "a number", "expected");
	}
	*out_number = negative ? -number : number;
	return LG_OK;
}
