/* SPDX-License-Identifier: ISC */
/*
 * language.h - which of several texts somebody reads
 *
 * Layer: core.
 * Source: contract 11 "Languages"; RFC 5646 (tags), RFC 4647 3.4 (look-up),
 * RFC 9110 12.5.4 (Accept-Language).
 *
 * A tag is kept in lower case: "de", "pt-br", "zh-hant". A text with its
 * language is "TAG=text".
 */
#ifndef LOGONGATE_CORE_VALUES_LANGUAGE_H
#define LOGONGATE_CORE_VALUES_LANGUAGE_H

#include <logongate/strlist.h>

/* The longest tag and its NUL. */
#define LG_LANGUAGE_SIZE 36

/*
 * Reads a tag of any case.
 * Returns: LG_OK; LG_ERR_SYNTAX, it is none: err says what is wrong and, where
 * something was probably meant, its right spelling ("de_DE": de-de, "dk": da,
 * "german": de).
 */
enum lg_status lg_language_parse(const char *text, size_t len,
				 char out_tag[LG_LANGUAGE_SIZE],
				 struct lg_error *err);

/*
 * The text for somebody who accepts those languages (the value of
 * Accept-Language, or one tag); NULL where none of them is there. "de-at"
 * takes "de", and "de" takes "de-at" where there is nothing nearer. Of a
 * header that is too long the beginning counts.
 */
const char *lg_language_best(const struct lg_strlist *texts,
			     const char *accept);

/* The tag of "TAG=text", and what stands behind it; NULL where it has none. */
const char *lg_language_split(const char *item, char out_tag[LG_LANGUAGE_SIZE]);

#endif
