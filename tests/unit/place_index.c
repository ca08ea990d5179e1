/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/base/place_index.h: against a plain array of hashes, with few
 * different ones, so that they stand in each other's slots.
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include "base/place_index.h"

enum {
	PLACES_MAX = 300,
	STEPS = 20000
};

static uint32_t next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* What the places stand for: each has an identity of its own. */
struct plain {
	uint64_t hash[PLACES_MAX];
	uint32_t identity[PLACES_MAX];
	size_t count;
	uint32_t wanted;
};

static int is_wanted(const void *context, size_t place)
{
	const struct plain *plain = context;

	assert_true(place < plain->count);
	return plain->identity[place] == plain->wanted;
}

static void assert_all_found(const struct lg_place_index *index,
			     struct plain *plain)
{
	size_t i;

	assert_int_equal(index->count, plain->count);
	for (i = 0; i < plain->count; i++) {
		plain->wanted = plain->identity[i];
		assert_int_equal(lg_place_index_find(index, plain->hash[i],
						     is_wanted, plain),
				 i);
		/* There, but with another hash. */
		assert_int_equal(lg_place_index_find(index, plain->hash[i] + 64,
						     is_wanted, plain),
				 LG_PLACE_NONE);
	}
}

static void play(uint32_t seed, uint32_t hashes)
{
	struct lg_place_index index = {0};
	struct plain plain = {.count = 0};
	uint32_t identity = 0;
	size_t i;

	for (i = 0; i < STEPS; i++) {
		/* Grows to the most, shrinks to nothing, and again. */
		uint32_t growing = i / 1000 % 2 ? 2 : 6;

		if (next(&seed) % 8 < growing && plain.count < PLACES_MAX) {
			uint64_t hash = next(&seed) % hashes;

			assert_int_equal(lg_place_index_reserve(&index, NULL),
					 LG_OK);
			lg_place_index_add(&index, hash);
			plain.hash[plain.count] = hash;
			plain.identity[plain.count++] = identity++;
		} else if (plain.count) {
			size_t place = next(&seed) % plain.count;
			size_t behind = --plain.count - place;

			lg_place_index_remove(&index, place);
			memmove(plain.hash + place, plain.hash + place + 1,
				behind * sizeof(plain.hash[0]));
			memmove(plain.identity + place,
				plain.identity + place + 1,
				behind * sizeof(plain.identity[0]));
		}
		if (i % 97 == 0)
			assert_all_found(&index, &plain);
	}
	lg_place_index_release(&index);
}

static void it_is_a_plain_array(void **state)
{
	play(1, 1);
	play(2, 5);
	play(3, 64);
}

static void a_cleared_one_is_filled_from_itself(void **state)
{
	struct lg_place_index index = {0};
	struct plain plain = {.count = 0};
	uint32_t seed = 7;
	size_t i;

	lg_place_index_clear(&index);
	for (i = 0; i < 100; i++) {
		assert_int_equal(lg_place_index_reserve(&index, NULL), LG_OK);
		lg_place_index_add(&index, next(&seed) % 64);
	}
	lg_place_index_clear(&index);
	for (i = 0; i < 100; i++) {
		if (i % 3 == 0)
			continue;
		plain.hash[plain.count] = index.hash[i];
		plain.identity[plain.count++] = (uint32_t)i;
		lg_place_index_add(&index, index.hash[i]);
	}
	assert_all_found(&index, &plain);
	lg_place_index_release(&index);
}

static enum lg_status fill(void *context, struct lg_error *err)
{
	struct lg_place_index index = {0};
	struct lg_place_index copy = {0};
	enum lg_status status = LG_OK;
	uint64_t i;

	(void)context;
	for (i = 0; i < 40 && status == LG_OK; i++) {
		status = lg_place_index_reserve(&index, err);
		if (status == LG_OK)
			lg_place_index_add(&index, i);
		else
			assert_int_equal(index.count, i);
	}
	if (status == LG_OK)
		status = lg_place_index_copy(&index, &copy, err);
	lg_place_index_release(&index);
	lg_place_index_release(&copy);
	return status;
}

static void each_allocation_may_fail(void **state)
{
	assert_true(allocation_survive(fill, NULL) >= 10);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("places are found as in a plain array, whatever came "
			  "and went",
			  it_is_a_plain_array),
		suite_row("a cleared index is filled again from itself",
			  a_cleared_one_is_filled_from_itself),
		suite_row("each allocation may fail", each_allocation_may_fail),
	};

	return suite_run(rows);
}
