/* SPDX-License-Identifier: ISC */
/*
 * ldif_filter_parse.c - the text of a filter to its tree
 *
 * A recursive descent over RFC 4515, with the two liberties libldap takes:
 * blanks between components, and an item without its brackets. Values are
 * folded here once, as the values of entries are when they are compared.
 */
#include "ldif_filter_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/grow.h"
#include "base/hex.h"
#include "core/values/match.h"

#define DEPTH_MAX 64

struct parser {
	const char *text;
	const char *at;
	struct lg_ldif_filter *filter;
	struct lg_error *err;
};

static enum lg_status parse_filter(struct parser *parser, int depth,
				   size_t *out_node);

static enum lg_status wrong(struct parser *parser, const char *what)
{
	return lg_error_set(parser->err, LG_ERR_SYNTAX, NULL,
			    "the filter \"%s\": %s at character %zu; a filter "
			    "looks like (&(objectClass=person)(mail=*))",
			    parser->text, what,
			    (size_t)(parser->at - parser->text) + 1);
}

static void skip_blanks(struct parser *parser)
{
	while (*parser->at == ' ')
		parser->at++;
}

static enum lg_status add_node(struct parser *parser,
			       enum lg_ldif_filter_kind kind, size_t *out_node)
{
	struct lg_ldif_filter *filter = parser->filter;

	if (lg_grow(&filter->node, &filter->capacity, filter->count,
		    sizeof(*filter->node), parser->err) != LG_OK)
		return LG_ERR_NO_MEMORY;
	filter->node[filter->count] =
		(struct lg_ldif_filter_node){.kind = kind};
	*out_node = filter->count++;
	return LG_OK;
}

static enum lg_status parse_children(struct parser *parser, int depth,
				     size_t parent, size_t at_most)
{
	size_t last = 0;
	size_t count = 0;

	skip_blanks(parser);
	while (*parser->at == '(') {
		size_t child;
		enum lg_status status;

		if (count++ == at_most)
			return wrong(parser, "more than one filter after !");
		status = parse_filter(parser, depth + 1, &child);
		if (status != LG_OK)
			return status;
		if (last == 0)
			parser->filter->node[parent].child = child;
		else
			parser->filter->node[last].sibling = child;
		last = child;
		skip_blanks(parser);
	}
	if (count == 0 && at_most == 1)
		return wrong(parser, "no filter after !");
	return LG_OK;
}

/* One value up to "*", ")" or the end, unescaped, into out. */
static enum lg_status take_value(struct parser *parser, struct lg_buffer *out)
{
	while (*parser->at && *parser->at != '*' && *parser->at != ')') {
		char c = *parser->at;

		if (c == '(')
			return wrong(parser,
				     "an opening bracket in a value (write "
				     "\\28)");
		if (c == '\\') {
			int byte = lg_hex_byte(parser->at + 1);

			if (byte < 0)
				return wrong(parser, "a backslash without two "
						     "hexadecimal digits");
			c = (char)byte;
			parser->at += 2;
		}
		lg_buffer_char(out, c);
		parser->at++;
	}
	return lg_buffer_status(out, parser->err);
}

static enum lg_status add_part(struct parser *parser, size_t node,
			       struct lg_buffer *value)
{
	struct lg_ldif_filter_node *to = &parser->filter->node[node];
	enum lg_status status =
		lg_grow(&to->part, &to->part_capacity, to->part_count,
			sizeof(*to->part), parser->err);

	if (status != LG_OK)
		return status;
	to->part[to->part_count++] = *value;
	*value = (struct lg_buffer){0};
	return LG_OK;
}

/*
 * A part of a substring filter: a blank at an inner end counts, since what
 * follows it in the value is not the value's end.
 */
static enum lg_status fold_part(struct parser *parser,
				const struct lg_buffer *value, int inner_start,
				int inner_end, struct lg_buffer *out)
{
	const char *text = value->len ? value->data : "";
	struct lg_buffer folded = {0};
	enum lg_status status =
		lg_match_fold(text, value->len, &folded, parser->err);

	if (status == LG_OK && folded.len > 0) {
		if (inner_start && text[0] == ' ')
			lg_buffer_char(out, ' ');
		lg_buffer_append(out, folded.data, folded.len);
		if (inner_end && text[value->len - 1] == ' ')
			lg_buffer_char(out, ' ');
	} else if (status == LG_OK && value->len > 0) {
		lg_buffer_char(out, ' ');
	}
	if (status == LG_OK)
		status = lg_buffer_status(out, parser->err);
	lg_buffer_release(&folded);
	return status;
}

static enum lg_status parse_value(struct parser *parser, size_t node)
{
	struct lg_ldif_filter_node *to;
	struct lg_buffer value = {0};
	struct lg_buffer folded = {0};
	enum lg_status status;

