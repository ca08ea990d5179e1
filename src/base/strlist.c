/* SPDX-License-Identifier: ISC */
/*
 * Strings in chunks: the newest chunk is filled, then one of twice the size
 * (up to a limit) is begun. Chunks never move, so an item stays where it is
 * while the array of pointers grows.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/strlist.h>

enum {
	SMALLEST_CHUNK = 256,
	LARGEST_CHUNK = 1 << 20,
	SMALLEST_ARRAY = 8
};

struct lg_strlist_chunk {
	struct lg_strlist_chunk *next;
	size_t size;
	size_t used;
	char bytes[];
};

static int grow_array(struct lg_strlist *list)
{
	size_t capacity;
	const char **item;

	if (list->count < list->capacity)
		return 1;
	capacity = list->capacity ? list->capacity + list->capacity / 2
				  : SMALLEST_ARRAY;
	if (capacity > SIZE_MAX / sizeof(*item))
		return 0;
	item = realloc(list->item, capacity * sizeof(*item));
	if (!item)
		return 0;
	list->item = item;
	list->capacity = capacity;
	return 1;
}

/* Room for size bytes in a chunk; NULL when there is none. */
static char *reserve(struct lg_strlist *list, size_t size)
{
	struct lg_strlist_chunk *chunk = list->chunk;
	size_t chunk_size = SMALLEST_CHUNK;
	char *at;

	if (!chunk || chunk->size - chunk->used < size) {
		if (chunk)
			chunk_size = chunk->size < LARGEST_CHUNK / 2
					     ? chunk->size * 2
					     : LARGEST_CHUNK;
		if (chunk_size < size)
			chunk_size = size;
		if (chunk_size > SIZE_MAX - sizeof(*chunk))
			return NULL;
		chunk = malloc(sizeof(*chunk) + chunk_size);
		if (!chunk)
			return NULL;
		chunk->next = list->chunk;
		chunk->size = chunk_size;
		chunk->used = 0;
		list->chunk = chunk;
	}
	at = chunk->bytes + chunk->used;
	chunk->used += size;
	return at;
}

enum lg_status lg_strlist_add(struct lg_strlist *list, const char *text,
			      size_t len, struct lg_error *err)
{
	char *copy = NULL;

	if (len < SIZE_MAX && grow_array(list))
		copy = reserve(list, len + 1);
	if (!copy)
		return lg_no_memory(err);
	if (len)
		memcpy(copy, text, len);
	copy[len] = '\0';
	list->item[list->count++] = copy;
	return LG_OK;
}

enum lg_status lg_strlist_add_all(struct lg_strlist *list,
				  const struct lg_strlist *other,
				  struct lg_error *err)
{
	/* Taken once: other may be list itself. */
	size_t count = other->count;

	for (size_t i = 0; i < count; i++) {
		const char *text = other->item[i];
		enum lg_status status =
			lg_strlist_add(list, text, strlen(text), err);

		if (status != LG_OK)
			return status;
	}
	return LG_OK;
}

void lg_strlist_release(struct lg_strlist *list)
{
	struct lg_strlist_chunk *chunk = list->chunk;

	while (chunk) {
		struct lg_strlist_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	free(list->item);
	*list = (struct lg_strlist){0};
}
