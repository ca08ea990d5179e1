/* SPDX-License-Identifier: ISC */
/*
 * Finds an item in the table of what is known, or the name that was probably
 * meant: the one with the smallest edit distance (insert, delete, replace,
 * swap neighbours), and for a key that another section knows that section.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "adapters/ini/known.h"

enum {
	NAME_MAX_LEN = 63 /* beyond it only the beginning is compared */
};

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

static size_t distance(const char *a, const char *b)
{
	size_t row[3][NAME_MAX_LEN + 1];
	size_t a_len = strnlen(a, NAME_MAX_LEN);
	size_t b_len = strnlen(b, NAME_MAX_LEN);

	for (size_t j = 0; j <= b_len; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *now = row[i % 3];
		const size_t *before = row[(i + 2) % 3];
		const size_t *earlier = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			now[j] = smallest(before[j] + 1, now[j - 1] + 1,
					  before[j - 1] +
						  (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && earlier[j - 2] + 1 < now[j])
				now[j] = earlier[j - 2] + 1;
		}
	}
	return row[a_len % 3][b_len];
}

const char *lg_ini_nearest(const char *text, const char *const *names,
			   size_t count)
{
	const char *best = names[0];
	size_t best_distance = SIZE_MAX;

	for (size_t i = 0; i < count; i++) {
		size_t d = distance(text, names[i]);

		if (d < best_distance) {
			best_distance = d;
			best = names[i];
		}
	}
	return best;
}

static int matches(const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	if (len && pattern[len - 1] == '.')
		return !strncmp(pattern, name, len) && name[len];
	return !strcmp(pattern, name);
}

static const struct lg_ini_known *known_at(const struct lg_ini_table *table,
					   size_t i)
{
	return (const void *)((const char *)table->row + i * table->size);
}

/* What stands for the names that a section or key takes behind its end. */
static const char *any_behind(const char *pattern, const char *name)
{
	return pattern[strlen(pattern) - 1] == '.' ? name : "";
}

static enum lg_status unknown_section(const struct lg_ini_table *table,
				      const struct lg_ini_item *item,
				      struct lg_error *err)
{
	const char *best = known_at(table, 0)->section;

	for (size_t i = 1; i < table->count; i++) {
		const char *section = known_at(table, i)->section;

		if (distance(item->section, section) <
		    distance(item->section, best))
			best = section;
	}
	return lg_error_set_at(err, LG_ERR_UNKNOWN_KEY, item->file, item->line,
			       "unknown section [%s]; the nearest is [%s%s]",
			       item->section, best, any_behind(best, "NAME"));
}

static enum lg_status unknown_key(const struct lg_ini_table *table,
				  const struct lg_ini_item *item,
				  struct lg_error *err)
{
	const char *best = NULL;

	for (size_t i = 0; i < table->count; i++) {
		const struct lg_ini_known *known = known_at(table, i);

		if (matches(known->key, item->key))
			return lg_error_set_at(
				err, LG_ERR_UNKNOWN_KEY, item->file, item->line,
				"unknown key \"%s\" in [%s]; it belongs in "
				"[%s%s]",
				item->key, item->section, known->section,
				any_behind(known->section, "NAME"));
	}
	for (size_t i = 0; i < table->count; i++) {
		const struct lg_ini_known *known = known_at(table, i);

		if (matches(known->section, item->section) &&
		    (!best || distance(item->key, known->key) <
				      distance(item->key, best)))
			best = known->key;
	}
	return lg_error_set_at(
		err, LG_ERR_UNKNOWN_KEY, item->file, item->line,
		"unknown key \"%s\" in [%s]; the nearest is %s%s", item->key,
		item->section, best,
		any_behind(best, strcmp(best, "refused.") ? "1" : "de"));
}

enum lg_status lg_ini_known_find(const struct lg_ini_table *table,
				 const struct lg_ini_item *item,
				 const void **out_row, struct lg_error *err)
{
	int section_is_known = 0;

	for (size_t i = 0; i < table->count; i++) {
		const struct lg_ini_known *known = known_at(table, i);

		if (!matches(known->section, item->section))
			continue;
		section_is_known = 1;
		if (item->key && !matches(known->key, item->key))
			continue;
		*out_row = known;
		return LG_OK;
	}
	if (!section_is_known)
		return unknown_section(table, item, err);
	return unknown_key(table, item, err);
}

enum lg_status lg_ini_wrong(const struct lg_ini_item *item,
			    enum lg_status status, struct lg_error *err,
			    const char *format, ...)
{
	char text[2 * sizeof(err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return lg_error_set_at(err, status, item->file, item->line, "%s: %s",
			       item->key, text);
}

enum lg_status lg_ini_told(const struct lg_ini_item *item,
			   enum lg_status status, const struct lg_error *told,
			   struct lg_error *err)
{
	if (status == LG_OK)
		return LG_OK;
	if (status == LG_ERR_NO_MEMORY)
		return lg_no_memory(err);
	return lg_ini_wrong(item, status, err, "%s", told->text);
}

enum lg_status lg_ini_split(const struct lg_ini_item *place, const char *text,
			    struct lg_strlist *out_items, struct lg_error *err)
{
	const char *at = text;
	enum lg_status status = LG_OK;

	if (!text[strspn(text, " \t")])
		return LG_OK;
	while (status == LG_OK) {
		size_t len;
		size_t whole;

		at += strspn(at, " \t");
		whole = strcspn(at, ",");
		len = whole;
		while (len && (at[len - 1] == ' ' || at[len - 1] == '\t'))
			len--;
		if (!len)
			return lg_ini_wrong(
				place, LG_ERR_SYNTAX, err,
				"an empty item; write \"one, two\"");
		status = lg_strlist_add(out_items, at, len, err);
		at += whole;
		if (!*at)
			break;
		at++;
	}
	return status;
}

void lg_ini_path(const struct lg_ini_item *item, const char *path,
		 struct lg_buffer *out_path)
{
	const char *slash = strrchr(item->file, '/');

	if (*path && *path != '/' && slash)
		lg_buffer_append(out_path, item->file,
				 (size_t)(slash - item->file) + 1);
	lg_buffer_text(out_path, path);
}

/* Letters beyond ASCII may stand in a domain; what ends a logon name's domain
 * or belongs to a pattern may not. */
int lg_mail_domain_valid(const char *text)
{
	static const char never[] = "@:\\/*?()<>\" \t";
	size_t i;

	for (i = 0; text[i]; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f ||
		    strchr(never, text[i]))
			return 0;
	return i && text[0] != '.' && text[i - 1] != '.';
}
