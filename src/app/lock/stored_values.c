/* SPDX-License-Identifier: ISC */
/*
 * stored_values.c - values to registry.reg and back
 *
 * List files are named by the SHA-256 of their content: a list that was
 * written once is never written over, an older record or back-up finds the
 * list it was made with, and one that was damaged is known by its name.
 */
#include "app/lock/stored_values.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"

#define LISTS "lists/"
#define END "; logongate: end of "
#define LIST_MAX_COUNT 1000
#define LIST_MAX_BYTES 65536

static int is_long(const struct lg_value *value)
{
	size_t bytes = 0;

	if (value->type != LG_REG_MULTI_SZ)
		return 0;
	for (size_t i = 0; i < value->list.count && bytes <= LIST_MAX_BYTES;
	     i++)
		bytes += strlen(value->list.item[i]) + 1;
	return value->list.count > LIST_MAX_COUNT || bytes > LIST_MAX_BYTES;
}

/* One DN a line; a DN with a line end cannot stand there. */
static int fits_lines(const struct lg_strlist *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (strchr(list->item[i], '\n') || !*list->item[i])
			return 0;
	return 1;
}

/* A list that was written once is not written again, unless something
 * happened to it. */
static int is_written(const struct lg_files *files, const char *name,
		      const struct lg_buffer *text)
{
	struct lg_buffer found = {0};
	uint64_t size = 0;
	int is;

	is = files->size(files->self, name, &size, NULL) == LG_OK &&
	     size == text->len &&
	     files->read(files->self, name, &found, NULL) == LG_OK &&
	     lg_files_same(&found, text);
	lg_buffer_release(&found);
	return is;
}

static enum lg_status write_list(const struct lg_files *files,
				 const struct lg_strlist *list,
				 char out_digest[LG_DIGEST_SIZE],
				 struct lg_error *err)
{
	struct lg_buffer text = {0};
	char name[sizeof(LISTS) + LG_DIGEST_SIZE + 4];
	enum lg_status status;

	for (size_t i = 0; i < list->count; i++) {
		lg_buffer_text(&text, list->item[i]);
		lg_buffer_char(&text, '\n');
	}
	status = lg_buffer_status(&text, err);
	if (status == LG_OK)
		status = lg_files_digest(files, &text, out_digest, err);
	if (status == LG_OK)
		snprintf(name, sizeof(name), LISTS "%s.txt", out_digest);
	if (status == LG_OK && !is_written(files, name, &text))
		status = lg_files_put(files, name, &text, err);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status read_list(const struct lg_files *files,
				const char *digest, struct lg_strlist *out_list,
				struct lg_error *err)
{
	struct lg_buffer text = {0};
	char name[sizeof(LISTS) + LG_DIGEST_SIZE + 4];
	char found[LG_DIGEST_SIZE];
	enum lg_status status;
	size_t at = 0;

	if (strlen(digest) != LG_DIGEST_SIZE - 1 ||
	    strspn(digest, LG_HEX_DIGITS) != LG_DIGEST_SIZE - 1)
		return lg_error_set(
			err, LG_ERR_SYNTAX, LG_VALUE_LOGON_ONLY_AS_FILE,
			"\"%s\" is not the SHA-256 of a list", digest);
	snprintf(name, sizeof(name), LISTS "%s.txt", digest);
	status = files->read(files->self, name, &text, err);
	if (status == LG_ERR_UNKNOWN_KEY)
		status = LG_ERR_IO;
	if (status != LG_OK)
		goto out;
	status = lg_files_digest(files, &text, found, err);
	if (status == LG_OK && strcmp(found, digest))
		status = lg_error_set(err, LG_ERR_IO, name,
				      "is not the list that was written: its "
				      "SHA-256 is another");
	while (status == LG_OK && at < text.len) {
		const char *line = text.data + at;
		const char *end = memchr(line, '\n', text.len - at);
		size_t len = end ? (size_t)(end - line) : text.len - at;

		status = lg_strlist_add(out_list, line, len, err);
		at += len + 1;
	}
out:
	lg_buffer_release(&text);
	return status;
}

/* The lists that are kept in files: two values may share one, a DN begins
 * with "/" and a logon name does not. */
static const struct {
	const char *file;
	const char *dns;
	const char *users; /* NULL: DNs alone */
} kept[] = {
	{LG_VALUE_LOGON_ONLY_AS_FILE, LG_VALUE_LOGON_ONLY_AS, NULL},
	{LG_VALUE_APPLIES_TO_FILE, LG_VALUE_APPLIES_TO,
	 LG_VALUE_APPLIES_TO_USERS},
};
#define KEPT (sizeof(kept) / sizeof(*kept))

static const struct lg_value *find(const struct lg_registry *values,
				   const char *name)
{
	return name ? lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM, name)
		    : NULL;
}

