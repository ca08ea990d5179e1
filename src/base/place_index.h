/* SPDX-License-Identifier: ISC */
/*
 * place_index.h - where in an array something stands, found by its hash
 *
 * Layer: base, private to the registry.
 * The array is its user's; the index knows the hash of each of its places.
 */
#ifndef LOGONGATE_BASE_PLACE_INDEX_H
#define LOGONGATE_BASE_PLACE_INDEX_H

#include <stdint.h>

#include <logongate/error.h>

/* Zero-initialise. */
struct lg_place_index {
	uint64_t *hash; /* of each place */
	uint32_t *slot; /* 1 more than a place; 0: free */
	size_t count;
	size_t capacity; /* of places: a power of two, or 0 */
};

#define LG_PLACE_NONE SIZE_MAX

/*
 * Makes room for one place more, so that the next add cannot fail.
 * Returns: LG_OK; LG_ERR_NO_MEMORY, and all is as it was.
 */
enum lg_status lg_place_index_reserve(struct lg_place_index *index,
				      struct lg_error *err);

/* The next place is that of something with this hash. */
void lg_place_index_add(struct lg_place_index *index, uint64_t hash);

/* The first of an equal hash for which is_same says 1, or LG_PLACE_NONE. */
size_t lg_place_index_find(const struct lg_place_index *index, uint64_t hash,
			   int (*is_same)(const void *context, size_t place),
			   const void *context);

/* Those behind the place move up by one. */
void lg_place_index_remove(struct lg_place_index *index, size_t place);

/* Forgets all places and keeps the memory. Their hashes can still be read,
 * each until that many were added again. */
void lg_place_index_clear(struct lg_place_index *index);

enum lg_status lg_place_index_copy(const struct lg_place_index *index,
				   struct lg_place_index *out_copy,
				   struct lg_error *err);
void lg_place_index_release(struct lg_place_index *index);

#endif
