/* SPDX-License-Identifier: ISC */
/*
 * The memory of a table: its slots and its arena.
 */
#include <stdlib.h>

/* Inlined, as in key_table.c. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/policy/key_table_inside.h"

enum {
	SMALLEST_ARENA = 1024,
	SMALLEST_SLOTS = 16
};

enum lg_status lg_key_table_slots(struct lg_key_table *table, size_t keys,
				  struct lg_error *err)
{
	size_t slot_count = SMALLEST_SLOTS;
	uint64_t *slot;

	while (slot_count / 4 * 3 < keys && slot_count < SIZE_MAX / 16)
		slot_count *= 2;
	if (slot_count <= table->slot_count)
		return LG_OK;
	slot = calloc(slot_count, sizeof(*slot));
	if (!slot)
		return lg_no_memory(err);
	for (size_t i = 0; i < table->slot_count; i++) {
		size_t len;
		const char *text;
		size_t at;

		if (!table->slot[i])
			continue;
		text = lg_key_text(lg_key_at(table, table->slot[i]), &len);
		at = XXH3_64bits(text, len) & (slot_count - 1);
		while (slot[at])
			at = (at + 1) & (slot_count - 1);
		slot[at] = table->slot[i];
	}
	free(table->slot);
	table->slot = slot;
	table->slot_count = slot_count;
	return LG_OK;
}

enum lg_status lg_key_table_arena(struct lg_key_table *table, size_t bytes,
				  struct lg_error *err)
{
	size_t capacity = table->capacity ? table->capacity : SMALLEST_ARENA;
	char *arena;

	if (bytes <= table->capacity)
		return LG_OK;
	if (bytes / LG_KEY_UNIT > UINT32_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, NULL,
				    "more than 16 GiB of names");
	while (capacity < bytes)
		capacity += capacity / 2;
	arena = realloc(table->arena, capacity);
	if (!arena)
		return lg_no_memory(err);
	table->arena = arena;
	table->capacity = capacity;
	return LG_OK;
}

enum lg_status lg_key_table_reserve(struct lg_key_table *table, size_t keys,
				    size_t bytes, struct lg_error *err)
{
	enum lg_status status =
		lg_key_table_slots(table, table->count + keys, err);

	if (status != LG_OK)
		return status;
	/* A header and at most three bytes of padding each. */
	return lg_key_table_arena(
		table, table->used + LG_KEY_UNIT + bytes + keys * 12, err);
}

enum lg_status lg_key_table_trim(struct lg_key_table *table,
				 struct lg_error *err)
{
	char *arena;

	if (!table->used)
		return LG_OK;
	arena = realloc(table->arena, table->used);
	if (!arena)
		return lg_no_memory(err);
	table->arena = arena;
	table->capacity = table->used;
	return LG_OK;
}

size_t lg_key_table_memory(const struct lg_key_table *table)
{
	return table->slot_count * sizeof(*table->slot) + table->capacity;
}

void lg_key_table_release(struct lg_key_table *table)
{
	free(table->slot);
	free(table->arena);
	*table = (struct lg_key_table){.kind = table->kind};
}
