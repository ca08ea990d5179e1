/* SPDX-License-Identifier: ISC */
/*
 * error.h - how every part of logongate says that something failed
 *
 * Layer: core.
 * Flow: any function that can fail returns an lg_status and fills the caller's
 * lg_error; the composition roots print it once, as
 * "logongate: PLACE: what is wrong; what would be right".
 * A refused logon is not an error.
 */
#ifndef LOGONGATE_ERROR_H
#define LOGONGATE_ERROR_H

#include <stddef.h>

enum lg_status {
	LG_OK = 0,
	LG_ERR_SYNTAX,      /* text that does not follow its grammar */
	LG_ERR_RANGE,       /* a number outside its range */
	LG_ERR_LIMIT,       /* beyond a documented limit */
	LG_ERR_UNKNOWN_KEY, /* a key, section, name nobody knows */
	LG_ERR_CONFLICT,    /* well-formed, but not now or not together */
	LG_ERR_DIRECTORY,   /* the directory could not be asked */
	LG_ERR_TIMEOUT,     /* no answer within the time given */
	LG_ERR_IO,          /* a file or a peer could not be used */
	LG_ERR_DENIED,      /* the caller may not do this */
	LG_ERR_NO_MEMORY,
	LG_ERR_BUG /* a promise inside logongate was broken */
};

/*
 * A caller-owned report of one failure.
 * Shape: place is "FILE:LINE", "FILE", a host or "" where there is none; text
 * is one sentence without a full stop, UTF-8, without control characters.
 * Longer texts end in "...". code is the word of contract 11 for programs, of
 * static life; NULL: what belongs to the exit.
 */
struct lg_error {
	enum lg_status status;
	char place[512];
	char text[1024];
	const char *code;
};

/*
 * Fills err (which may be NULL) and gives status back, so that a function can
 * say "return lg_error_set(...)". place may be NULL. Control characters that
 * come in through the arguments become blanks.
 */
enum lg_status lg_error_set(struct lg_error *err, enum lg_status status,
			    const char *place, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* What everything says where there is none; LG_ERR_NO_MEMORY. */
static inline enum lg_status lg_no_memory(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "out of memory");
}

/* As lg_error_set; place is "file:line" (file alone where line is 0). */
enum lg_status lg_error_set_at(struct lg_error *err, enum lg_status status,
			       const char *file, size_t line,
			       const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Gives a failure its code for programs and its status back; err may be NULL:
 * then LG_ERR_CONFLICT, which all codes are of. */
enum lg_status lg_error_code(struct lg_error *err, const char *code);

/* The code of that name, of static life; NULL: contract 11 has none. */
const char *lg_error_code_named(const char *name);

/* The identifier of a status in lower case: "ok", "syntax", "no-memory"... */
const char *lg_status_name(enum lg_status status);

#endif
