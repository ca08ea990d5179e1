/* SPDX-License-Identifier: ISC */
/*
 * canonical_json.h - the one way in which a JSON value is written
 *
 * Layer: core.
 * Flow: fleet_event writes and reads the body of an entry with it.
 * Source: RFC 8785 3.2.2 (values), 3.2.2.2 (strings), 3.2.2.3 (numbers).
 */
#ifndef LOGONGATE_CORE_FLEET_CANONICAL_JSON_H
#define LOGONGATE_CORE_FLEET_CANONICAL_JSON_H

#include <stdint.h>

#include <logongate/buffer.h>
#include <logongate/strlist.h>

/* Whole numbers beyond it are not the same in every reader. */
#define LG_CANONICAL_NUMBER_MAX 9007199254740991LL

/* Appends a string. LG_ERR_SYNTAX: not UTF-8. */
enum lg_status lg_canonical_text(struct lg_buffer *out, const char *text,
				 struct lg_error *err);

/* Appends a whole number. LG_ERR_RANGE: beyond LG_CANONICAL_NUMBER_MAX. */
enum lg_status lg_canonical_number(struct lg_buffer *out, int64_t number,
				   struct lg_error *err);

/* What is still to be read. */
struct lg_canonical {
	const char *at;
	const char *end;
};

/* 1 and past it where this text comes next. */
int lg_canonical_skip(struct lg_canonical *body, const char *text);

/* LG_ERR_SYNTAX where it does not. */
enum lg_status lg_canonical_expect(struct lg_canonical *body, const char *text,
				   struct lg_error *err);

/* The name of a member and its colon. */
enum lg_status lg_canonical_read_name(struct lg_canonical *body,
				      const char *name, struct lg_error *err);

/* A string, into arena. LG_ERR_SYNTAX: another spelling than
 * lg_canonical_text's, a NUL, not UTF-8. */
enum lg_status lg_canonical_read_text(struct lg_canonical *body,
				      struct lg_strlist *arena,
				      const char **out_text,
				      struct lg_error *err);

enum lg_status lg_canonical_read_number(struct lg_canonical *body,
					int64_t *out_number,
					struct lg_error *err);

#endif
