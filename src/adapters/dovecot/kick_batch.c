/* SPDX-License-Identifier: ISC */
/*
 * kick_batch.c - a request's size, by what it and the one before it took
 */
#include "adapters/dovecot/kick_batch.h"

enum {
	SHORT_MS = 80,
	LONG_MS = 250,
	/* More is under way than a lift should meet, whatever it saves. */
	MOST_MS = 1000
};

/* A quarter less at least; less than that is chance. */
static int is_clearly_less(int64_t a, int64_t b)
{
	return a * 4 < b * 3;
}

/* It took long: whether another size than the last has shown that the time is
 * the request's own, and not its commands'. */
static int is_the_requests_own(const struct lg_kick_batch *batch,
			       int64_t took_ms)
{
	int64_t size = (int64_t)batch->size;
	int64_t last_size = (int64_t)batch->last_size;

	if (!last_size || size == last_size || took_ms > MOST_MS)
		return 0;
	if (size < last_size)
		return !is_clearly_less(took_ms, batch->last_ms);
	return is_clearly_less(took_ms * last_size, batch->last_ms * size);
}

void lg_kick_batch_took(struct lg_kick_batch *batch, int64_t took_ms)
{
	size_t size = batch->size;
	int is_to_grow =
		took_ms < SHORT_MS ||
		(took_ms > LONG_MS && is_the_requests_own(batch, took_ms));

	batch->last_size = size;
	batch->last_ms = took_ms;
	if (is_to_grow && size < LG_KICK_BATCH_MAX)
		batch->size = size * 2;
	else if (!is_to_grow && took_ms > LONG_MS && size > 1)
		batch->size = size / 2;
}
