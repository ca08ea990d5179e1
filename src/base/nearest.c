/* SPDX-License-Identifier: ISC */
/*
 * nearest.c - edit distance between what was written and what is known
 *
 * Damerau-Levenshtein (neighbours swapped count once) in three rows. Words
 * over 63 characters are no typing error of ours and are never near.
 */
#include <string.h>

#include "base/nearest.h"

#define WORD_MAX 63

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t distance_of(const char *a, size_t a_len, const char *b,
			  size_t b_len)
{
	size_t row[3][WORD_MAX + 1] = {{0}};
	size_t *before = row[0], *last = row[1], *now = row[2], *spare;

	for (size_t j = 0; j <= b_len; j++)
		last[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t change = a[i - 1] != b[j - 1];

			now[j] = least(last[j - 1] + change,
				       least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b_len];
}

void lg_nearest_try(struct lg_nearest *nearest, const char *written,
		    const char *known)
{
	size_t written_len = strlen(written), known_len = strlen(known);
	size_t distance, near;

	if (written_len == 0 || written_len > WORD_MAX || known_len > WORD_MAX)
		return;
	/* The start of a word is what people write who look for the rest. */
	if (written_len >= 3 && written_len < known_len &&
	    strncmp(written, known, written_len) == 0)
		distance = 1;
	else
		distance = distance_of(written, written_len, known, known_len);
	near = known_len < 6 ? 1 : known_len < 12 ? 2 : 3;
	if (distance > near || distance >= written_len)
		return;
	if (nearest->name == NULL || distance < nearest->distance) {
		nearest->name = known;
		nearest->distance = distance;
	}
}
