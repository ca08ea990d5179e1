/* SPDX-License-Identifier: ISC */
/*
 * no_memory.h - the one sentence without memory
 *
 * Layer: base. Inline only.
 */
#ifndef LOGONGATE_BASE_NO_MEMORY_H
#define LOGONGATE_BASE_NO_MEMORY_H

#include <logongate/error.h>

static inline enum lg_status lg_no_memory(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "out of memory");
}

#endif
