/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/base/kept.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/kept.h"

#include "suite.h"

static void short_texts_are_kept_whole(void **state)
{
	char text[LG_KEPT_MAX + 1];
	char *copy;

	memset(text, 'a', sizeof(text));
	assert_int_equal(lg_kept_len("", 0), 0);
	assert_int_equal(lg_kept_len("anna", 4), 4);
	assert_int_equal(lg_kept_len(text, LG_KEPT_MAX), LG_KEPT_MAX);
	assert_int_equal(lg_kept_text_len("anna"), 4);
	assert_int_equal(lg_kept_text_len(NULL), 0);
	copy = lg_kept_copy("anna", 2);
	assert_string_equal(copy, "an");
	free(copy);
	assert_null(lg_kept_copy(NULL, 0));
	assert_null(lg_kept_copy("", 0));
}

static void long_ones_are_cut(void **state)
{
	char *text = malloc(65536);
	char *copy;

	memset(text, 'a', 65535);
	text[65535] = '\0';
	assert_int_equal(lg_kept_len(text, 65535), LG_KEPT_MAX);
	assert_int_equal(lg_kept_text_len(text), LG_KEPT_MAX);
	copy = lg_kept_copy(text, 65535);
	assert_int_equal(strlen(copy), LG_KEPT_MAX);
	free(copy);
	free(text);
}

static void no_character_is_cut_in_two(void **state)
{
	static const char *const character[] = {"\xc3\xbc", "\xe2\x82\xac",
						"\xf0\x9f\x98\x80"};
	char text[LG_KEPT_MAX + 8];
	size_t i;
	size_t before;

	for (i = 0; i < 3; i++) {
		size_t size = strlen(character[i]);

		for (before = 1; before < size; before++) {
			memset(text, 'a', sizeof(text));
			memcpy(text + LG_KEPT_MAX - before, character[i], size);
			assert_int_equal(lg_kept_len(text, sizeof(text)),
					 LG_KEPT_MAX - before);
		}
	}
	/* Bytes that are no UTF-8 are cut wherever it is. */
	memset(text, 0x80, sizeof(text));
	assert_in_range(lg_kept_len(text, sizeof(text)), LG_KEPT_MAX - 4,
			LG_KEPT_MAX);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("short texts are kept whole",
			  short_texts_are_kept_whole),
		suite_row("of long ones the beginning is kept",
			  long_ones_are_cut),
		suite_row("no character is cut in two",
			  no_character_is_cut_in_two),
	};

	return suite_run(rows);
}