	for (;;) {
		size_t parts = parser->filter->node[node].part_count;
		int last;

		lg_buffer_clear(&value);
		status = take_value(parser, &value);
		if (status != LG_OK)
			goto out;
		last = *parser->at != '*';
		if (last && parts == 0)
			status = lg_ldif_filter_fold(
				parser->filter->node[node].attribute,
				value.len ? value.data : "", value.len, &folded,
				parser->err);
		else
			status = fold_part(parser, &value, parts > 0, !last,
					   &folded);
		if (status == LG_OK)
			status = add_part(parser, node, &folded);
		if (status != LG_OK || last)
			break;
		parser->at++;
	}
	if (status != LG_OK)
		goto out;
	to = &parser->filter->node[node];
	if (to->part_count == 1)
		to->kind = LG_LDIF_FILTER_EQUAL;
	else if (to->part_count == 2 && to->part[0].len == 0 &&
		 to->part[1].len == 0)
		to->kind = LG_LDIF_FILTER_PRESENT;
out:
	lg_buffer_release(&folded);
	lg_buffer_release(&value);
	return status;
}

static int is_attribute_char(char c)
{
	return lg_ascii_is_alnum(c) || (c != '\0' && strchr("-.;_", c));
}

static enum lg_status parse_item(struct parser *parser, size_t *out_node)
{
	const char *start = parser->at;
	char *attribute;
	enum lg_status status;

	while (is_attribute_char(*parser->at))
		parser->at++;
	if (*parser->at == '>' || *parser->at == '<' || *parser->at == '~' ||
	    *parser->at == ':')
		return wrong(parser,
			     "a kind of comparison that an LDIF file cannot "
			     "answer (it knows &, |, !, =, =* and "
			     "substrings)");
	if (parser->at == start || *parser->at != '=')
		return wrong(parser, "no attribute=value");
	status = add_node(parser, LG_LDIF_FILTER_SUBSTRINGS, out_node);
	if (status != LG_OK)
		return status;
	attribute = strndup(start, (size_t)(parser->at - start));
	if (!attribute)
		return lg_no_memory(parser->err);
	parser->filter->node[*out_node].attribute = attribute;
	parser->at++;
	return parse_value(parser, *out_node);
}

static enum lg_status parse_bracketed(struct parser *parser, int depth,
				      size_t *out_node)
{
	enum lg_status status;

	skip_blanks(parser);
	if (*parser->at != '&' && *parser->at != '|' && *parser->at != '!')
		return parse_item(parser, out_node);
	status = add_node(parser,
			  *parser->at == '&'   ? LG_LDIF_FILTER_AND
			  : *parser->at == '|' ? LG_LDIF_FILTER_OR
					       : LG_LDIF_FILTER_NOT,
			  out_node);
	if (status != LG_OK)
		return status;
	return parse_children(parser, depth, *out_node,
			      *parser->at++ == '!' ? 1 : SIZE_MAX);
}

static enum lg_status parse_filter(struct parser *parser, int depth,
				   size_t *out_node)
{
	enum lg_status status;

	if (depth > DEPTH_MAX)
		return lg_error_set(parser->err, LG_ERR_LIMIT, NULL,
				    "the filter is nested deeper than %d; "
				    "write it flatter",
				    DEPTH_MAX);
	parser->at++;
	status = parse_bracketed(parser, depth, out_node);
	if (status != LG_OK)
		return status;
	if (*parser->at != ')')
		return wrong(parser, "no closing bracket");
	parser->at++;
	return LG_OK;
}

enum lg_status lg_ldif_filter_parse(const char *text,
				    struct lg_ldif_filter **out_filter,
				    struct lg_error *err)
{
	struct parser parser = {.text = text, .at = text, .err = err};
	size_t root;
	enum lg_status status;

	parser.filter = calloc(1, sizeof(*parser.filter));
	if (!parser.filter)
		return lg_no_memory(err);
	skip_blanks(&parser);
	status = *parser.at == '(' ? parse_filter(&parser, 1, &root)
				   : parse_item(&parser, &root);
	if (status == LG_OK) {
		skip_blanks(&parser);
		if (*parser.at != '\0')
			status = wrong(&parser, "text after the filter");
	}
	if (status == LG_OK) {
		*out_filter = parser.filter;
		parser.filter = NULL;
	}
	lg_ldif_filter_free(&parser.filter);
	return status;
}

void lg_ldif_filter_free(struct lg_ldif_filter **filter)
{
	if (!*filter)
		return;
	for (size_t i = 0; i < (*filter)->count; i++) {
		struct lg_ldif_filter_node *node = &(*filter)->node[i];

		for (size_t j = 0; j < node->part_count; j++)
			lg_buffer_release(&node->part[j]);
		free(node->part);
		free(node->attribute);
	}
	free((*filter)->node);
	free(*filter);
	*filter = NULL;
}
