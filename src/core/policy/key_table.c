/* SPDX-License-Identifier: ISC */
/*
 * An open-addressing table of eight-byte slots over an arena of records. A
 * slot holds half of the hash, so that a foreign text is nearly never read;
 * the other half finds the slot. At most three quarters are taken: under 22
 * bytes of slots and six of record a key.
 *
 * Texts are folded while they are hashed and again while they are compared,
 * eight bytes at a time. Names beyond plain ASCII go through name.h, whose
 * hash is of the same folded bytes.
 */
#include <stddef.h>
#include <string.h>

/* Inlined: short keys hash faster. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <logongate/buffer.h>
#include <logongate/dn.h>

#include "base/ascii.h"
#include "core/values/name.h"

#include "core/policy/key_table_inside.h"

static uint64_t fold_word(uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t high = UINT64_C(0x8080808080808080);
	uint64_t low = word & ~high;
	uint64_t from_a = low + ones * (0x80 - 'A');
	uint64_t past_z = low + ones * (0x80 - 'Z' - 1);

	return word + ((from_a & ~past_z & ~word & high) >> 2);
}

/* Gives 1 where there are bytes beyond ASCII. */
static inline int fold_ascii(const char *text, size_t len, char *out)
{
	uint64_t seen = 0;
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t word;

		memcpy(&word, text + i, 8);
		seen |= word;
		word = fold_word(word);
		memcpy(out + i, &word, 8);
	}
	for (; i < len; i++) {
		seen |= (unsigned char)text[i];
		out[i] = lg_ascii_lower(text[i]);
	}
	return (seen & UINT64_C(0x8080808080808080)) != 0;
}

/* What is cut from a name before it is compared. */
static int has_prefix(const char *text, size_t len)
{
	return len && (memchr(text, '\\', len) || memchr(text, ':', len));
}

/* 0 where the text is not folded on the stack: it is long, or a name beyond
 * ASCII, with a prefix or a domain. */
static int fold_short(const struct lg_key_table *table, const char *text,
		      size_t len, char out[LG_KEY_SHORT])
{
	int is_wide;

	if (len > LG_KEY_SHORT)
		return 0;
	is_wide = fold_ascii(text, len, out);
	return table->kind == LG_KEY_DN || (!is_wide && !has_prefix(text, len));
}

static uint64_t hash_key(const struct lg_key_table *table, const char *text,
			 size_t len)
{
	char folded[LG_KEY_SHORT] __attribute__((uninitialized));

	if (fold_short(table, text, len, folded))
		return XXH3_64bits(folded, len);
	return table->kind == LG_KEY_DN ? lg_dn_hash(text, len)
					: lg_name_hash(text, len);
}

const char *lg_key_text(const struct lg_key *key, size_t *out_len)
{
	uint32_t len;

	if (key->len != LG_KEY_LONG) {
		*out_len = key->len;
		return key->text;
	}
	memcpy(&len, key->text, sizeof(len));
	*out_len = len;
	return key->text + sizeof(len);
}

static int folds_to(const char *text, const char *folded, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t a;
		uint64_t b;

		memcpy(&a, text + i, 8);
		memcpy(&b, folded + i, 8);
		if (fold_word(a) != b)
			return 0;
	}
	for (; i < len; i++)
		if (lg_ascii_lower(text[i]) != folded[i])
			return 0;
	return 1;
}

static int is_key(const struct lg_key_table *table, const struct lg_key *key,
		  const char *text, size_t len)
{
	size_t key_len;
	const char *folded = lg_key_text(key, &key_len);

	if (table->kind == LG_KEY_DN)
		return key_len == len && folds_to(text, folded, len);
	/* Equal but for ASCII case means folded alike, unless something is
	 * cut from it first; what is not gets the long comparison. */
	if (key_len == len && folds_to(text, folded, len) &&
	    !has_prefix(text, len))
		return 1;
	return lg_name_equals_folded(text, len, folded, key_len);
}

static size_t find_slot(const struct lg_key_table *table, uint64_t hash,
			const char *text, size_t len)
{
	size_t mask = table->slot_count - 1;
	size_t i = hash & mask;

	while (table->slot[i]) {
		if (table->slot[i] >> 32 == hash >> 32 &&
		    is_key(table, lg_key_at(table, table->slot[i]), text, len))
			break;
		i = (i + 1) & mask;
	}
	return i;
}

struct lg_key *lg_key_table_find(const struct lg_key_table *table,
				 const char *text, size_t len)
{
	size_t i;

	if (!table->count)
		return NULL;
	i = find_slot(table, hash_key(table, text, len), text, len);
	return table->slot[i] ? lg_key_at(table, table->slot[i]) : NULL;
}

/* The common case: folded once, for hash and comparison. */
static uint32_t flags_folded(const struct lg_key_table *table, uint64_t hash,
			     const char *folded, size_t len)
{
	size_t mask = table->slot_count - 1;

	for (size_t i = hash & mask; table->slot[i]; i = (i + 1) & mask) {
		const struct lg_key *key = lg_key_at(table, table->slot[i]);

		if (table->slot[i] >> 32 == hash >> 32 && key->len == len &&
		    memcmp(key->text, folded, len) == 0)
			return key->flags;
	}
	return 0;
}

uint32_t lg_key_table_flags(const struct lg_key_table *table, const char *text,
			    size_t len)
{
	char folded[LG_KEY_SHORT] __attribute__((uninitialized));
	const struct lg_key *key;

	if (!table->count)
		return 0;
	if (fold_short(table, text, len, folded))
		return flags_folded(table, XXH3_64bits(folded, len), folded,
				    len);
	key = lg_key_table_find(table, text, len);
	return key ? key->flags : 0;
}

