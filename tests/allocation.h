/* SPDX-License-Identifier: ISC */
/*
 * allocation.h - makes each allocation of an operation fail in turn
 *
 * For tests declared with ALLOCATION: malloc, calloc, realloc, strdup and
 * strndup called from the code under test go through this.
 */
#ifndef LOGONGATE_TESTS_ALLOCATION_H
#define LOGONGATE_TESTS_ALLOCATION_H

#include <stddef.h>

#include <logongate/error.h>

/* Does the whole of the work and frees all of it, whatever the outcome. */
typedef enum lg_status (*allocation_operation)(void *context,
					       struct lg_error *err);

/*
 * Runs operation once with the first allocation failing, once with the second
 * and so on until it succeeds. Every failing run must give LG_ERR_NO_MEMORY,
 * in err too, and leak nothing (where LeakSanitizer is there to see it).
 * Returns: how many allocations failed; at least 1 is asserted.
 */
size_t allocation_survive(allocation_operation operation, void *context);

/* Makes the nth allocation from now (1 is the next) and all after it fail. */
void allocation_fail_from(size_t nth);

/* Makes only the nth allocation from now fail. */
void allocation_fail_at(size_t nth);

/* Allocations work again. */
void allocation_stop_failing(void);

/* How many allocations were asked for since failing was last set up. */
size_t allocation_count(void);

#endif
