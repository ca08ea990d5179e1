/* SPDX-License-Identifier: ISC */
/*
 * grow.h - an array that has room for more
 *
 * Layer: base.
 */
#ifndef LOGONGATE_BASE_GROW_H
#define LOGONGATE_BASE_GROW_H

#include <stddef.h>

#include <logongate/error.h>

/*
 * Makes room behind the count items of size bytes in *array, a T * that is
 * given as a T **; *capacity is how many it has room for, 0 at first.
 * Returns: LG_OK; LG_ERR_NO_MEMORY, and all is as it was.
 */
enum lg_status lg_grow(void *array, size_t *capacity, size_t count, size_t size,
		       struct lg_error *err);

/* The same for more than one. */
enum lg_status lg_grow_by(void *array, size_t *capacity, size_t count,
			  size_t more, size_t size, struct lg_error *err);

#endif
