/* SPDX-License-Identifier: ISC */
/*
 * The value "Disable MAPI Clients". The text is cut at its separators, each
 * item is read into a range of two four-part versions, and the ranges are
 * sorted and merged into disjoint spans of 128-bit numbers, so that a logon
 * costs one binary search. Nothing is skipped: an item that was dropped would
 * let in the very client it was written to block (V9).
 */
#include <stdlib.h>

#include <logongate/version_setting.h>

#include "base/ascii.h"
#include "core/values/version_parts.h"

enum {
	SETTING_MAX = 1 << 20
};

/* A version as one number: parts 0 and 1, parts 2 and 3. */
struct version_key {
	uint64_t high;
	uint64_t low;
};

struct version_span {
	struct version_key from;
	struct version_key to;
	int open_from;
	int open_to;
};

struct lg_version_setting {
	struct lg_version_range *item;
	size_t item_count;
	struct version_span *span;
	struct lg_version_range *merged;
	size_t merged_count;
};

static struct version_key key_of(const struct lg_version *version)
{
	return (struct version_key){
		(uint64_t)version->part[0] << 32 | version->part[1],
		(uint64_t)version->part[2] << 32 | version->part[3]};
}

static struct lg_version version_of(const struct version_key *key)
{
	return (struct lg_version){
		{(uint32_t)(key->high >> 32), (uint32_t)key->high,
		 (uint32_t)(key->low >> 32), (uint32_t)key->low},
		LG_VERSION_FOUR};
}

static int key_compare(const struct version_key *a, const struct version_key *b)
{
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	return 0;
}

static int is_separator(char c)
{
	return c == ',' || c == ';';
}

static int is_all_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!lg_ascii_is_blank(text[i]))
			return 0;
	return 1;
}

static size_t count_items(const char *text, size_t len)
{
	size_t count = 1;

	if (is_all_blank(text, len))
		return 0;
	for (size_t i = 0; i < len; i++)
		count += is_separator(text[i]);
	return count;
}

static enum lg_status read_items(const char *text, size_t len,
				 struct item_text *item,
				 struct lg_version_setting *setting,
				 struct lg_error *err)
{
	size_t begin = 0;

	for (size_t i = 0; i < setting->item_count; i++) {
		size_t end = begin;
		size_t next;
		enum lg_status status;

		while (end < len && !is_separator(text[end]))
			end++;
		next = end + 1;
		while (begin < end && lg_ascii_is_blank(text[begin]))
			begin++;
		while (end > begin && lg_ascii_is_blank(text[end - 1]))
			end--;
		item->text = text + begin;
		item->len = end - begin;
		item->offset = begin;
		status = lg_version_item_read(item, &setting->item[i], err);
		if (status != LG_OK)
			return status;
		begin = next;
	}
	return LG_OK;
}

static int span_compare(const void *a, const void *b)
{
	const struct version_span *first = a;
	const struct version_span *second = b;

	return key_compare(&first->from, &second->from);
}

/* Whether b begins inside a, or with the very next version after it. */
static int span_touches(const struct version_span *a,
			const struct version_span *b)
{
	struct version_key next = a->to;

	if (key_compare(&b->from, &a->to) <= 0)
		return 1;
	if (++next.low == 0)
		next.high++;
	return key_compare(&b->from, &next) == 0;
}

static void merge_items(struct lg_version_setting *setting)
{
	struct version_span *span = setting->span;
	size_t count = 0;

	for (size_t i = 0; i < setting->item_count; i++) {
		const struct lg_version_range *range = &setting->item[i];

		span[i].open_from = !range->from.known;
		span[i].open_to = !range->to.known;
		span[i].from = key_of(&range->from);
		span[i].to = range->to.known ? key_of(&range->to)
					     : (struct version_key){UINT64_MAX,
								    UINT64_MAX};
	}
	if (setting->item_count)
		qsort(span, setting->item_count, sizeof(*span), span_compare);
	for (size_t i = 0; i < setting->item_count; i++) {
		struct version_span *last = count ? &span[count - 1] : NULL;

		if (!last || !span_touches(last, &span[i])) {
			span[count++] = span[i];
			continue;
		}
		last->open_from |= span[i].open_from;
		last->open_to |= span[i].open_to;
		if (key_compare(&span[i].to, &last->to) > 0)
			last->to = span[i].to;
	}
	for (size_t i = 0; i < count; i++) {
		struct lg_version_range *merged = &setting->merged[i];

		*merged = (struct lg_version_range){0};
		if (!span[i].open_from)
			merged->from = version_of(&span[i].from);
		if (!span[i].open_to)
			merged->to = version_of(&span[i].to);
	}
	setting->merged_count = count;
}

enum lg_status lg_version_setting_parse(const char *text, size_t len,
					enum lg_version_form form,
					const char *place,
					struct lg_version_setting **out_setting,
					struct lg_error *err)
{
	struct item_text item = {.place = place, .form = form};
	struct lg_version_setting *setting = NULL;
	size_t room;
	enum lg_status status;

	if (len > SETTING_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, place,
				    "the setting has %zu bytes; at most %d are "
				    "read",
				    len, SETTING_MAX);
	setting = calloc(1, sizeof(*setting));
	if (!setting)
		goto no_memory;
	setting->item_count = count_items(text, len);
	room = setting->item_count ? setting->item_count : 1;
	setting->item = calloc(room, sizeof(*setting->item));
	setting->span = calloc(room, sizeof(*setting->span));
	setting->merged = calloc(room, sizeof(*setting->merged));
	if (!setting->item || !setting->span || !setting->merged)
		goto no_memory;
	status = read_items(text, len, &item, setting, err);
	if (status != LG_OK)
		goto out;
	merge_items(setting);
	*out_setting = setting;
	setting = NULL;
	goto out;
no_memory:
	status = lg_error_set(err, LG_ERR_NO_MEMORY, place, "out of memory");
out:
	lg_version_setting_free(&setting);
	return status;
}

void lg_version_setting_free(struct lg_version_setting **setting)
{
	if (!*setting)
		return;
	free((*setting)->item);
	free((*setting)->span);
	free((*setting)->merged);
	free(*setting);
	*setting = NULL;
}

int lg_version_setting_blocks(const struct lg_version_setting *setting,
			      const struct lg_version *version)
{
	struct version_key first = key_of(version);
	struct version_key last = first;
	size_t low = 0;
	size_t high = setting->merged_count;

	switch (version->known) {
	case LG_VERSION_UNKNOWN:
		return 0;
	case LG_VERSION_THREE:
		/* Three parts of a User-Agent stand for every fourth part. */
		first.low &= ~(uint64_t)UINT32_MAX;
		last.low |= UINT32_MAX;
		break;
	case LG_VERSION_FOUR:
		break;
	}
	/* The last span that begins at or before the version's end. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (key_compare(&setting->span[middle].from, &last) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && key_compare(&first, &setting->span[low - 1].to) <= 0;
}

const struct lg_version_range *
lg_version_setting_items(const struct lg_version_setting *setting,
			 size_t *out_count)
{
	*out_count = setting->item_count;
	return setting->item;
}

const struct lg_version_range *
lg_version_setting_merged(const struct lg_version_setting *setting,
			  size_t *out_count)
{
	*out_count = setting->merged_count;
	return setting->merged;
}
