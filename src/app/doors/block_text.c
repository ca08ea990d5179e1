/* SPDX-License-Identifier: ISC */
/*
 * block_text.c - configuration made of lines and blocks, as a tree
 *
 * A lexer for each grammar feeds one builder. Nodes are kept in a list of
 * their own, so that freeing needs no recursion however deep the text nests.
 */
#include "app/doors/block_text.h"

#include <stdlib.h>
#include <string.h>

#include <logongate/strlist.h>

struct node {
	struct lg_block block;
	struct lg_block *last;
	struct node *older;
};

struct lg_block_text {
	struct node *newest;
	struct lg_block *root;
	struct lg_strlist words;
};

struct builder {
	struct lg_block_text *text;
	struct lg_block *open; /* the block whose brace is open */
	struct lg_strlist pending;
	size_t line;
	const char *start; /* of the text */
	size_t body;       /* behind what is built next */
	struct lg_error *err;
};

static struct node *add_node(struct lg_block_text *text,
			     struct lg_block *parent)
{
	struct node *node = calloc(1, sizeof(*node));
	struct node *above;

	if (!node)
		return NULL;
	node->older = text->newest;
	text->newest = node;
	node->block.parent = parent;
	if (parent) {
		above = (struct node *)parent;
		if (above->last)
			above->last->next = &node->block;
		else
			parent->child = &node->block;
		above->last = &node->block;
	}
	return node;
}

/* Makes a node of the words read so far. */
static enum lg_status build(struct builder *builder, int opens)
{
	struct lg_strlist *words = &builder->text->words;
	size_t count = builder->pending.count;
	struct node *node;
	enum lg_status status;

	if (count == 0 && !opens)
		return LG_OK;
	node = add_node(builder->text, builder->open);
	if (!node)
		return lg_no_memory(builder->err);
	node->block.body = builder->body;
	node->block.word = calloc(count ? count : 1, sizeof(char *));
	if (!node->block.word)
		return lg_no_memory(builder->err);
	for (size_t i = 0; i < count; i++) {
		status = lg_strlist_add(words, builder->pending.item[i],
					strlen(builder->pending.item[i]),
					builder->err);
		if (status != LG_OK)
			return status;
		node->block.word[i] = words->item[words->count - 1];
		node->block.word_count = i + 1;
	}
	lg_strlist_release(&builder->pending);
	if (opens)
		builder->open = &node->block;
	return LG_OK;
}

static enum lg_status close_block(struct builder *builder)
{
	if (!builder->open->parent)
		return lg_error_set_at(builder->err, LG_ERR_SYNTAX, "",
				       builder->line,
				       "a closing brace without an opening "
				       "one");
	builder->open = builder->open->parent;
	return LG_OK;
}

