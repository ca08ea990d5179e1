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

	memset(text, 'a', sizeof(text));
	assert_int_equal(lg_kept_len("", 0), 0);
	assert_int_equal(lg_kept_len("anna", 4), 4);
	assert_int_equal(lg_kept_len(text, LG_KEPT_MAX), LG_KEPT_MAX);
	assert_int_equal(lg_kept_text_len("anna"), 4);
	assert_int_equal(lg_kept_text_len(NULL), 0);
}

static void long_ones_are_cut(void **state)
{
	char *text = malloc(65536);

	memset(text, 'a', 65535);
	text[65535] = '\0';
	assert_int_equal(lg_kept_len(text, 65535), LG_KEPT_MAX);
	assert_int_equal(lg_kept_text_len(text), LG_KEPT_MAX);
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

struct kept {
	int number;
	const char *name;
	const char *none;
	const char *address;
};

static void a_value_has_its_texts_with_it(void **unused)
{
	char name[] = "alice and more";
	const struct kept value = {7, name, NULL, "192.0.2.7"};
	const struct lg_kept_text text[] = {
		{offsetof(struct kept, name), 5},
		{offsetof(struct kept, none), 0},
		{offsetof(struct kept, address), 9}};
	size_t size = 0;
	struct kept *copy =
		lg_kept_value(&value, sizeof(value), text, 3, &size);

	memset(name, 'x', sizeof(name) - 1);
	assert_non_null(copy);
	assert_int_equal(copy->number, 7);
	assert_string_equal(copy->name, "alice");
	assert_null(copy->none);
	assert_string_equal(copy->address, "192.0.2.7");
	assert_in_range(size, sizeof(value) + 6 + 10, sizeof(value) + 17);
	free(copy);
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
		suite_row("a value has its texts with it",
			  a_value_has_its_texts_with_it),
	};

	return suite_run(rows);
}
