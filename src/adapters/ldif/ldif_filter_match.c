/* SPDX-License-Identifier: ISC */
/*
 * ldif_filter_match.c - whether an entry of an export matches a filter
 *
 * Values compare as caseIgnoreMatch does, those of attributes that hold names
 * of entries as such names. An export has no schema, so an attribute that an
 * entry lacks is simply not there: its comparison is false, never undefined.
 */
#include "ldif_filter_tree.h"

#include <string.h>
#include <strings.h>

#include "core/values/match.h"

struct matcher {
	const struct lg_ldif_filter *filter;
	const struct lg_ldif_entries *entries;
	const struct lg_ldif_entry *entry;
	struct lg_buffer folded;
	struct lg_error *err;
};

static int holds_entry_dn(const char *attribute)
{
	static const char *const names[] = {
		"memberOf", "member",  "uniqueMember",   "distinguishedName",
		"manager",  "homeMDB", "homeMTA",        "objectCategory",
		"owner",    "seeAlso", "primaryGroupDN", "secretary",
		"entryDN",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(names[i], attribute) == 0)
			return 1;
	return 0;
}

enum lg_status lg_ldif_filter_fold(const char *attribute, const char *text,
				   size_t len, struct lg_buffer *out_folded,
				   struct lg_error *err)
{
	return holds_entry_dn(attribute)
		       ? lg_ldif_fold_entry_dn(text, len, out_folded, err)
		       : lg_match_fold(text, len, out_folded, err);
}

/* Active Directory takes objectCategory=person for the class's whole DN. */
static int is_category(const struct lg_ldif_filter_node *node,
		       const struct lg_buffer *value)
{
	const struct lg_buffer *asked = &node->part[0];

	return strcasecmp(node->attribute, "objectCategory") == 0 &&
	       asked->len > 0 && !memchr(asked->data, '=', asked->len) &&
	       value->len > asked->len + 3 &&
	       memcmp(value->data, "cn=", 3) == 0 &&
	       memcmp(value->data + 3, asked->data, asked->len) == 0 &&
	       value->data[3 + asked->len] == ',';
}

static int is_equal(const struct lg_ldif_filter_node *node,
		    const struct lg_buffer *value)
{
	const struct lg_buffer *asked = &node->part[0];

	if (value->len == asked->len &&
	    (asked->len == 0 ||
	     memcmp(value->data, asked->data, asked->len) == 0))
		return 1;
	return is_category(node, value);
}

static int has_substrings(const struct lg_ldif_filter_node *node,
			  const struct lg_buffer *value)
{
	const struct lg_buffer *first = &node->part[0];
	const struct lg_buffer *last = &node->part[node->part_count - 1];
	const char *at = value->len ? value->data : "";
	const char *end = at + value->len;

	if (first->len + last->len > value->len)
		return 0;
	if (first->len && memcmp(at, first->data, first->len) != 0)
		return 0;
	if (last->len && memcmp(end - last->len, last->data, last->len) != 0)
		return 0;
	at += first->len;
	end -= last->len;
	for (size_t i = 1; i + 1 < node->part_count; i++) {
		const struct lg_buffer *part = &node->part[i];

		if (part->len == 0)
			continue;
		at = memmem(at, (size_t)(end - at), part->data, part->len);
		if (!at)
			return 0;
		at += part->len;
	}
	return 1;
}

static enum lg_status match_values(struct matcher *matcher,
				   const struct lg_ldif_filter_node *node,
				   int *out_matches)
{
	const struct lg_ldif_entry *entry = matcher->entry;

	*out_matches = 0;
	for (size_t i = 0; i < entry->count && !*out_matches; i++) {
		const struct lg_entry_value *value =
			&matcher->entries->value[entry->first + i];
		enum lg_status status;

		if (!lg_entry_value_is(value, node->attribute))
			continue;
		if (node->kind == LG_LDIF_FILTER_PRESENT) {
			*out_matches = 1;
			break;
		}
		lg_buffer_clear(&matcher->folded);
		status = lg_ldif_filter_fold(node->attribute, value->text,
					     value->len, &matcher->folded,
					     matcher->err);
		if (status != LG_OK)
			return status;
		*out_matches = node->kind == LG_LDIF_FILTER_EQUAL
				       ? is_equal(node, &matcher->folded)
				       : has_substrings(node, &matcher->folded);
	}
	return LG_OK;
}

static enum lg_status match_node(struct matcher *matcher, size_t at,
				 int *out_matches)
{
	const struct lg_ldif_filter_node *node = &matcher->filter->node[at];
	int stop_at;
	int matches;
	enum lg_status status = LG_OK;

	switch (node->kind) {
	case LG_LDIF_FILTER_EQUAL:
	case LG_LDIF_FILTER_PRESENT:
	case LG_LDIF_FILTER_SUBSTRINGS:
		return match_values(matcher, node, out_matches);
	case LG_LDIF_FILTER_NOT:
		status = match_node(matcher, node->child, &matches);
		*out_matches = !matches;
		return status;
	case LG_LDIF_FILTER_AND:
	case LG_LDIF_FILTER_OR:
		break;
	}
	/* Without components, & is true and | is false (RFC 4526). */
	stop_at = node->kind == LG_LDIF_FILTER_OR;
	*out_matches = !stop_at;
	for (size_t child = node->child; child && *out_matches != stop_at;
	     child = matcher->filter->node[child].sibling) {
		status = match_node(matcher, child, out_matches);
		if (status != LG_OK)
			return status;
	}
	return LG_OK;
}

enum lg_status lg_ldif_filter_match(const struct lg_ldif_filter *filter,
				    const struct lg_ldif_entries *entries,
				    size_t entry, int *out_matches,
				    struct lg_error *err)
{
	struct matcher matcher = {
		.filter = filter,
		.entries = entries,
		.entry = &entries->entry[entry],
		.err = err,
	};
	int matches = 0;
	enum lg_status status = match_node(&matcher, 0, &matches);

	lg_buffer_release(&matcher.folded);
	if (status == LG_OK)
		*out_matches = matches;
	return status;
}
