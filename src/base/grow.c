/* SPDX-License-Identifier: ISC */
/*
 * grow.c - an array that has room for more
 */
#include "base/grow.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST 16

enum lg_status lg_grow_by(void *array, size_t *capacity, size_t count,
			  size_t more, size_t size, struct lg_error *err)
{
	size_t want = *capacity ? *capacity * 2 : SMALLEST;
	void *items;

	if (more <= *capacity - count)
		return LG_OK;
	if (want - count < more)
		want = count + more;
	/* Through its bytes: whatever it points to, a pointer is one. */
	memcpy(&items, array, sizeof(items));
	items = more <= SIZE_MAX - count && want <= SIZE_MAX / size
			? realloc(items, want * size)
			: NULL;
	if (!items)
		return lg_no_memory(err);
	memcpy(array, &items, sizeof(items));
	*capacity = want;
	return LG_OK;
}

enum lg_status lg_grow(void *array, size_t *capacity, size_t count, size_t size,
		       struct lg_error *err)
{
	return lg_grow_by(array, capacity, count, 1, size, err);
}
