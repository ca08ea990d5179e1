/* SPDX-License-Identifier: ISC */
/*
 * lock.json: what reads is written and reads the same again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/lock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void render(const struct lg_lock *lock, struct lg_buffer *text)
{
	if (lg_lock_render(lock, text, NULL))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_buffer once = {0};
	struct lg_buffer twice = {0};
	struct lg_lock *lock = NULL;
	struct lg_lock *again = NULL;

	if (lg_lock_parse((const char *)data, size, "lock.json", &lock, NULL))
		return 0;
	render(lock, &once);
	if (lg_lock_parse(once.data, once.len, "lock.json", &again, NULL))
		abort();
	render(again, &twice);
	if (once.len != twice.len || memcmp(once.data, twice.data, once.len))
		abort();
	lg_buffer_release(&once);
	lg_buffer_release(&twice);
	lg_lock_free(&lock);
	lg_lock_free(&again);
	return 0;
}