/* What of a list can be told apart again in a file. */
static int fits_kind(const struct lg_value *value, int dns)
{
	for (size_t i = 0; value && i < value->list.count; i++)
		if ((value->list.item[i][0] == '/') != dns)
			return 0;
	return 1;
}

static int is_kept(const struct lg_registry *values, size_t which)
{
	const struct lg_value *dns = find(values, kept[which].dns);
	const struct lg_value *users = find(values, kept[which].users);

	if (!(dns && is_long(dns)) && !(users && is_long(users)))
		return 0;
	if ((dns && !fits_lines(&dns->list)) ||
	    (users && !fits_lines(&users->list)))
		return 0;
	return !kept[which].users || (fits_kind(dns, 1) && fits_kind(users, 0));
}

static enum lg_status shorten_one(const struct lg_files *files,
				  const struct lg_registry *values,
				  size_t which, struct lg_registry *shorter,
				  struct lg_error *err)
{
	const struct lg_value *dns = find(values, kept[which].dns);
	const struct lg_value *users = find(values, kept[which].users);
	struct lg_strlist all = {0};
	char digest[LG_DIGEST_SIZE];
	enum lg_status status = LG_OK;

	if (dns)
		status = lg_strlist_add_all(&all, &dns->list, err);
	if (status == LG_OK && users)
		status = lg_strlist_add_all(&all, &users->list, err);
	if (status == LG_OK)
		status = write_list(files, &all, digest, err);
	if (status == LG_OK)
		status = lg_registry_set_text(shorter, LG_KEY_PARAMETERS_SYSTEM,
					      kept[which].file, digest, err);
	lg_strlist_release(&all);
	return status;
}

/* *out_short is a copy with the files' names where lists are long, or NULL
 * where values can stand as they are. */
static enum lg_status shorten(const struct lg_files *files,
			      const struct lg_registry *values,
			      struct lg_registry **out_short,
			      struct lg_error *err)
{
	struct lg_registry *copy = NULL;
	enum lg_status status = LG_OK;
	int is[KEPT];
	int any = 0;

	*out_short = NULL;
	for (size_t k = 0; k < KEPT; k++)
		any |= is[k] = is_kept(values, k);
	if (!any)
		return LG_OK;
	status = lg_registry_new(&copy, err);
	for (size_t i = 0; status == LG_OK && i < lg_registry_count(values);
	     i++) {
		const struct lg_value *value = lg_registry_at(values, i);
		int in_file = 0;

		/* A blank list beside a long one could not be told from none
		 * there. */
		for (size_t k = 0; k < KEPT; k++)
			in_file |= is[k] &&
				   (value == find(values, kept[k].dns) ||
				    value == find(values, kept[k].users)) &&
				   value->list.count;
		if (!in_file)
			status = lg_registry_set(copy, value, err);
	}
	for (size_t k = 0; status == LG_OK && k < KEPT; k++)
		if (is[k])
			status = shorten_one(files, values, k, copy, err);
	if (status != LG_OK)
		lg_registry_free(&copy);
	*out_short = copy;
	return status;
}

enum lg_status lg_stored_values_render(const struct lg_files *files,
				       const struct lg_registry *values,
				       struct lg_buffer *out_text,
				       struct lg_error *err)
{
	struct lg_registry *stored = NULL;
	enum lg_status status = shorten(files, values, &stored, err);

