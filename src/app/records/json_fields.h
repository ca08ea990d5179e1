/* SPDX-License-Identifier: ISC */
/*
 * json_fields.h - the members of an object, and where a struct keeps them
 *
 * Layer: app.
 * Flow: one table serves who writes an object and who reads it again.
 */
#ifndef LOGONGATE_APP_RECORDS_JSON_FIELDS_H
#define LOGONGATE_APP_RECORDS_JSON_FIELDS_H

#include <stddef.h>

#include "app/records/json_member.h"

enum lg_field_kind {
	LG_FIELD_TEXT = 0, /* const char *; char * where it is taken */
	LG_FIELD_CHARS,    /* an array of char, "" where there is none */
	LG_FIELD_NUMBER,   /* a whole number: int, int64_t */
	LG_FIELD_COUNT,    /* not below 0: unsigned, size_t, uint64_t */
	LG_FIELD_TIME,     /* int64_t, RFC 3339; 0 where there is none */
	LG_FIELD_FLAG,     /* int, or an enum of two */
	LG_FIELD_WORD,     /* an enum, by its words */
	LG_FIELD_PART      /* a struct by its own fields, each NEEDED; none
			    * where the first is none */
};

#define LG_FIELD_NEEDED 1u   /* to be read: it must be there */
#define LG_FIELD_LEFT_OUT 2u /* none is not written; else it is null */
#define LG_FIELD_BLANK 4u    /* none is written as "" */

/* The table's last row has no name. words end in NULL. */
struct lg_field {
	const char *name;
	enum lg_field_kind kind;
	unsigned int how;
	size_t at;
	size_t size;
	const char *const *word;
	const struct lg_field *part;
};

/* clang-format off */
#define LG_FIELD_OF(name, kind, owner, member, how, word, part)                \
	{                                                                      \
		name, LG_FIELD_##kind, how, offsetof(owner, member),           \
			sizeof(((owner *)0)->member), word, part               \
	}
/* clang-format on */
#define LG_FIELD(name, kind, owner, member, how)                               \
	LG_FIELD_OF(name, kind, owner, member, how, NULL, NULL)
#define LG_FIELD_IN_WORDS(name, owner, member, words, how)                     \
	LG_FIELD_OF(name, WORD, owner, member, how, words, NULL)
#define LG_FIELD_IN_PARTS(name, owner, member, fields, how)                    \
	LG_FIELD_OF(name, PART, owner, member, how, NULL, fields)
/* clang-format off */
#define LG_FIELDS_END                                                          \
	{                                                                      \
		NULL, LG_FIELD_TEXT, 0, 0, 0, NULL, NULL                       \
	}
/* clang-format on */

/* Adds the members that from, a struct of the table, has. */
void lg_fields_add(cJSON *object, const struct lg_field *field,
		   const void *from);

/*
 * Puts what the object has into out, where the rest stays as it is; texts are
 * the object's.
 * Returns: the name of the first member that is of another kind, or NEEDED and
 * not there; NULL: there is none.
 */
const char *lg_fields_read(const cJSON *object, const struct lg_field *field,
			   void *out);

/* The same with copies of the texts, also of an object with a *out_wrong;
 * where memory does not suffice those without a copy are NULL. Before, out has
 * no text. */
enum lg_status lg_fields_take(const cJSON *object, const struct lg_field *field,
			      void *out, const char **out_wrong,
			      struct lg_error *err);

/* How many members of the table the object has. */
size_t lg_fields_count(const cJSON *object, const struct lg_field *field);

#endif
