/* SPDX-License-Identifier: ISC */
/*
 * nginx_text.c - putting included files where they are included
 *
 * `nginx -T` names each file in a comment before it prints it, and leaves the
 * include directives as they are. Only whether a word begins a statement is
 * looked at: comments and quoted texts are copied.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#include "app/doors/nginx_text.h"

/* More than anybody has; files that include each other end here. */
#define DEPTH_MAX 16
#define WRITTEN_MAX 10000

static const char mark[] = "# configuration file ";

struct part {
	const char *path;
	size_t path_len;
	const char *text;
	size_t len;
};

struct parts {
	struct part *part;
	size_t count;
	size_t capacity;
	size_t folder_len; /* of the first path, with its slash */
	size_t written;
};

/* The next line that names a file, or NULL. */
static const char *mark_find(const char *from, const char *end)
{
	const char *at = from;

	while ((at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1))) {
		if (at == from || at[-1] == '\n')
			return at;
		at++;
	}
	return NULL;
}

static size_t folder_length(const struct part *part)
{
	size_t len = part->path_len;

	while (len && part->path[len - 1] != '/')
		len--;
	return len;
}

static enum lg_status parts_read(const char *text, size_t len,
				 struct parts *parts, struct lg_error *err)
{
	const char *end = text + len;
	const char *at = mark_find(text, end);
	const char *line, *next;
	struct part *more;

	while (at) {
		line = memchr(at, '\n', (size_t)(end - at));
		if (!line)
			break;
		if (lg_grow(&parts->part, &parts->capacity, parts->count,
			    sizeof(*parts->part), err) != LG_OK)
			return LG_ERR_NO_MEMORY;
		next = mark_find(line + 1, end);
		more = &parts->part[parts->count++];
		more->path = at + sizeof(mark) - 1;
		more->path_len = (size_t)(line - more->path);
		if (more->path_len && line[-1] == ':')
			more->path_len--;
		more->text = line + 1;
		more->len = (size_t)((next ? next : end) - more->text);
		at = next;
	}
	if (parts->count)
		parts->folder_len = folder_length(&parts->part[0]);
	return LG_OK;
}

static enum lg_status part_write(struct parts *parts, const struct part *part,
				 int depth, struct lg_buffer *out,
				 struct lg_error *err);

/* Everything that the word of an include directive names. */
static enum lg_status include_write(struct parts *parts, const char *word,
				    size_t len, int depth,
				    struct lg_buffer *out, struct lg_error *err)
{
	struct lg_buffer pattern = {0}, path = {0};
	enum lg_status status;

	if (!len || *word != '/')
		lg_buffer_append(&pattern, parts->part[0].path,
				 parts->folder_len);
	lg_buffer_append(&pattern, word, len);
	status = lg_buffer_status(&pattern, err);
	for (size_t i = 0; status == LG_OK && i < parts->count; i++) {
		lg_buffer_clear(&path);
		lg_buffer_append(&path, parts->part[i].path,
				 parts->part[i].path_len);
		status = lg_buffer_status(&path, err);
		if (status == LG_OK &&
		    fnmatch(pattern.data, path.data, FNM_PATHNAME) == 0)
			status = part_write(parts, &parts->part[i], depth + 1,
					    out, err);
	}
	lg_buffer_release(&pattern);
	lg_buffer_release(&path);
	return status;
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Behind the word at p, which may be quoted or escaped. */
static const char *word_end(const char *p, const char *end)
{
	char quote = 0;

	if (p < end && (*p == '"' || *p == '\''))
		quote = *p++;
	for (; p < end; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (quote ? *p == quote
			       : is_blank(*p) || strchr(";{}", *p) != NULL)
			break;
	}
	return quote && p < end ? p + 1 : p;
}

/* The one argument of "include WORD;" at p, or NULL. */
static const char *include_find(const char *p, const char *end, size_t *out_len,
				const char **out_rest)
{
	static const char name[] = "include";
	const char *word, *stop;

	if ((size_t)(end - p) < sizeof(name) ||
	    memcmp(p, name, sizeof(name) - 1) != 0 ||
	    !is_blank(p[sizeof(name) - 1]))
		return NULL;
	word = p + sizeof(name);
	while (word < end && is_blank(*word))
		word++;
	stop = word_end(word, end);
	*out_rest = stop;
	while (*out_rest < end && is_blank(**out_rest))
		(*out_rest)++;
	if (*out_rest == end || **out_rest != ';')
		return NULL;
	(*out_rest)++;
	if (stop - word >= 2 && (*word == '"' || *word == '\'')) {
		word++;
		stop--;
	}
	*out_len = (size_t)(stop - word);
	return word;
}

static enum lg_status part_write(struct parts *parts, const struct part *part,
				 int depth, struct lg_buffer *out,
				 struct lg_error *err)
{
	const char *p = part->text, *end = part->text + part->len;
	enum lg_status status = LG_OK;
	int begins = 1;

	if (depth > DEPTH_MAX || ++parts->written > WRITTEN_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, "nginx -T",
				    "files include each other");
	while (status == LG_OK && p < end) {
		const char *start = p, *word, *rest;
		size_t len;

		if (*p == '#') {
			p = memchr(p, '\n', (size_t)(end - p));
			p = p ? p : end;
		} else if (is_blank(*p)) {
			p++;
		} else if (strchr(";{}", *p)) {
			p++;
			begins = 1;
		} else if (begins &&
			   (word = include_find(p, end, &len, &rest))) {
			status = include_write(parts, word, len, depth, out,
					       err);
			start = p = rest;
			lg_buffer_char(out, '\n');
		} else {
			p = word_end(p, end);
			begins = 0;
		}
		lg_buffer_append(out, start, (size_t)(p - start));
	}
	return status;
}

enum lg_status lg_nginx_text(const char *text, size_t len,
			     struct lg_buffer *out_text, struct lg_error *err)
{
	struct parts parts = {0};
	enum lg_status status;

	status = parts_read(text, len, &parts, err);
	if (status == LG_OK && parts.count)
		status = part_write(&parts, &parts.part[0], 0, out_text, err);
	else if (status == LG_OK)
		lg_buffer_append(out_text, text, len);
	if (status == LG_OK)
		status = lg_buffer_status(out_text, err);
	free(parts.part);
	return status;
}