	if (status != LG_OK)
		return status;
	status = lg_reg_text_render(stored ? stored : values,
				    LG_REG_ENCODING_UTF8, out_text, err);
	if (status == LG_OK) {
		lg_buffer_format(out_text, END "%zu values\n",
				 lg_registry_count(stored ? stored : values));
		status = lg_buffer_status(out_text, err);
	}
	lg_registry_free(&stored);
	return status;
}

/* What the last line says: -1 where it is no end comment. */
static long long stated_count(const char *text, size_t len)
{
	const char *line;
	long long count = 0;
	size_t at;

	if (!len || text[len - 1] != '\n')
		return -1;
	for (line = text + len - 1; line > text && line[-1] != '\n'; line--)
		;
	at = strlen(END);
	if ((size_t)(text + len - line) <= at || memcmp(line, END, at))
		return -1;
	for (line += at; *line >= '0' && *line <= '9' && count < 1000000000;
	     line++)
		count = count * 10 + (*line - '0');
	return count;
}

static enum lg_status lengthen_one(const struct lg_files *files,
				   struct lg_registry *values, size_t which,
				   struct lg_error *err)
{
	const struct lg_value *value = find(values, kept[which].file);
	struct lg_strlist list = {0};
	struct lg_strlist dns = {0};
	struct lg_strlist users = {0};
	enum lg_status status;

	if (!value)
		return LG_OK;
	if (value->type != LG_REG_SZ)
		return lg_error_set(err, LG_ERR_SYNTAX, value->name,
				    "is not a REG_SZ");
	status = read_list(files, value->text, &list, err);
	for (size_t i = 0; status == LG_OK && i < list.count; i++) {
		int is_user = kept[which].users && list.item[i][0] != '/';

		status = lg_strlist_add(is_user ? &users : &dns, list.item[i],
					strlen(list.item[i]), err);
	}
	if (status == LG_OK && (dns.count || !kept[which].users))
		status = lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
					      kept[which].dns, &dns, err);
	if (status == LG_OK && users.count)
		status = lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
					      kept[which].users, &users, err);
	if (status == LG_OK)
		lg_registry_delete(values, LG_KEY_PARAMETERS_SYSTEM,
				   kept[which].file);
	lg_strlist_release(&list);
	lg_strlist_release(&dns);
	lg_strlist_release(&users);
	return status;
}

static enum lg_status lengthen(const struct lg_files *files,
			       struct lg_registry *values, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < KEPT; i++)
		status = lengthen_one(files, values, i, err);
	return status;
}

enum lg_status lg_stored_values_parse(const struct lg_files *files,
				      const char *text, size_t len,
				      const char *place, enum lg_stored_end end,
				      struct lg_registry **out_values,
				      struct lg_error *err)
{
	long long stated = stated_count(text, len);
	struct lg_registry *values = NULL;
	enum lg_status status;

	if (stated < 0 && end == LG_STORED_END_REQUIRED)
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "does not end in its last line; it was "
				    "cut off, or written by something else");
	status = lg_reg_text_parse(text, len, place, NULL, &values, err);
	if (status == LG_OK && stated >= 0 &&
	    (size_t)stated != lg_registry_count(values))
		status = lg_error_set(err, LG_ERR_SYNTAX, place,
				      "has %zu values where its last line "
				      "says %lld",
				      lg_registry_count(values), stated);
	if (status == LG_OK)
		status = lengthen(files, values, err);
	if (status != LG_OK)
		lg_registry_free(&values);
	else
		*out_values = values;
	return status;
}

enum lg_status lg_stored_values_read(const struct lg_files *files,
				     const char *name, enum lg_stored_end end,
				     struct lg_registry **out_values,
				     char *out_digest, struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status = files->read(files->self, name, &text, err);

	if (status == LG_OK)
		status = lg_stored_values_parse(
			files, text.data ? text.data : "", text.len, name, end,
			out_values, err);
	if (status == LG_OK && out_digest)
		status = lg_files_digest(files, &text, out_digest, err);
	lg_buffer_release(&text);
	return status;
}

int lg_stored_values_equal(const struct lg_registry *a,
			   const struct lg_registry *b)
{
	size_t count = lg_registry_count(a);

	if (count != lg_registry_count(b))
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (!lg_registry_has(b, lg_registry_at(a, i)))
			return 0;
	}
	return 1;
}
