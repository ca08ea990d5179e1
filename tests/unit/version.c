/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/version.h (V4-V7).
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#include <logongate/version.h>

struct version_row {
	const char *text;
	const char *four;
	const char *three; /* NULL: no three parts name it */
};

static void reads(void **state)
{
	static const struct version_row row[] = {
		{"12.4407.1004", "12.0.4407.1004", "12.4407.1004"},
		{"12.0.4407.1004", "12.0.4407.1004", "12.4407.1004"},
		{"5.0.2819.0", "5.0.2819.0", "5.2819.0"},
		{"12.1234.01", "12.0.1234.1", "12.1234.1"},
		{"8.1.215.0", "8.1.215.0", NULL},
		{"0.0.0", "0.0.0.0", "0.0.0"},
		{"65535.65535.65535", "65535.0.65535.65535",
		 "65535.65535.65535"},
		{"5.70000.0", "5.0.70000.0", NULL},
		{"4294967295.4294967295.4294967295.4294967295",
		 "4294967295.4294967295.4294967295.4294967295", NULL},
		{"00000000000000000000000000000000000012.00.4518.001014",
		 "12.0.4518.1014", "12.4518.1014"},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_version version;
		struct lg_buffer four = {0};
		struct lg_buffer three = {0};

		assert_int_equal(lg_version_parse(row[i].text,
						  strlen(row[i].text), &version,
						  NULL),
				 LG_OK);
		assert_int_equal(version.known, LG_VERSION_FOUR);
		lg_version_format(&version, &four);
		assert_string_equal(four.data, row[i].four);
		assert_int_equal(lg_version_format_three(&version, &three),
				 row[i].three != NULL);
		if (row[i].three)
			assert_string_equal(three.data, row[i].three);
		else
			assert_int_equal(three.len, 0);
		lg_buffer_release(&four);
		lg_buffer_release(&three);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		enum lg_status status;
		const char *says;
	} row[] = {
		{"", 0, LG_ERR_SYNTAX, "at character 1"},
		{"5", 1, LG_ERR_SYNTAX, "is not a version"},
		{"5.0", 3, LG_ERR_SYNTAX, "is not a version"},
		{"5.0.", 4, LG_ERR_SYNTAX, "at character 4"},
		{"5.0.0.", 6, LG_ERR_SYNTAX, "at character 6"},
		{"5.0.0.0.", 8, LG_ERR_SYNTAX, "at character 8"},
		{"1.2.3.4.5", 9, LG_ERR_SYNTAX, "at character 8"},
		{".5.0.0", 6, LG_ERR_SYNTAX, "at character 1"},
		{"5..0.0", 6, LG_ERR_SYNTAX, "at character 2"},
		{" 5.0.0", 6, LG_ERR_SYNTAX, "at character 1"},
		{"5.0.0 ", 6, LG_ERR_SYNTAX, "at character 6"},
		{"-5.0.0", 6, LG_ERR_SYNTAX, "at character 1"},
		{"+5.0.0", 6, LG_ERR_SYNTAX, "at character 1"},
		{"0x5.0.0", 7, LG_ERR_SYNTAX, "at character 2"},
		{"5.0.0\0", 6, LG_ERR_SYNTAX, "at character 6"},
		{"5.0.0\n", 6, LG_ERR_SYNTAX, "at character 6"},
		{"4294967296.0.0", 14, LG_ERR_RANGE, "part 1"},
		{"1.2.3.99999999999999999999999", 29, LG_ERR_RANGE, "part 4"},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_version version = {{7, 7, 7, 7}, LG_VERSION_THREE};
		struct lg_error err = {0};

		assert_int_equal(lg_version_parse(row[i].text, row[i].len,
						  &version, &err),
				 row[i].status);
		assert_int_equal(err.status, row[i].status);
		if (!strstr(err.text, row[i].says))
			fail_msg("%s", err.text);
		assert_int_equal(version.known, LG_VERSION_THREE);
		assert_int_equal(version.part[3], 7);
	}
}

static void long_text_is_shown_short(void **state)
{
	size_t len = 1u << 20;
	char *text = malloc(len);
	struct lg_version version = {{0}, LG_VERSION_UNKNOWN};
	struct lg_error err = {0};

	assert_non_null(text);
	memset(text, '0', len);
	assert_int_equal(lg_version_parse(text, len, &version, &err),
			 LG_ERR_SYNTAX);
	assert_non_null(strstr(err.text, "...\" is not a version"));
	memcpy(text + len - 4, ".1.2", 4);
	assert_int_equal(lg_version_parse(text, len, &version, &err), LG_OK);
	assert_int_equal(version.part[2], 1);
	free(text);
}

