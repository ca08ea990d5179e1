/* SPDX-License-Identifier: ISC */
/*
 * value.h - what stands behind the = of a key
 *
 * Layer: adapter (pure). Used by the guard alone.
 * Source: contract 2, 7 "Profiles"; facts/directory.md F.
 */
#ifndef LOGONGATE_ADAPTERS_INI_VALUE_H
#define LOGONGATE_ADAPTERS_INI_VALUE_H

#include "adapters/ini/guard.h"

/* A stretch of the text; never contains a line end. */
struct lg_ini_span {
	const char *at;
	size_t len;
};

int lg_ini_is_comment_start(char c);
int lg_ini_is_word_char(char c);

/* Without the blanks and tabs at both ends. */
struct lg_ini_span lg_ini_trimmed(struct lg_ini_span span);

/* As printf's precision: long texts are shown in part. */
int lg_ini_shown(size_t len);

/*
 * Reads word, "text" or 'text' and the comment behind it, of the key and in the
 * line of an item that has no value yet; text is trimmed.
 * Returns: LG_OK with *out_value inside text; LG_ERR_SYNTAX.
 */
enum lg_status lg_ini_value_read(const struct lg_ini_item *item,
				 const struct lg_ini_rules *rules,
				 struct lg_ini_span text,
				 struct lg_ini_span *out_value,
				 struct lg_error *err);

#endif
