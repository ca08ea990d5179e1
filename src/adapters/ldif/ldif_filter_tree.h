/* SPDX-License-Identifier: ISC */
/*
 * ldif_filter_tree.h - a filter, taken apart
 *
 * Layer: adapter ldif, private to ldif_filter_parse.c and
 * ldif_filter_match.c.
 */
#ifndef LOGONGATE_ADAPTERS_LDIF_FILTER_TREE_H
#define LOGONGATE_ADAPTERS_LDIF_FILTER_TREE_H

#include "ldif_filter.h"

enum lg_ldif_filter_kind {
	LG_LDIF_FILTER_AND,
	LG_LDIF_FILTER_OR,
	LG_LDIF_FILTER_NOT,
	LG_LDIF_FILTER_EQUAL,
	LG_LDIF_FILTER_PRESENT,
	LG_LDIF_FILTER_SUBSTRINGS
};

/* Nodes stand in one array; 0 is the root, and no child or sibling. */
struct lg_ldif_filter_node {
	enum lg_ldif_filter_kind kind;
	size_t child;
	size_t sibling;
	char *attribute;
	/* Folded. EQUAL: one. SUBSTRINGS: initial, any ..., final; the first
	 * and the last may be empty. */
	struct lg_buffer *part;
	size_t part_count;
	size_t part_capacity;
};

struct lg_ldif_filter {
	struct lg_ldif_filter_node *node;
	size_t count;
	size_t capacity;
};

/* Appends text as values of attribute are compared. */
enum lg_status lg_ldif_filter_fold(const char *attribute, const char *text,
				   size_t len, struct lg_buffer *out_folded,
				   struct lg_error *err);

#endif
