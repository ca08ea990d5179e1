/* SPDX-License-Identifier: ISC */
/*
 * registry_reader.h - where the reader of a .reg file stands, and its words
 *
 * Layer: core, private to registry_text.c.
 */
#ifndef LOGONGATE_CORE_VALUES_REGISTRY_READER_H
#define LOGONGATE_CORE_VALUES_REGISTRY_READER_H

#include <logongate/registry.h>

struct deletions {
	struct lg_strlist *key;
	struct lg_strlist *name;
	struct lg_strlist *deleted_key;
};

struct reader {
	const char *at;
	const char *end;
	const char *file;
	size_t line;
	struct lg_registry *registry;
	struct lg_buffer key;
	struct lg_buffer name;
	struct lg_buffer data;
	const struct lg_codepage *codepage; /* NULL: not REGEDIT4 */
	int widened;                        /* the data are not the file's */
	const char *equals;                 /* of the last value */
	uint32_t type;
	struct lg_buffer *modern;    /* NULL: not asked for */
	struct deletions *deletions; /* NULL: not asked for */
	int has_key;
	int key_deleted;
	struct lg_error *err;
};

enum lg_status lg_reg_syntax(struct reader *reader, const char *text);
void lg_reg_skip_blanks(struct reader *reader);
/* Blanks, a comment perhaps, and the end of the line. */
enum lg_status lg_reg_rest_of_line(struct reader *reader);
int lg_reg_starts(const struct reader *reader, const char *text);
/* A text in quotes, perhaps over lines, as `net registry export` writes. */
enum lg_status lg_reg_read_quoted(struct reader *reader, struct lg_buffer *out);
/* Up to most digits; 0 where there is none or one too many. */
int lg_reg_read_hex(struct reader *reader, int most, uint32_t *out_number);
enum lg_status lg_reg_read_bytes(struct reader *reader);

#endif
