/* SPDX-License-Identifier: ISC */
/*
 * nearest.h - which known word somebody meant
 *
 * Layer: base.
 */
#ifndef LOGONGATE_BASE_NEAREST_H
#define LOGONGATE_BASE_NEAREST_H

#include <stddef.h>

/* Zero-initialise; name is the best so far, NULL where none is near. */
struct lg_nearest {
	const char *name;
	size_t distance;
};

/* Offers one known word; only those near enough to be meant are taken. */
void lg_nearest_try(struct lg_nearest *nearest, const char *written,
		    const char *known);

#endif
