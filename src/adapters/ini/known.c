/* SPDX-License-Identifier: ISC */
/*
 * Finds an item in the table of what is known, or the name that was probably
 * meant: the one with the smallest edit distance (insert, delete, replace,
 * swap neighbours), and for a key that another section knows that section.
 */
#include <stdint.h>
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

static enum lg_status unknown_section(const struct lg_ini_known *known,
				      size_t count,
				      const struct lg_ini_item *item,
				      struct lg_error *err)
{
	const char *best = known[0].section;

	for (size_t i = 1; i < count; i++)
		if (distance(item->section, known[i].section) <
		    distance(item->section, best))
			best = known[i].section;
	return lg_error_set_at(err, LG_ERR_UNKNOWN_KEY, item->file, item->line,
			       "unknown section [%s]; the nearest is [%s%s]",
			       item->section, best,
			       best[strlen(best) - 1] == '.' ? "NAME" : "");
}

static enum lg_status unknown_key(const struct lg_ini_known *known,
				  size_t count, const struct lg_ini_item *item,
				  struct lg_error *err)
{
	const char *best = NULL;

	for (size_t i = 0; i < count; i++)
		if (matches(known[i].key, item->key))
			return lg_error_set_at(
				err, LG_ERR_UNKNOWN_KEY, item->file, item->line,
				"unknown key \"%s\" in [%s]; it belongs in "
				"[%s%s]",
				item->key, item->section, known[i].section,
				known[i].section[strlen(known[i].section) -
						 1] == '.'
					? "NAME"
					: "");
	for (size_t i = 0; i < count; i++)
		if (matches(known[i].section, item->section) &&
		    (!best || distance(item->key, known[i].key) <
				      distance(item->key, best)))
			best = known[i].key;
	return lg_error_set_at(err, LG_ERR_UNKNOWN_KEY, item->file, item->line,
			       "unknown key \"%s\" in [%s]; the nearest is "
			       "%s%s",
			       item->key, item->section, best,
			       best[strlen(best) - 1] != '.' ? ""
			       : !strcmp(best, "refused.")   ? "de"
							     : "1");
}

enum lg_status lg_ini_known_find(const struct lg_ini_known *known, size_t count,
				 const struct lg_ini_item *item,
				 size_t *out_index, struct lg_error *err)
{
	int section_is_known = 0;

	for (size_t i = 0; i < count; i++) {
		if (!matches(known[i].section, item->section))
			continue;
		section_is_known = 1;
		if (item->key && !matches(known[i].key, item->key))
			continue;
		*out_index = i;
		return LG_OK;
	}
	if (!section_is_known)
		return unknown_section(known, count, item, err);
	return unknown_key(known, count, item, err);
}
