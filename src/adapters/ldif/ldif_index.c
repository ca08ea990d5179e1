/* SPDX-License-Identifier: ISC */
/*
 * ldif_index.c - which entries have a text
 *
 * One table for all kinds of keys. Equal texts are found in the order they were
 * added, which is the order of the file.
 */
#include "ldif_entries.h"

#include <string.h>

#include <logongate/dn.h>
#include "base/grow.h"
#include "core/values/match.h"
#include "core/values/name.h"

/* The form under which texts of a kind are equal. */
static enum lg_status fold(enum lg_ldif_key key, const char *text, size_t len,
			   struct lg_buffer *out, struct lg_error *err)
{
	switch (key) {
	case LG_LDIF_BY_ENTRY:
		return lg_ldif_fold_entry_dn(text, len, out, err);
	case LG_LDIF_BY_DN:
	case LG_LDIF_BY_X500:
		return lg_match_fold(text, len, out, err);
	case LG_LDIF_BY_LOGIN:
		return lg_name_fold(text, len, out, err);
	}
	return LG_ERR_BUG;
}

static uint64_t hash_of(enum lg_ldif_key key, const struct lg_buffer *folded)
{
	uint64_t hash =
		lg_dn_hash(folded->len ? folded->data : "", folded->len);

	return hash ^ (uint64_t)key * UINT64_C(0x9e3779b97f4a7c15);
}

enum lg_status lg_ldif_index_add(struct lg_ldif_entries *entries,
				 enum lg_ldif_key key, const char *text,
				 size_t len, size_t entry, struct lg_error *err)
{
	struct lg_buffer *folded = &entries->scratch;
	size_t count = entries->by_hash.count;
	enum lg_status status = lg_place_index_reserve(&entries->by_hash, err);

	if (status == LG_OK)
		status = lg_grow(&entries->text, &entries->text_capacity, count,
				 sizeof(*entries->text), err);
	lg_buffer_clear(folded);
	if (status == LG_OK)
		status = fold(key, text, len, folded, err);
	if (status != LG_OK)
		return status;
	entries->text[count] = (struct lg_ldif_key_text){
		.text = text,
		.len = (uint32_t)len,
		.entry = (uint32_t)entry,
		.key = key,
	};
	lg_place_index_add(&entries->by_hash, hash_of(key, folded));
	return LG_OK;
}

struct search {
	const struct lg_ldif_entries *entries;
	enum lg_ldif_key key;
	const struct lg_buffer *asked;
	struct lg_buffer there;
	size_t last;
	void (*visit)(void *context, size_t entry);
	void *context;
	enum lg_status status;
	struct lg_error *err;
};

/* Tells of an equal text; 1 ends the search. */
static int look_at(const void *context, size_t place)
{
	struct search *search = *(struct search *const *)context;
	const struct lg_ldif_key_text *is = &search->entries->text[place];

	/* All texts of one entry were added one after the other. */
	if (is->key != search->key || is->entry == search->last)
		return 0;
	lg_buffer_clear(&search->there);
	search->status =
		fold(is->key, is->text, is->len, &search->there, search->err);
	if (search->status != LG_OK)
		return 1;
	if (search->there.len != search->asked->len ||
	    (search->asked->len > 0 &&
	     memcmp(search->there.data, search->asked->data,
		    search->asked->len) != 0))
		return 0;
	search->last = is->entry;
	search->visit(search->context, search->last);
	return 0;
}

enum lg_status lg_ldif_entries_find(const struct lg_ldif_entries *entries,
				    enum lg_ldif_key key, const char *text,
				    size_t len,
				    void (*visit)(void *context, size_t entry),
				    void *context, struct lg_error *err)
{
	struct lg_buffer asked = {0};
	struct search search = {
		.entries = entries,
		.key = key,
		.asked = &asked,
		.last = SIZE_MAX,
		.visit = visit,
		.context = context,
		.err = err,
	};
	struct search *const there = &search;
	enum lg_status status = fold(key, text, len, &asked, err);

	if (status == LG_OK) {
		lg_place_index_find(&entries->by_hash, hash_of(key, &asked),
				    look_at, &there);
		status = search.status;
	}
	lg_buffer_release(&search.there);
	lg_buffer_release(&asked);
	return status;
}
