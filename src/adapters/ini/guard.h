/* SPDX-License-Identifier: ISC */
/*
 * guard.h - the text of an INI file, read strictly before iniparser sees it
 *
 * Layer: adapter (pure: bytes in, items out).
 * Flow: ini_file gives it the bytes; what passes is read by iniparser too and
 * must come out the same.
 * Source: contract 2, 7 "Profiles"; facts/directory.md F.
 */
#ifndef LOGONGATE_ADAPTERS_INI_GUARD_H
#define LOGONGATE_ADAPTERS_INI_GUARD_H

#include <logongate/strlist.h>

/* iniparser cuts the logical line after this many bytes. */
#define LG_INI_LINE_MAX 1022
/* iniparser's time grows with the square of the keys. */
#define LG_INI_KEYS_MAX 10000

/* A key with its value; key NULL: the header of a section. */
struct lg_ini_item {
	const char *section;
	const char *key;
	const char *value;
	const char *file; /* as given to the guard */
	size_t line;
};

/* Zero-initialise. */
struct lg_ini_items {
	struct lg_ini_item *item;
	size_t count;
	size_t capacity;
	struct lg_strlist arena;
};

/* What the guard must know of the keys it will meet; lists end in NULL. */
struct lg_ini_rules {
	/* values in which ; separates: a comment behind an unquoted one is
	 * taken for a part of the value that lost its quotes */
	const char *const *separated;
	/* LDAP texts, where \ and two hex digits spell a character */
	const char *const *ldap;
};

/*
 * Reads the whole text; all or nothing.
 * Shape: lines up to LG_INI_LINE_MAX bytes, LF or CRLF; [section] alone on its
 * line; key = word, key = "text" or key = 'text'; names of a-z 0-9 . _ -; word
 * of letters, digits and . _ -; a comment is a line that begins with ; or #,
 * or follows a value after a blank.
 * Returns: LG_OK; LG_ERR_SYNTAX, LG_ERR_UNKNOWN_KEY (a name that is not in
 * lower case), LG_ERR_CONFLICT (a repeated key or section), LG_ERR_LIMIT; err
 * names file and line and says what would be right.
 * Owns: release with lg_ini_items_release.
 */
enum lg_status lg_ini_guard(const char *text, size_t len, const char *file,
			    const struct lg_ini_rules *rules,
			    struct lg_ini_items *out_items,
			    struct lg_error *err);
void lg_ini_items_release(struct lg_ini_items *items);

#endif
