/* SPDX-License-Identifier: ISC */
/*
 * key_table.h - folded names and what is known of each, up to millions
 *
 * Layer: core, private to the policy.
 * Finding allocates nothing and costs one hash and two cache misses: the slot
 * and the text. Texts are compared in full, so that equal hashes admit nobody.
 */
#ifndef LOGONGATE_CORE_POLICY_KEY_TABLE_H
#define LOGONGATE_CORE_POLICY_KEY_TABLE_H

#include <stdint.h>

#include <logongate/error.h>

enum lg_key_kind {
	LG_KEY_DN = 0, /* ASCII case folded (L16) */
	LG_KEY_NAME    /* folded as name.h says */
};

/* Zero-initialise but for kind. */
struct lg_key_table {
	enum lg_key_kind kind;
	uint64_t *slot;    /* 32 bits of the hash, 32 of where; 0 free */
	size_t slot_count; /* a power of two, or 0 */
	size_t count;
	char *arena; /* records; offsets count four bytes */
	size_t used;
	size_t capacity;
};

/* One key: its flags (or a number, as the caller likes), its folded text. */
struct lg_key {
	uint32_t flags;
	uint16_t len; /* LG_KEY_LONG: four bytes of length follow */
	char text[];
};
#define LG_KEY_LONG 0xffff

/* Makes room for that many more keys with that many bytes of text. */
enum lg_status lg_key_table_reserve(struct lg_key_table *table, size_t keys,
				    size_t bytes, struct lg_error *err);

/* Adds flags to a key, which is new where there was none. */
enum lg_status lg_key_table_add(struct lg_key_table *table, const char *text,
				size_t len, uint32_t flags,
				struct lg_error *err);

/* NULL where there is none; good until the next add. */
struct lg_key *lg_key_table_find(const struct lg_key_table *table,
				 const char *text, size_t len);

/* The flags of a key, 0 where there is none. */
uint32_t lg_key_table_flags(const struct lg_key_table *table, const char *text,
			    size_t len);

/* Goes over all keys: *at begins at 0; NULL at the end. */
struct lg_key *lg_key_table_next(const struct lg_key_table *table, size_t *at);
/* The folded text of a key. */
const char *lg_key_text(const struct lg_key *key, size_t *out_len);

/* The flags of a key with the folded text of another table of the same kind;
 * the key is new, with 0, where there was none. */
enum lg_status lg_key_table_put(struct lg_key_table *table,
				const struct lg_key *key,
				struct lg_key **out_key, struct lg_error *err);

/* Longer texts are folded in pieces. */
#define LG_KEY_SHORT 256

/*
 * The same in three steps, for many at once: begin folds, hashes and fetches
 * the slot, fetch the text, then flags looks. Not to be cleared before use:
 * that takes longer than hashing.
 */
struct lg_key_probe {
	uint64_t hash;
	const char *text;
	size_t len;
	int is_folded;
	char folded[LG_KEY_SHORT];
};
void lg_key_probe_begin(struct lg_key_probe *probe,
			const struct lg_key_table *table, const char *text,
			size_t len);
void lg_key_probe_fetch(const struct lg_key_probe *probe,
			const struct lg_key_table *table);
uint32_t lg_key_probe_flags(const struct lg_key_probe *probe,
			    const struct lg_key_table *table);

/* Gives back what growing took too much. */
enum lg_status lg_key_table_trim(struct lg_key_table *table,
				 struct lg_error *err);

size_t lg_key_table_memory(const struct lg_key_table *table);
void lg_key_table_release(struct lg_key_table *table);

#endif
