/* SPDX-License-Identifier: ISC */
/*
 * locks/ID.json and lock.json: what reads is written and reads the same again;
 * lock.json of an earlier version is read.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/lock/lock_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file names no list files here: those that do are not read. */
static enum lg_status read_nothing(void *self, const char *name,
				   struct lg_buffer *out_bytes,
				   struct lg_error *err)
{
	return LG_ERR_UNKNOWN_KEY;
}

static const struct lg_files no_files = {.read = read_nothing};

static void render(const struct lg_lock *lock, struct lg_buffer *text)
{
	if (lg_lock_file_render(lock, text, NULL) != LG_OK)
		abort();
}

static void lock_file(const char *data, size_t size)
{
	struct lg_buffer once = {0};
	struct lg_buffer twice = {0};
	struct lg_lock *lock = NULL;
	struct lg_lock *again = NULL;

	if (lg_lock_file_parse(&no_files, data, size, "lock", &lock, NULL) !=
	    LG_OK)
		return;
	render(lock, &once);
	if (lg_lock_file_parse(&no_files, once.data, once.len, "lock", &again,
			       NULL) != LG_OK)
		abort();
	render(again, &twice);
	if (once.len != twice.len || memcmp(once.data, twice.data, once.len))
		abort();
	lg_buffer_release(&once);
	lg_buffer_release(&twice);
	lg_lock_free(&lock);
	lg_lock_free(&again);
}

static void record(const char *data, size_t size)
{
	struct lg_lock_record one = {0};
	struct lg_lock_record again = {0};
	struct lg_buffer once = {0};
	struct lg_buffer twice = {0};

	if (lg_lock_record_parse(data, size, "lock.json", &one, NULL) != LG_OK)
		return;
	/* An earlier version is carried over; it is never written. */
	if (one.version != LG_LOCK_FILE_VERSION) {
		lg_lock_record_release(&one);
		return;
	}
	if (lg_lock_record_render(&one, &once, NULL) != LG_OK ||
	    lg_lock_record_parse(once.data, once.len, "lock.json", &again,
				 NULL) != LG_OK ||
	    lg_lock_record_render(&again, &twice, NULL) != LG_OK ||
	    once.len != twice.len || memcmp(once.data, twice.data, once.len))
		abort();
	lg_buffer_release(&once);
	lg_buffer_release(&twice);
	lg_lock_record_release(&one);
	lg_lock_record_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	lock_file((const char *)data, size);
	record((const char *)data, size);
	return 0;
}