static void words(void **state)
{
	static const struct {
		uint16_t word[3];
		uint32_t part[4];
	} row[] = {
		/* OpenChange sends these for Outlook 2007 SP1. */
		{{0x000c, 0x183e, 0x03e8}, {12, 0, 6206, 1000}},
		{{0, 0, 0}, {0, 0, 0, 0}},
		{{0xffff, 0x7fff, 0xffff}, {65535, 0, 32767, 65535}},
		{{0x0801, 0x80d7, 0x0000}, {8, 1, 215, 0}},
		{{0x0f00, 0x9281, 0x03e8}, {15, 0, 4737, 1000}},
		{{0xffff, 0xffff, 0xffff}, {255, 255, 32767, 65535}},
	};
	size_t i;
	size_t part;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_version version = lg_version_from_words(
			row[i].word[0], row[i].word[1], row[i].word[2]);

		assert_int_equal(version.known, LG_VERSION_FOUR);
		for (part = 0; part < 4; part++)
			assert_int_equal(version.part[part], row[i].part[part]);
	}
}

static void words_as_text(void **state)
{
	static const struct {
		const char *text;
		enum lg_status status;
		uint32_t part[4];
	} row[] = {
		{"12,6206,1000", LG_OK, {12, 0, 6206, 1000}},
		{"0x000c,0x183e,0X03E8", LG_OK, {12, 0, 6206, 1000}},
		{"0x0801,32983,0", LG_OK, {8, 1, 215, 0}},
		{"000000012,0,65535", LG_OK, {12, 0, 0, 65535}},
		{"65536,0,0", LG_ERR_RANGE, {0}},
		{"0,0,0x10000", LG_ERR_RANGE, {0}},
		{"0,99999999999999999999,0", LG_ERR_RANGE, {0}},
		{"", LG_ERR_SYNTAX, {0}},
		{"1,2", LG_ERR_SYNTAX, {0}},
		{"1,2,", LG_ERR_SYNTAX, {0}},
		{"1,2,3,", LG_ERR_SYNTAX, {0}},
		{"1,2,3,4", LG_ERR_SYNTAX, {0}},
		{"1,,3", LG_ERR_SYNTAX, {0}},
		{"1, 2,3", LG_ERR_SYNTAX, {0}},
		{"0x,2,3", LG_ERR_SYNTAX, {0}},
		{"c,2,3", LG_ERR_SYNTAX, {0}},
		{"-1,2,3", LG_ERR_SYNTAX, {0}},
		{"12.0.6206.1000", LG_ERR_SYNTAX, {0}},
	};
	size_t i;
	size_t part;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_version version = {{7}, LG_VERSION_UNKNOWN};
		struct lg_error err = {0};

		if (lg_version_parse_words(row[i].text, strlen(row[i].text),
					   &version, &err) != row[i].status)
			fail_msg("%s: %s", row[i].text, err.text);
		if (row[i].status != LG_OK) {
			assert_int_equal(version.known, LG_VERSION_UNKNOWN);
			continue;
		}
		for (part = 0; part < 4; part++)
			assert_int_equal(version.part[part], row[i].part[part]);
	}
}

static void compares(void **state)
{
	static const struct lg_version order[] = {
		{{0, 0, 0, 0}, LG_VERSION_FOUR},
		{{0, 0, 0, 4294967295}, LG_VERSION_FOUR},
		{{5, 0, 2178, 0}, LG_VERSION_FOUR},
		{{5, 0, 3144, 0}, LG_VERSION_FOUR},
		{{8, 0, 65535, 65535}, LG_VERSION_FOUR},
		{{8, 1, 215, 0}, LG_VERSION_FOUR},
		{{9, 0, 0, 0}, LG_VERSION_FOUR},
		{{10, 0, 0, 0}, LG_VERSION_FOUR},
	};
	int i;
	int j;

	for (i = 0; i < 8; i++)
		for (j = 0; j < 8; j++)
			assert_int_equal(
				lg_version_compare(&order[i], &order[j]),
				(i > j) - (i < j));
}

static void formats_what_is_known(void **state)
{
	struct lg_version version = {{16, 0, 4600, 9}, LG_VERSION_THREE};
	struct lg_buffer text = {0};

	lg_version_format(&version, &text);
	assert_string_equal(text.data, "16.0.4600");
	lg_buffer_clear(&text);
	assert_int_equal(lg_version_format_three(&version, &text), 0);
	version.known = LG_VERSION_UNKNOWN;
	lg_version_format(&version, &text);
	assert_int_equal(lg_version_format_three(&version, &text), 0);
	assert_int_equal(text.len, 0);
	lg_buffer_release(&text);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("V4 V5 three and four parts are read", reads),
		suite_row("V9 what is no version is refused with its place",
			  refuses),
		suite_row("a long text is read, and shown short",
			  long_text_is_shown_short),
		suite_row("V6 three words become four parts", words),
		suite_row("V6 three words are read, decimal or hexadecimal",
			  words_as_text),
		suite_row("V6 V7 parts compare as numbers from left to right",
			  compares),
		suite_row("a version is shown as far as it is known",
			  formats_what_is_known),
	};

	return suite_run(rows);
}
