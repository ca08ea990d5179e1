/* SPDX-License-Identifier: ISC */
/*
 * Open addressing with twice as many slots as there is room for places: a
 * hash stands in its home slot or in one of the next. Where a place goes,
 * those that stand behind it only because its slot was taken move up, so there
 * are no marks of what was there once, and no table fills up with them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/place_index.h"

enum {
	CAPACITY_FIRST = 8
};

static size_t slot_count(size_t capacity)
{
	return capacity * 2;
}

static size_t slot_mask(const struct lg_place_index *index)
{
	return slot_count(index->capacity) - 1;
}

static size_t home_of(const struct lg_place_index *index, uint64_t hash)
{
	return (size_t)hash & slot_mask(index);
}

static void take_slot(struct lg_place_index *index, size_t place)
{
	size_t slot = home_of(index, index->hash[place]);

	while (index->slot[slot])
		slot = (slot + 1) & slot_mask(index);
	index->slot[slot] = (uint32_t)place + 1;
}

enum lg_status lg_place_index_reserve(struct lg_place_index *index,
				      struct lg_error *err)
{
	size_t capacity =
		index->capacity ? index->capacity * 2 : CAPACITY_FIRST;
	uint64_t *hash = NULL;
	uint32_t *slot = NULL;

	if (index->count < index->capacity)
		return LG_OK;
	if (capacity <= UINT32_MAX / 2)
		slot = calloc(slot_count(capacity), sizeof(*slot));
	if (slot)
		hash = realloc(index->hash, capacity * sizeof(*hash));
	if (!hash) {
		free(slot);
		return lg_no_memory(err);
	}
	free(index->slot);
	index->slot = slot;
	index->hash = hash;
	index->capacity = capacity;
	for (size_t i = 0; i < index->count; i++)
		take_slot(index, i);
	return LG_OK;
}

void lg_place_index_add(struct lg_place_index *index, uint64_t hash)
{
	index->hash[index->count] = hash;
	take_slot(index, index->count++);
}

size_t lg_place_index_find(const struct lg_place_index *index, uint64_t hash,
			   int (*is_same)(const void *context, size_t place),
			   const void *context)
{
	if (!index->capacity)
		return LG_PLACE_NONE;
	for (size_t slot = home_of(index, hash); index->slot[slot];
	     slot = (slot + 1) & slot_mask(index)) {
		size_t place = index->slot[slot] - 1;

		if (index->hash[place] == hash && is_same(context, place))
			return place;
	}
	return LG_PLACE_NONE;
}

static void free_slot(struct lg_place_index *index, size_t place)
{
	size_t mask = slot_mask(index);
	size_t hole = home_of(index, index->hash[place]);

	while (index->slot[hole] != place + 1)
		hole = (hole + 1) & mask;
	for (size_t slot = (hole + 1) & mask; index->slot[slot];
	     slot = (slot + 1) & mask) {
		uint64_t hash = index->hash[index->slot[slot] - 1];
		size_t home = home_of(index, hash);

		/* Its home lies behind the hole: it would not be found. */
		if (((slot - home) & mask) < ((slot - hole) & mask))
			continue;
		index->slot[hole] = index->slot[slot];
		hole = slot;
	}
	index->slot[hole] = 0;
}

void lg_place_index_remove(struct lg_place_index *index, size_t place)
{
	free_slot(index, place);
	index->count--;
	memmove(index->hash + place, index->hash + place + 1,
		(index->count - place) * sizeof(*index->hash));
	for (size_t i = 0; place < index->count && i <= slot_mask(index); i++)
		index->slot[i] -= index->slot[i] > place + 1;
}

void lg_place_index_clear(struct lg_place_index *index)
{
	if (index->capacity)
		memset(index->slot, 0,
		       slot_count(index->capacity) * sizeof(*index->slot));
	index->count = 0;
}

enum lg_status lg_place_index_copy(const struct lg_place_index *index,
				   struct lg_place_index *out_copy,
				   struct lg_error *err)
{
	struct lg_place_index copy = {.count = index->count,
				      .capacity = index->capacity};

	if (copy.capacity) {
		copy.hash = calloc(copy.capacity, sizeof(*copy.hash));
		copy.slot =
			calloc(slot_count(copy.capacity), sizeof(*copy.slot));
		if (!copy.hash || !copy.slot) {
			lg_place_index_release(&copy);
			return lg_no_memory(err);
		}
		memcpy(copy.hash, index->hash, copy.count * sizeof(*copy.hash));
		memcpy(copy.slot, index->slot,
		       slot_count(copy.capacity) * sizeof(*copy.slot));
	}
	*out_copy = copy;
	return LG_OK;
}

void lg_place_index_release(struct lg_place_index *index)
{
	free(index->hash);
	free(index->slot);
	*index = (struct lg_place_index){0};
}
