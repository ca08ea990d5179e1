/* SPDX-License-Identifier: ISC */
/*
 * ldif_index.c - which entries have a text
 *
 * One open-addressing table for all kinds of keys, at most half full. Equal
 * texts stand behind each other in the order they were added, which is the
 * order of the file; a look-up goes on to the first free slot.
 */
#include "ldif_index.h"

#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>
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

static enum lg_status grow(struct lg_ldif_entries *entries,
			   struct lg_error *err)
{
	size_t want = entries->slot_count ? entries->slot_count * 2 : 1024;
	struct lg_ldif_slot *slot = calloc(want, sizeof(*slot));

	if (!slot)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
	/* From a free slot on, so that equal texts keep their order. */
	for (size_t i = 0, start = 0; i < entries->slot_count; i++) {
		struct lg_ldif_slot *from;
		size_t to;

		if (i == 0)
			while (entries->slot[start].text)
				start++;
		from = &entries->slot[(start + i) & (entries->slot_count - 1)];
		if (!from->text)
			continue;
		to = (size_t)from->hash & (want - 1);
		while (slot[to].text)
			to = (to + 1) & (want - 1);
		slot[to] = *from;
	}
	free(entries->slot);
	entries->slot = slot;
	entries->slot_count = want;
	return LG_OK;
}

enum lg_status lg_ldif_index_add(struct lg_ldif_entries *entries,
				 enum lg_ldif_key key, const char *text,
				 size_t len, size_t entry, struct lg_error *err)
{
	struct lg_buffer *folded = &entries->scratch;
	enum lg_status status = LG_OK;
	uint64_t hash;
	size_t at;

	if (entries->slot_used * 2 >= entries->slot_count)
		status = grow(entries, err);
	lg_buffer_clear(folded);
	if (status == LG_OK)
		status = fold(key, text, len, folded, err);
	if (status != LG_OK)
		return status;
	hash = hash_of(key, folded);
	at = (size_t)hash & (entries->slot_count - 1);
	while (entries->slot[at].text)
		at = (at + 1) & (entries->slot_count - 1);
	entries->slot[at] = (struct lg_ldif_slot){
		.hash = hash,
		.text = text,
		.len = (uint32_t)len,
		.entry = (uint32_t)entry,
		.key = key,
	};
	entries->slot_used++;
	return LG_OK;
}

enum lg_status lg_ldif_entries_find(const struct lg_ldif_entries *entries,
				    enum lg_ldif_key key, const char *text,
				    size_t len,
				    void (*visit)(void *context, size_t entry),
				    void *context, struct lg_error *err)
{
	struct lg_buffer asked = {0};
	struct lg_buffer there = {0};
	size_t last = SIZE_MAX;
	uint64_t hash;
	enum lg_status status = fold(key, text, len, &asked, err);

	if (status != LG_OK || entries->slot_count == 0)
		goto out;
	hash = hash_of(key, &asked);
	for (size_t at = (size_t)hash & (entries->slot_count - 1);
	     entries->slot[at].text;
	     at = (at + 1) & (entries->slot_count - 1)) {
		const struct lg_ldif_slot *slot = &entries->slot[at];

		/* All texts of one entry were added one after the other. */
		if (slot->hash != hash || slot->key != key ||
		    slot->entry == last)
			continue;
		lg_buffer_clear(&there);
		status = fold(key, slot->text, slot->len, &there, err);
		if (status != LG_OK)
			goto out;
		if (there.len != asked.len ||
		    (asked.len &&
		     memcmp(there.data, asked.data, asked.len) != 0))
			continue;
		last = slot->entry;
		visit(context, last);
	}
out:
	lg_buffer_release(&there);
	lg_buffer_release(&asked);
	return status;
}
