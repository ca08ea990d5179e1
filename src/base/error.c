/* SPDX-License-Identifier: ISC */
/*
 * Writes the report of a failure.
 *
 * The text is formatted into a buffer of its own first, because callers wrap
 * reports: err->text may be among the arguments. Then it is copied one
 * character at a time, so that nothing a profile, a peer or a directory sent
 * can steer the terminal it is shown on, and so that a long text ends at a
 * character and in "...".
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <logongate/error.h>

#include "base/utf8.h"

/*
 * C0, DEL, C1, the line and paragraph separators, and what turns the
 * direction of writing: all change what the reader of one line believes.
 */
static int is_control(int32_t c)
{
	return lg_is_control(c) || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Copies from to out (size bytes); cut says that from itself was cut. */
static void copy_shown(char *out, size_t size, const char *from, int cut)
{
	static const char ellipsis[] = "...";
	size_t left = strlen(from);
	size_t len = 0;
	size_t fits = 0; /* where "..." would still fit behind */

	while (left > 0) {
		int32_t c;
		size_t length = lg_utf8_next(from, left, &c);
		const char *shown = from;
		size_t width = length;

		if (c < 0) {
			/* The end of a text that was cut inside a character. */
			if (cut && left < 4)
				break;
			shown = "?";
		} else if (is_control(c)) {
			shown = " ";
			width = 1;
		}
		if (len + width >= size) {
			cut = 1;
			break;
		}
		memcpy(out + len, shown, width);
		len += width;
		if (len + sizeof(ellipsis) <= size)
			fits = len;
		from += length;
		left -= length;
	}
	if (cut) {
		memcpy(out + fits, ellipsis, sizeof(ellipsis));
		return;
	}
	out[len] = '\0';
}

__attribute__((format(printf, 4, 0))) static void
fill(struct lg_error *err, enum lg_status status, const char *place,
     const char *format, va_list args)
{
	char text[2 * sizeof(err->text)];
	char where[2 * sizeof(err->place)];
	int written = vsnprintf(text, sizeof(text), format, args);
	int place_cut;

	if (written < 0)
		text[0] = '\0';
	place_cut = snprintf(where, sizeof(where), "%s", place ? place : "") >=
		    (int)sizeof(where);
	err->status = status;
	err->code = NULL;
	copy_shown(err->place, sizeof(err->place), where, place_cut);
	copy_shown(err->text, sizeof(err->text), text,
		   written >= (int)sizeof(text));
}

enum lg_status lg_error_set(struct lg_error *err, enum lg_status status,
			    const char *place, const char *format, ...)
{
	va_list args;

	if (!err)
		return status;
	va_start(args, format);
	fill(err, status, place, format, args);
	va_end(args);
	return status;
}

enum lg_status lg_error_set_at(struct lg_error *err, enum lg_status status,
			       const char *file, size_t line,
			       const char *format, ...)
{
	char place[sizeof(err->place)];
	char number[32] = "";
	va_list args;

	if (!err)
		return status;
	/* The line is worth more than the end of a long path. */
	if (line)
		snprintf(number, sizeof(number), ":%zu", line);
	copy_shown(place, sizeof(place) - strlen(number), file ? file : "", 0);
	memcpy(place + strlen(place), number, strlen(number) + 1);
	va_start(args, format);
	fill(err, status, place, format, args);
	va_end(args);
	return status;
}

enum lg_status lg_error_code(struct lg_error *err, const char *code)
{
	if (!err)
		return LG_ERR_CONFLICT;
	err->code = code;
	return err->status;
}

const char *lg_error_code_named(const char *name)
{
	static const char *const codes[] = {
		"would-not-engage", "fails-open",        "already-in-force",
		"needs-accepting",  "changed-meanwhile", "ambiguous-lock",
		"lock-conflict",    "too-many-locks",    "not-in-force",
		"fleet-lock",
	};

	for (size_t i = 0; name && i < sizeof(codes) / sizeof(*codes); i++)
		if (!strcmp(name, codes[i]))
			return codes[i];
	return NULL;
}

const char *lg_status_name(enum lg_status status)
{
	static const char *const words[] = {
		[LG_OK] = "ok",
		[LG_ERR_SYNTAX] = "syntax",
		[LG_ERR_RANGE] = "range",
		[LG_ERR_LIMIT] = "limit",
		[LG_ERR_UNKNOWN_KEY] = "unknown-key",
		[LG_ERR_CONFLICT] = "conflict",
		[LG_ERR_DIRECTORY] = "directory",
		[LG_ERR_TIMEOUT] = "timeout",
		[LG_ERR_IO] = "io",
		[LG_ERR_DENIED] = "denied",
		[LG_ERR_NO_MEMORY] = "no-memory",
		[LG_ERR_BUG] = "bug",
	};

	return (unsigned int)status < sizeof(words) / sizeof(words[0])
		       ? words[status]
		       : "bug";
}
