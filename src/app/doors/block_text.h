/* SPDX-License-Identifier: ISC */
/*
 * block_text.h - configuration made of lines and blocks, as a tree
 *
 * Layer: app. Three grammars, one tree: doveconf ("key = value", "name x {",
 * "}"), nginx ("name words;", "name words {", "}") and flat lines of words
 * (haproxy.cfg, pam.d).
 */
#ifndef LOGONGATE_APP_DOORS_BLOCK_TEXT_H
#define LOGONGATE_APP_DOORS_BLOCK_TEXT_H

#include <logongate/buffer.h>

/* word[0] is the name; of a doveconf setting word[1] is the whole value. */
struct lg_block {
	const char **word;
	size_t word_count;
	struct lg_block *child; /* first inside its braces */
	struct lg_block *next;
	struct lg_block *parent;
	size_t body; /* offset in the text behind its brace, or its line */
};

struct lg_block_text;

/* Owns: lg_block_text_free. Unbalanced braces: LG_ERR_SYNTAX with the line. */
enum lg_status lg_block_text_doveconf(const char *text, size_t len,
				      struct lg_block_text **out_text,
				      struct lg_error *err);
enum lg_status lg_block_text_nginx(const char *text, size_t len,
				   struct lg_block_text **out_text,
				   struct lg_error *err);
enum lg_status lg_block_text_lines(const char *text, size_t len,
				   struct lg_block_text **out_text,
				   struct lg_error *err);
void lg_block_text_free(struct lg_block_text **text);

/* The unnamed block that holds everything. */
const struct lg_block *lg_block_root(const struct lg_block_text *text);

/* The next block called name, from after on (NULL: from the first child). */
const struct lg_block *lg_block_find(const struct lg_block *parent,
				     const struct lg_block *after,
				     const char *name);

/* word[1] of the last setting called name inside, NULL where there is none. */
const char *lg_block_value(const struct lg_block *parent, const char *name);

/* The same; otherwise where there is none. */
const char *lg_block_value_or(const struct lg_block *parent, const char *name,
			      const char *otherwise);

/* Whether its first word is that name. */
int lg_block_is(const struct lg_block *block, const char *name);

#endif