static enum lg_status add_word(struct builder *builder, const char *word,
			       size_t len)
{
	if (memchr(word, '\0', len))
		return lg_error_set_at(builder->err, LG_ERR_SYNTAX, "",
				       builder->line, "a NUL byte");
	return lg_strlist_add(&builder->pending, word, len, builder->err);
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static const char *trim(const char *start, const char **end)
{
	while (start < *end && is_blank(*start))
		start++;
	while (*end > start && is_blank((*end)[-1]))
		(*end)--;
	return start;
}

static enum lg_status add_words(struct builder *builder, const char *start,
				const char *end)
{
	enum lg_status status = LG_OK;
	const char *word;

	while (status == LG_OK && start < end) {
		while (start < end && is_blank(*start))
			start++;
		for (word = start; start < end && !is_blank(*start);)
			start++;
		if (start > word)
			status =
				add_word(builder, word, (size_t)(start - word));
	}
	return status;
}

static enum lg_status doveconf_line(struct builder *builder, const char *start,
				    const char *end)
{
	enum lg_status status;
	const char *equals;
	const char *name_end;
	const char *value;

	start = trim(start, &end);
	if (start == end || *start == '#')
		return LG_OK;
	if (*start == '}')
		return close_block(builder);
	equals = memchr(start, '=', (size_t)(end - start));
	if (end[-1] == '{' && !equals) {
		status = add_words(builder, start, end - 1);
		return status == LG_OK ? build(builder, 1) : status;
	}
	if (!equals) {
		status = add_words(builder, start, end);
		return status == LG_OK ? build(builder, 0) : status;
	}
	name_end = equals;
	start = trim(start, &name_end);
	value = equals + 1;
	value = trim(value, &end);
	if (end - value > 1 && *value == '"' && end[-1] == '"') {
		value++;
		end--;
	}
	status = add_word(builder, start, (size_t)(name_end - start));
	if (status == LG_OK)
		status = add_word(builder, value, (size_t)(end - value));
	return status == LG_OK ? build(builder, 0) : status;
}

static enum lg_status doveconf_text(struct builder *builder, const char *text,
				    const char *end)
{
	enum lg_status status = LG_OK;
	const char *line_end;

	while (status == LG_OK && text < end) {
		builder->line++;
		line_end = memchr(text, '\n', (size_t)(end - text));
		if (!line_end)
			line_end = end;
		builder->body =
			(size_t)(line_end + (line_end < end) - builder->start);
		status = doveconf_line(builder, text, line_end);
		text = line_end < end ? line_end + 1 : end;
	}
	return status;
}

/* A word in quotes, or up to a blank or one of ; { }. */
static const char *nginx_word(struct builder *builder, const char *text,
			      const char *end, enum lg_status *out_status)
{
	struct lg_buffer word = {0};
	char quote = *text == '"' || *text == '\'' ? *text : '\0';

	if (quote)
		text++;
	while (text < end) {
		if (quote ? *text == quote
			  : is_blank(*text) || *text == '\n' || *text == ';' ||
				    *text == '}' ||
				    (*text == '{' && text[-1] != '$'))
			break;
		if (*text == '\n')
			builder->line++;
		if (*text == '\\' && text + 1 < end)
			text++;
		lg_buffer_char(&word, *text++);
	}
	if (quote && text < end)
		text++;
	*out_status = lg_buffer_status(&word, builder->err);
	if (*out_status == LG_OK)
		*out_status =
			add_word(builder, word.data ? word.data : "", word.len);
	lg_buffer_release(&word);
	return text;
}

static enum lg_status nginx_text(struct builder *builder, const char *text,
				 const char *end)
{
	enum lg_status status = LG_OK;

	builder->line = 1;
	while (status == LG_OK && text < end) {
		if (*text == '\n')
			builder->line++;
		if (is_blank(*text) || *text == '\n') {
			text++;
		} else if (*text == '#') {
			while (text < end && *text != '\n')
				text++;
		} else if (*text == ';' || *text == '{') {
			builder->body = (size_t)(text + 1 - builder->start);
			status = build(builder, *text == '{');
			text++;
		} else if (*text == '}') {
			status = close_block(builder);
			text++;
		} else {
			text = nginx_word(builder, text, end, &status);
		}
	}
	return status;
}

/* Words of a line; quotes and backslashes keep blanks together. */
static enum lg_status lines_text(struct builder *builder, const char *text,
				 const char *end)
{
	enum lg_status status = LG_OK;
	struct lg_buffer word = {0};
	char quote = '\0';
	int in_word = 0;

	builder->line = 1;
	for (; status == LG_OK && text <= end; text++) {
		if (text == end || *text == '\n' ||
		    (!quote && (is_blank(*text) || *text == '#'))) {
			if (in_word)
				status = add_word(builder,
						  word.data ? word.data : "",
						  word.len);
			lg_buffer_clear(&word);
			in_word = 0;
			if (status == LG_OK && text < end && *text == '#') {
				while (text < end && *text != '\n')
					text++;
			}
			if (status == LG_OK && (text == end || *text == '\n')) {
				quote = '\0';
				builder->line++;
				builder->body = (size_t)(text + (text < end) -
							 builder->start);
				status = build(builder, 0);
			}
			continue;
		}
		in_word = 1;
		if (quote ? *text == quote : *text == '"' || *text == '\'') {
			quote = quote ? '\0' : *text;
		} else if (*text == '\\' && quote != '\'' && text + 1 < end &&
			   text[1] != '\n') {
			lg_buffer_char(&word, *++text);
		} else {
			lg_buffer_char(&word, *text);
		}
		if (status == LG_OK)
			status = lg_buffer_status(&word, builder->err);
	}
	lg_buffer_release(&word);
	return status;
}

static enum lg_status read_text(
	const char *text, size_t len,
	enum lg_status (*grammar)(struct builder *, const char *, const char *),
	struct lg_block_text **out_text, struct lg_error *err)
{
	struct builder builder = {.start = text, .err = err};
	struct node *root;
	enum lg_status status;

	builder.text = calloc(1, sizeof(*builder.text));
	root = builder.text ? add_node(builder.text, NULL) : NULL;
	if (!root) {
		lg_block_text_free(&builder.text);
		return lg_no_memory(err);
	}
	builder.text->root = &root->block;
	builder.open = &root->block;
	status = grammar(&builder, text, text + len);
	if (status == LG_OK && builder.open->parent)
		status = lg_error_set_at(err, LG_ERR_SYNTAX, "", builder.line,
					 "a block is not closed");
	lg_strlist_release(&builder.pending);
	if (status == LG_OK)
		*out_text = builder.text;
	else
		lg_block_text_free(&builder.text);
	return status;
}

enum lg_status lg_block_text_doveconf(const char *text, size_t len,
				      struct lg_block_text **out_text,
				      struct lg_error *err)
{
	return read_text(text, len, doveconf_text, out_text, err);
}

enum lg_status lg_block_text_nginx(const char *text, size_t len,
				   struct lg_block_text **out_text,
				   struct lg_error *err)
{
	return read_text(text, len, nginx_text, out_text, err);
}

enum lg_status lg_block_text_lines(const char *text, size_t len,
				   struct lg_block_text **out_text,
				   struct lg_error *err)
{
	return read_text(text, len, lines_text, out_text, err);
}

void lg_block_text_free(struct lg_block_text **text)
{
	struct node *node;
	struct node *older;

	if (!*text)
		return;
	for (node = (*text)->newest; node; node = older) {
		older = node->older;
		free(node->block.word);
		free(node);
	}
	lg_strlist_release(&(*text)->words);
	free(*text);
	*text = NULL;
}

const struct lg_block *lg_block_root(const struct lg_block_text *text)
{
	return text->root;
}

const struct lg_block *lg_block_find(const struct lg_block *parent,
				     const struct lg_block *after,
				     const char *name)
{
	const struct lg_block *block = after ? after->next : parent->child;

	while (block &&
	       (block->word_count == 0 || strcmp(block->word[0], name) != 0))
		block = block->next;
	return block;
}

const char *lg_block_value(const struct lg_block *parent, const char *name)
{
	const struct lg_block *block = NULL;
	const char *value = NULL;

	while ((block = lg_block_find(parent, block, name)))
		value = block->word_count > 1 ? block->word[1] : "";
	return value;
}

const char *lg_block_value_or(const struct lg_block *parent, const char *name,
			      const char *otherwise)
{
	const char *value = lg_block_value(parent, name);

	return value ? value : otherwise;
}

int lg_block_is(const struct lg_block *block, const char *name)
{
	return block->word_count > 0 && strcmp(block->word[0], name) == 0;
}
