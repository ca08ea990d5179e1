/* SPDX-License-Identifier: ISC */
/*
 * Reads INI text line by line and refuses everything that iniparser 4.1 would
 * read as something else than it says: it cuts an unquoted value at ; and #,
 * drops what stands behind a closing quote, joins a line that ends in \ with
 * the next one (a comment, too), lets the last of several keys win, folds
 * case, and takes a key without a section.
 *
 * The whole text is checked for what no line can hold first (NUL, byte-order
 * mark, not UTF-8), then each line is a comment, a header or a key.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/ini/guard.h"
#include "base/listed.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "base/grow.h"
#include "adapters/ini/value.h"

struct reader {
	const char *file;
	const struct lg_ini_rules *rules;
	struct lg_ini_items *items;
	const char *file_copy;
	const char *section; /* NULL before the first */
	size_t line;
	struct lg_error *err;
};

static int is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* A section's or key's name: LG_OK or an error with the right spelling. */
static enum lg_status check_name(const struct reader *reader, const char *what,
				 struct lg_ini_span name)
{
	char lower[64];
	size_t i;

	for (i = 0; i < name.len; i++)
		if (!lg_ini_is_word_char(name.at[i]))
			return lg_error_set_at(
				reader->err, LG_ERR_SYNTAX, reader->file,
				reader->line,
				"\"%.*s\" cannot be the name of a %s; names "
				"have a-z, 0-9 and . _ - only",
				lg_ini_shown(name.len), name.at, what);
	for (i = 0; i < name.len; i++) {
		if (i >= sizeof(lower) - 1)
			return lg_error_set_at(reader->err, LG_ERR_UNKNOWN_KEY,
					       reader->file, reader->line,
					       "no %s has a name that long",
					       what);
		lower[i] = lg_ascii_lower(name.at[i]);
	}
	lower[i] = '\0';
	if (memcmp(lower, name.at, name.len))
		return lg_error_set_at(
			reader->err, LG_ERR_UNKNOWN_KEY, reader->file,
			reader->line,
			"unknown %s \"%.*s\"; names are in lower "
			"case: %s",
			what, lg_ini_shown(name.len), name.at, lower);
	return LG_OK;
}

static enum lg_status add_item(struct reader *reader, const char *section,
			       struct lg_ini_span key, struct lg_ini_span value)
{
	struct lg_ini_items *items = reader->items;
	struct lg_ini_item *item;
	enum lg_status status;

	if (items->count >= LG_INI_KEYS_MAX)
		return lg_error_set_at(
			reader->err, LG_ERR_LIMIT, reader->file, reader->line,
			"more than %d keys; long lists belong in an allow_file",
			LG_INI_KEYS_MAX);
	status = lg_grow(&items->item, &items->capacity, items->count,
			 sizeof(*items->item), reader->err);
	if (status != LG_OK)
		return status;
	item = &items->item[items->count];
	*item = (struct lg_ini_item){.section = section,
				     .file = reader->file_copy,
				     .line = reader->line};
	if (key.at) {
		status = lg_list_keep(&items->arena, key.at, key.len,
				      &item->key, reader->err);
		if (status == LG_OK)
			status =
				lg_list_keep(&items->arena, value.at, value.len,
					     &item->value, reader->err);
		if (status != LG_OK)
			return status;
	}
	items->count++;
	return LG_OK;
}

/* Where this section or key stands already; 0: nowhere. */
static size_t stands_at(const struct reader *reader, const char *section,
			struct lg_ini_span key)
{
	for (size_t i = 0; i < reader->items->count; i++) {
		const struct lg_ini_item *item = &reader->items->item[i];

		if (strcmp(item->section, section))
			continue;
		if (!key.at && !item->key)
			return item->line;
		if (key.at && item->key && strlen(item->key) == key.len &&
		    !memcmp(item->key, key.at, key.len))
			return item->line;
	}
	return 0;
}

static enum lg_status read_header(struct reader *reader,
				  struct lg_ini_span line)
{
	static const struct lg_ini_span nothing;
	const char *end = memchr(line.at, ']', line.len);
	struct lg_ini_span name;
	enum lg_status status;
	size_t before;

