/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/base/ascii.h, utf8.h, hex.h and grow.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/grow.h"
#include "base/hex.h"
#include "base/utf8.h"

#include "suite.h"

static void only_letters_of_ascii_are_folded(void **state)
{
	assert_int_equal(lg_ascii_lower('A'), 'a');
	assert_int_equal(lg_ascii_lower('Z'), 'z');
	assert_int_equal(lg_ascii_lower('@'), '@');
	assert_int_equal(lg_ascii_lower('['), '[');
	assert_int_equal(lg_ascii_lower((char)0xc4), (char)0xc4);
	assert_true(lg_ascii_is_alnum('0') && lg_ascii_is_alnum('9') &&
		    lg_ascii_is_alnum('a') && lg_ascii_is_alnum('Z'));
	assert_false(lg_ascii_is_alnum('/') || lg_ascii_is_alnum(':') ||
		     lg_ascii_is_alnum('`') || lg_ascii_is_alnum('{') ||
		     lg_ascii_is_alnum((char)0xe9) || lg_ascii_is_alnum('\0'));
}

static void a_word_is_found_in_any_case(void **state)
{
	assert_int_equal(lg_ascii_starts("DeviceId=1", 10, "deviceid="), 9);
	assert_int_equal(lg_ascii_starts("hkey_local", 10, "HKEY"), 4);
	assert_int_equal(lg_ascii_starts("devi", 4, "device"), 0);
	assert_true(lg_ascii_is("IMAP4rest", 5, "imap4"));
	assert_false(lg_ascii_is("imap4", 5, "imap"));
	assert_false(lg_ascii_is("imap", 4, "imap4"));
	assert_false(lg_ascii_is("", 0, "imap"));
}

static void characters_are_cut_at_their_ends(void **state)
{
	/* a, e acute, euro, a smile, half of a euro, a surrogate, a long NUL */
	static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
				   "\xe2\x82"
				   "\xed\xa0\x80"
				   "\xc0\x80";
	static const struct {
		int32_t character;
		size_t taken;
	} row[] = {{'a', 1}, {0xe9, 2}, {0x20ac, 3}, {0x1f600, 4},
		   {-1, 1},  {-1, 1},   {-1, 1},     {-1, 1},
		   {-1, 1},  {-1, 1},   {-1, 1}};
	size_t at = 0;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		int32_t character = 0;

		assert_int_equal(lg_utf8_next(text + at, sizeof(text) - 1 - at,
					      &character),
				 row[i].taken);
		assert_int_equal(character, row[i].character);
		at += row[i].taken;
	}
	assert_int_equal(at, sizeof(text) - 1);
	assert_int_equal(lg_utf8_valid(text, sizeof(text) - 1), 10);
	assert_int_equal(lg_utf8_valid(text, 10), 10);
	assert_true(lg_utf8_is_valid(text, 10));
	assert_false(lg_utf8_is_valid(text, 9));
	/* a NUL is a character, and ends what is a text */
	assert_true(lg_utf8_is_valid("a\0b", 3));
	assert_int_equal(lg_utf8_valid("a\0b", 3), 1);
	assert_true(lg_utf8_is_valid("", 0));
	assert_true(lg_is_control(0x9f) && lg_is_control(0x7f) &&
		    lg_is_control(-1));
	assert_false(lg_is_control(' ') || lg_is_control(0xa0));
}

static void digits_of_base_16(void **state)
{
	struct lg_buffer out = {0};

	assert_int_equal(lg_hex_byte("fF"), 255);
	assert_int_equal(lg_hex_byte("0"), -1);
	assert_int_equal(lg_hex_byte("0g"), -1);
	assert_int_equal(lg_hex_byte(""), -1);
	assert_true(lg_hex_read("4a4B", &out));
	assert_string_equal(out.data, "JK");
	assert_true(lg_hex_read("", &out));
	assert_false(lg_hex_read("4a4", &out));
	assert_false(lg_hex_read("4x", &out));
	lg_buffer_clear(&out);
	lg_hex_append(&out, "JK", 2);
	assert_string_equal(out.data, "4a4b");
	lg_buffer_release(&out);
}

static void an_array_has_room_for_more(void **state)
{
	size_t capacity = 0, before;
	struct lg_error err;
	int *item = NULL;

	assert_int_equal(
		lg_grow_by(&item, &capacity, 0, 0, sizeof(*item), &err), LG_OK);
	assert_null(item);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(lg_grow(&item, &capacity, (size_t)i,
					 sizeof(*item), &err),
				 LG_OK);
		item[i] = i;
	}
	assert_int_equal(
		lg_grow_by(&item, &capacity, 1000, 5000, sizeof(*item), &err),
		LG_OK);
	assert_true(capacity >= 6000);
	before = capacity;
	/* more than there can be leaves all as it was */
	assert_int_equal(lg_grow_by(&item, &capacity, 1000, SIZE_MAX,
				    sizeof(*item), &err),
			 LG_ERR_NO_MEMORY);
	assert_int_equal(lg_grow_by(&item, &capacity, 1000, SIZE_MAX / 2,
				    sizeof(*item), &err),
			 LG_ERR_NO_MEMORY);
	assert_int_equal(capacity, before);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(item[i], i);
	free(item);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("only letters of ASCII are folded",
			  only_letters_of_ascii_are_folded),
		suite_row("a word is found in any case",
			  a_word_is_found_in_any_case),
		suite_row("characters are cut at their ends",
			  characters_are_cut_at_their_ends),
		suite_row("digits of base 16", digits_of_base_16),
		suite_row("an array has room for more",
			  an_array_has_room_for_more),
	};

	return suite_run(rows);
}
