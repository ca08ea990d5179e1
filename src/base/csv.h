/* SPDX-License-Identifier: ISC */
/*
 * csv.h - records of comma-separated text (RFC 4180)
 *
 * Layer: base, internal.
 */
#ifndef LOGONGATE_BASE_CSV_H
#define LOGONGATE_BASE_CSV_H

#include <logongate/strlist.h>

/* Set text, len and place; line and at begin at 0. */
struct csv_reader {
	const char *text;
	size_t len;
	size_t at;
	size_t line; /* of the record read last */
	size_t next; /* lines before at */
	const char *place;
};

/*
 * Reads the next record into fields, whose earlier content is released; empty
 * lines are passed over. No fields: the text is at its end.
 * Shape: fields between commas; one that begins with " ends at the next lone
 * ", with "" for one; lines end in LF or CRLF. A NUL, a " inside an unquoted
 * field, text after a closing quote and an open quote are LG_ERR_SYNTAX.
 */
enum lg_status csv_read(struct csv_reader *reader, struct lg_strlist *fields,
			struct lg_error *err);

#endif