	if (!end)
		return lg_error_set_at(reader->err, LG_ERR_SYNTAX, reader->file,
				       reader->line,
				       "a section without its ]; write [name]");
	name.at = line.at + 1;
	name.len = (size_t)(end - name.at);
	if (!lg_ini_trimmed(name).len)
		return lg_error_set_at(
			reader->err, LG_ERR_SYNTAX, reader->file, reader->line,
			"a section without a name; write [name]");
	if (line.at + line.len != end + 1)
		return lg_error_set_at(
			reader->err, LG_ERR_SYNTAX, reader->file, reader->line,
			"more text behind [%.*s]; a section's name stands "
			"alone on its line, a comment on a line of its own",
			lg_ini_shown(name.len), name.at);
	status = check_name(reader, "section", name);
	if (status != LG_OK)
		return status;
	status = lg_list_keep(&reader->items->arena, name.at, name.len,
			      &reader->section, reader->err);
	if (status != LG_OK)
		return status;
	before = stands_at(reader, reader->section, nothing);
	if (before)
		return lg_error_set_at(reader->err, LG_ERR_CONFLICT,
				       reader->file, reader->line,
				       "section [%s] stands in line %zu "
				       "already; write all its keys there",
				       reader->section, before);
	return add_item(reader, reader->section, nothing, nothing);
}

static enum lg_status read_key(struct reader *reader, struct lg_ini_span line)
{
	const char *equals = memchr(line.at, '=', line.len);
	struct lg_ini_span name = line;
	struct lg_ini_span text;
	struct lg_ini_span value = {0};
	enum lg_status status;
	struct lg_ini_item item = {.file = reader->file, .line = reader->line};
	size_t before;

	if (!equals)
		return lg_error_set_at(reader->err, LG_ERR_SYNTAX, reader->file,
				       reader->line,
				       "\"%.*s\" is neither [section] nor key "
				       "= value; a comment begins with ;",
				       lg_ini_shown(line.len), line.at);
	name.len = (size_t)(equals - line.at);
	name = lg_ini_trimmed(name);
	if (!name.len)
		return lg_error_set_at(reader->err, LG_ERR_SYNTAX, reader->file,
				       reader->line,
				       "a value without a key; write key = "
				       "value");
	if (!reader->section)
		return lg_error_set_at(reader->err, LG_ERR_SYNTAX, reader->file,
				       reader->line,
				       "key \"%.*s\" before the first section; "
				       "write its [section] above it",
				       lg_ini_shown(name.len), name.at);
	status = check_name(reader, "key", name);
	if (status != LG_OK)
		return status;
	before = stands_at(reader, reader->section, name);
	if (before)
		return lg_error_set_at(
			reader->err, LG_ERR_CONFLICT, reader->file,
			reader->line,
			"%.*s stands in line %zu of this section "
			"already; write it once",
			lg_ini_shown(name.len), name.at, before);
	/* The arena gives the name its NUL for the messages. */
	status = lg_list_keep(&reader->items->arena, name.at, name.len,
			      &item.key, reader->err);
	if (status != LG_OK)
		return status;
	text.at = equals + 1;
	text.len = (size_t)(line.at + line.len - text.at);
	status = lg_ini_value_read(&item, reader->rules, lg_ini_trimmed(text),
				   &value, reader->err);
	if (status != LG_OK)
		return status;
	return add_item(reader, reader->section, name, value);
}

/* iniparser takes any white space at the end for the end of the line. */
static int ends_in_backslash(struct lg_ini_span line)
{
	while (line.len && (lg_ascii_is_blank(line.at[line.len - 1]) ||
			    (line.at[line.len - 1] >= '\n' &&
			     line.at[line.len - 1] <= '\r')))
		line.len--;
	return line.len && line.at[line.len - 1] == '\\';
}

