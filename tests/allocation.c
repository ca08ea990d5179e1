/* SPDX-License-Identifier: ISC */
/*
 * The allocators the linker puts in the place of libc's (-Wl,--wrap): they
 * count, and give NULL when it is the turn of the allocation that shall fail.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

static struct {
	size_t count;
	size_t first; /* 0: none fails */
	size_t last;
} allocation;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);

/* There when LeakSanitizer is linked in. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static int allocation_fails(void)
{
	allocation.count++;
	if (!allocation.first || allocation.count < allocation.first ||
	    allocation.count > allocation.last)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *__wrap_malloc(size_t size)
{
	return allocation_fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return allocation_fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	return allocation_fails() ? NULL : __real_realloc(memory, size);
}

char *__wrap_strdup(const char *text)
{
	return allocation_fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t size)
{
	return allocation_fails() ? NULL : __real_strndup(text, size);
}

void allocation_fail_from(size_t nth)
{
	allocation.count = 0;
	allocation.first = nth;
	allocation.last = SIZE_MAX;
}

void allocation_fail_at(size_t nth)
{
	allocation.count = 0;
	allocation.first = nth;
	allocation.last = nth;
}

void allocation_stop_failing(void)
{
	allocation.count = 0;
	allocation.first = 0;
	allocation.last = 0;
}

size_t allocation_count(void)
{
	return allocation.count;
}

size_t allocation_survive(allocation_operation operation, void *context)
{
	size_t nth;

	for (nth = 1;; nth++) {
		struct lg_error err = {0};
		enum lg_status status;
		size_t asked;

		allocation_fail_at(nth);
		status = operation(context, &err);
		asked = allocation.count;
		allocation_stop_failing();
		if (asked < nth) {
			assert_int_equal(status, LG_OK);
			break;
		}
		if (status != LG_ERR_NO_MEMORY)
			fail_msg("allocation %zu failed, the status is %s (%s)",
				 nth, lg_status_name(status), err.text);
		assert_int_equal(err.status, LG_ERR_NO_MEMORY);
	}
	if (__lsan_do_recoverable_leak_check)
		assert_int_equal(__lsan_do_recoverable_leak_check(), 0);
	assert_true(nth > 1);
	return nth - 1;
}