void lg_key_probe_begin(struct lg_key_probe *probe,
			const struct lg_key_table *table, const char *text,
			size_t len)
{
	probe->text = text;
	probe->len = len;
	if (!table->count)
		return;
	probe->is_folded = fold_short(table, text, len, probe->folded);
	probe->hash = probe->is_folded ? XXH3_64bits(probe->folded, len)
				       : hash_key(table, text, len);
	__builtin_prefetch(&table->slot[probe->hash & (table->slot_count - 1)]);
}

void lg_key_probe_fetch(const struct lg_key_probe *probe,
			const struct lg_key_table *table)
{
	size_t mask = table->slot_count - 1;

	if (!table->count)
		return;
	for (size_t i = probe->hash & mask; table->slot[i];
	     i = (i + 1) & mask) {
		const char *record;

		if (table->slot[i] >> 32 != probe->hash >> 32)
			continue;
		record = (const char *)lg_key_at(table, table->slot[i]);
		__builtin_prefetch(record);
		__builtin_prefetch(record + 64);
		return;
	}
}

uint32_t lg_key_probe_flags(const struct lg_key_probe *probe,
			    const struct lg_key_table *table)
{
	size_t i;

	if (!table->count)
		return 0;
	if (probe->is_folded)
		return flags_folded(table, probe->hash, probe->folded,
				    probe->len);
	i = find_slot(table, probe->hash, probe->text, probe->len);
	return table->slot[i] ? lg_key_at(table, table->slot[i])->flags : 0;
}

static void write_key(struct lg_key *key, const char *text, size_t len,
		      enum lg_key_kind kind)
{
	char *at = key->text;

	key->len = len < LG_KEY_LONG ? (uint16_t)len : LG_KEY_LONG;
	if (len >= LG_KEY_LONG) {
		uint32_t long_len = (uint32_t)len;

		memcpy(at, &long_len, sizeof(long_len));
		at += sizeof(long_len);
	}
	for (size_t i = 0; i < len; i++)
		at[i] = kind == LG_KEY_DN ? lg_ascii_lower(text[i]) : text[i];
}

/* A key that is not there yet; a name is folded already. */
static enum lg_status insert(struct lg_key_table *table, uint64_t hash,
			     const char *text, size_t len,
			     struct lg_key **out_key, struct lg_error *err)
{
	size_t size = offsetof(struct lg_key, text) + len +
		      (len >= LG_KEY_LONG ? sizeof(uint32_t) : 0);
	struct lg_key *key;
	size_t at;
	enum lg_status status;

	if (len > UINT32_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, NULL,
				    "a name of more than 4 GiB");
	if (!table->used)
		table->used =
			LG_KEY_UNIT; /* offset 0 would read as a free slot */
	size = (size + LG_KEY_UNIT - 1) / LG_KEY_UNIT * LG_KEY_UNIT;
	status = lg_key_table_slots(table, table->count + 1, err);
	if (status == LG_OK)
		status = lg_key_table_arena(table, table->used + size, err);
	if (status != LG_OK)
		return status;
	key = (struct lg_key *)(table->arena + table->used);
	key->flags = 0;
	write_key(key, text, len, table->kind);
	at = hash & (table->slot_count - 1);
	while (table->slot[at])
		at = (at + 1) & (table->slot_count - 1);
	table->slot[at] = hash >> 32 << 32 | table->used / LG_KEY_UNIT;
	table->used += size;
	table->count++;
	*out_key = key;
	return LG_OK;
}

enum lg_status lg_key_table_add(struct lg_key_table *table, const char *text,
				size_t len, uint32_t flags,
				struct lg_error *err)
{
	uint64_t hash = hash_key(table, text, len);
	struct lg_buffer folded = {0};
	struct lg_key *key = NULL;
	enum lg_status status = LG_OK;

	if (table->count) {
		size_t at = find_slot(table, hash, text, len);

		if (table->slot[at]) {
			lg_key_at(table, table->slot[at])->flags |= flags;
			return LG_OK;
		}
	}
	if (table->kind == LG_KEY_NAME) {
		status = lg_name_fold(text, len, &folded, err);
		if (status == LG_OK)
			status = insert(table, hash, folded.data, folded.len,
					&key, err);
	} else {
		status = insert(table, hash, text, len, &key, err);
	}
	if (status == LG_OK)
		key->flags = flags;
	lg_buffer_release(&folded);
	return status;
}

struct lg_key *lg_key_table_next(const struct lg_key_table *table, size_t *at)
{
	while (*at < table->slot_count) {
		uint64_t slot = table->slot[(*at)++];

		if (slot)
			return lg_key_at(table, slot);
	}
	return NULL;
}

enum lg_status lg_key_table_put(struct lg_key_table *table,
				const struct lg_key *key,
				struct lg_key **out_key, struct lg_error *err)
{
	size_t len;
	const char *folded = lg_key_text(key, &len);
	uint64_t hash = XXH3_64bits(folded, len);
	size_t mask = table->slot_count - 1;

	for (size_t i = hash & mask; table->count && table->slot[i];
	     i = (i + 1) & mask) {
		struct lg_key *there = lg_key_at(table, table->slot[i]);
		size_t there_len;
		const char *text;

		if (table->slot[i] >> 32 != hash >> 32)
			continue;
		text = lg_key_text(there, &there_len);
		if (there_len == len && memcmp(text, folded, len) == 0) {
			*out_key = there;
			return LG_OK;
		}
	}
	return insert(table, hash, folded, len, out_key, err);
}