/* A control character outside the quotes of a value. */
static int has_stray_control(struct lg_ini_span line)
{
	char quote = 0;

	for (size_t i = 0; i < line.len; i++) {
		char c = line.at[i];

		if (quote && c == quote)
			quote = 0;
		else if (!quote && (c == '"' || c == '\''))
			quote = c;
		else if (!quote && is_control(c) && c != '\t')
			return 1;
	}
	return 0;
}

static enum lg_status read_line(struct reader *reader, struct lg_ini_span line)
{
	if (line.len > LG_INI_LINE_MAX)
		return lg_error_set_at(
			reader->err, LG_ERR_LIMIT, reader->file, reader->line,
			"the line is longer than %d bytes; long lists belong "
			"in an allow_file",
			LG_INI_LINE_MAX);
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	if (ends_in_backslash(line))
		return lg_error_set_at(reader->err, LG_ERR_SYNTAX, reader->file,
				       reader->line,
				       "a \\ at the end would join the next "
				       "line to this one; write each value on "
				       "one line, without a \\");
	line = lg_ini_trimmed(line);
	if (!line.len || lg_ini_is_comment_start(line.at[0]))
		return LG_OK;
	if (has_stray_control(line))
		return lg_error_set_at(
			reader->err, LG_ERR_SYNTAX, reader->file, reader->line,
			"a control character; write text, blanks "
			"and tabs only");
	if (line.at[0] == '[')
		return read_header(reader, line);
	return read_key(reader, line);
}

/* What no line of a text file holds. */
static enum lg_status check_bytes(const char *text, size_t len,
				  const char *file, struct lg_error *err)
{
	static const struct {
		const char *mark;
		size_t len;
		const char *name;
	} marks[] = {{"\xef\xbb\xbf", 3, "UTF-8 with a"},
		     {"\xff\xfe", 2, "UTF-16 with a"},
		     {"\xfe\xff", 2, "UTF-16 with a"}};
	const char *nul;
	size_t valid;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (len >= marks[i].len &&
		    !memcmp(text, marks[i].mark, marks[i].len))
			return lg_error_set_at(err, LG_ERR_SYNTAX, file, 1,
					       "the file is %s byte-order "
					       "mark; save it as UTF-8 without "
					       "one",
					       marks[i].name);
	nul = len ? memchr(text, '\0', len) : NULL;
	if (nul)
		return lg_error_set_at(
			err, LG_ERR_SYNTAX, file,
			lg_line_at(text, (size_t)(nul - text)),
			"a NUL byte; this is not a text file, save it as "
			"UTF-8");
	valid = lg_utf8_valid(text, len);
	if (valid < len)
		return lg_error_set_at(err, LG_ERR_SYNTAX, file,
				       lg_line_at(text, valid),
				       "byte %02x is not UTF-8; save the file "
				       "as UTF-8",
				       (unsigned char)text[valid]);
	return LG_OK;
}

enum lg_status lg_ini_guard(const char *text, size_t len, const char *file,
			    const struct lg_ini_rules *rules,
			    struct lg_ini_items *out_items,
			    struct lg_error *err)
{
	struct lg_ini_items items = {0};
	struct reader reader = {
		.file = file, .rules = rules, .items = &items, .err = err};
	enum lg_status status = check_bytes(text, len, file, err);
	size_t at = 0;

	if (status == LG_OK)
		status = lg_strlist_add(&items.arena, file, strlen(file), err);
	if (status != LG_OK)
		goto out;
	reader.file_copy = items.arena.item[0];
	while (status == LG_OK && at < len) {
		const char *end = memchr(text + at, '\n', len - at);
		struct lg_ini_span line = {
			text + at, end ? (size_t)(end - text) - at : len - at};

		reader.line++;
		status = read_line(&reader, line);
		at += line.len + 1;
	}
	if (status == LG_OK) {
		*out_items = items;
		items = (struct lg_ini_items){0};
	}
out:
	lg_ini_items_release(&items);
	return status;
}

void lg_ini_items_release(struct lg_ini_items *items)
{
	free(items->item);
	lg_strlist_release(&items->arena);
	*items = (struct lg_ini_items){0};
}
