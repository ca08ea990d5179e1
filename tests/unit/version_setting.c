/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/version_setting.h (V1-V9, V12).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/version_setting.h>

static struct lg_version_setting *parsed(const char *text,
					 enum lg_version_form form)
{
	struct lg_version_setting *setting = NULL;
	struct lg_error err = {0};

	if (lg_version_setting_parse(text, strlen(text), form, "test", &setting,
				     &err) != LG_OK)
		fail_msg("%s: %s", text, err.text);
	return setting;
}

static int blocks(const char *spec, const char *client)
{
	struct lg_version_setting *setting =
		parsed(spec, LG_VERSION_FORM_REGISTRY);
	struct lg_version version;
	int result;

	assert_int_equal(
		lg_version_parse(client, strlen(client), &version, NULL),
		LG_OK);
	result = lg_version_setting_blocks(setting, &version);
	lg_version_setting_free(&setting);
	return result;
}

/* The next field of a CSV line, unquoted in place; NULL at the end. */
static char *csv_field(char **at)
{
	char *field = *at;
	char *out;

	if (!field)
		return NULL;
	if (*field != '"') {
		char *end = strchr(field, ',');

		*at = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		return field;
	}
	out = ++field;
	for (*at = field; **at; ++*at) {
		if (**at == '"' && *++*at != '"')
			break;
		*out++ = **at;
	}
	*at = **at == ',' ? *at + 1 : NULL;
	*out = '\0';
	return field;
}

static void known_settings(void **state)
{
	const char *root = getenv("LOGONGATE_SOURCE_DIR");
	char path[4096];
	char line[4096];
	FILE *file;
	int rows = 0;

	snprintf(path, sizeof(path), "%s/tests/data/version-spec.csv",
		 root ? root : ".");
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	while (fgets(line, sizeof(line), file)) {
		char *at = line;
		char *spec = csv_field(&at);
		char *version = csv_field(&at);
		char *expected = csv_field(&at);

		assert_non_null(expected);
		if (blocks(spec, version) != (strcmp(expected, "block") == 0))
			fail_msg("%s of %s is not %s", version, spec, expected);
		rows++;
	}
	fclose(file);
	assert_int_equal(rows, 80);
}

static void refuses(void **state)
{
	static const struct {
		const char *text;
		enum lg_status status;
		const char *says;
	} row[] = {
		{";", LG_ERR_SYNTAX, "separators at character 1;"},
		{",", LG_ERR_SYNTAX, "separators at character 1;"},
		{"5.0.0;", LG_ERR_SYNTAX, "separators at character 7;"},
		{"5.0.0 , ", LG_ERR_SYNTAX, "separators at character 9;"},
		{";5.0.0", LG_ERR_SYNTAX, "separators at character 1;"},
		{"5.0.0;;6.0.0", LG_ERR_SYNTAX, "separators at character 7;"},
		{"5.0.0; ,6.0.0", LG_ERR_SYNTAX, "separators at character 8;"},
		{"-", LG_ERR_SYNTAX, "\"-\" at character 1 names no version"},
		{"5.0.0; - ", LG_ERR_SYNTAX, "\"-\" at character 8 names no"},
		{"--5.0.0", LG_ERR_SYNTAX, "two dashes"},
		{"-5.0.0-", LG_ERR_SYNTAX, "two dashes"},
		{"5.0.0--6.0.0", LG_ERR_SYNTAX, "two dashes"},
		{"1.0.0-2.0.0-3.0.0", LG_ERR_SYNTAX, "two dashes"},
		{"5", LG_ERR_SYNTAX, "ends too early"},
		{"5.0", LG_ERR_SYNTAX, "ends too early"},
		{"5.0.", LG_ERR_SYNTAX, "'.' at character 4"},
		{"5.0.0.", LG_ERR_SYNTAX, "'.' at character 6"},
		{"1.2.3.4.5", LG_ERR_SYNTAX, "'.' at character 8"},
		{"5.0-6.0.0", LG_ERR_SYNTAX, "'-' at character 4"},
		{"5.0.0-6.0", LG_ERR_SYNTAX, "ends too early"},
		{".5.0.0", LG_ERR_SYNTAX, "'.' at character 1"},
		{"5..0.0", LG_ERR_SYNTAX, "'.' at character 2"},
		{"+5.0.0", LG_ERR_SYNTAX, "'+' at character 1"},
		{"5.+0.0", LG_ERR_SYNTAX, "'.' at character 2"},
		{"0x5.0.0", LG_ERR_SYNTAX, "'x' at character 2"},
		{"7.0.0;5.0.a", LG_ERR_SYNTAX, "\"5.0.a\" at character 7 "},
		{"5.0.0 6.0.0", LG_ERR_SYNTAX, "blank inside, at character 6"},
		{"5.0.0 -6.0.0", LG_ERR_SYNTAX, "blank inside, at character 6"},
		{"5.0.0- 6.0.0", LG_ERR_SYNTAX, "blank inside, at character 7"},
		{"- 6.0.0", LG_ERR_SYNTAX, "blank inside, at character 2"},
		{"6.0.0\t-", LG_ERR_SYNTAX, "blank inside, at character 6"},
		{"5 .0.0", LG_ERR_SYNTAX, "blank inside, at character 2"},
		{"5.0.0\n", LG_ERR_SYNTAX, "byte 0x0a at character 6"},
		{"5.0.0\r\n;6.0.0", LG_ERR_SYNTAX, "byte 0x0d at character 6"},
		{"\xc2\xa0"
		 "5.0.0",
		 LG_ERR_SYNTAX, "byte 0xc2 at character 1"},
		{"\xef\xbc\x95.0.0", LG_ERR_SYNTAX, "byte 0xef at character 1"},
		{"5.0.2178.0", LG_ERR_SYNTAX,
		 "\"5.0.2178.0\" at character 1 has four parts at character 1; "
		 "write 5.2178.0"},
		{"4.0.0;-12.0.4518.1014", LG_ERR_SYNTAX,
		 "at character 8; write 12.4518.1014"},
		{"8.1.215.0", LG_ERR_SYNTAX, "no three parts name"},
		{"-5.3164.0.0", LG_ERR_SYNTAX,
		 "no client names that version; write 5.3164.0"},
		{"65536.0.0", LG_ERR_RANGE, "\"65536.0.0\" at character 1 "},
		{"1.65536.0", LG_ERR_RANGE, "over 65535"},
		{"1.0.0-1.0.99999999999999999999999999", LG_ERR_RANGE,
		 "at character 7"},
		{"6.0.0-5.0.0", LG_ERR_CONFLICT,
		 "\"6.0.0-5.0.0\" at character 1 runs backwards"},
		{"5.0.0; 12.0.1-12.0.0 ;6.0.0", LG_ERR_CONFLICT,
		 "\"12.0.1-12.0.0\" at character 8 runs backwards"},
	};
	struct lg_version_setting *const untouched = (void *)row;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_version_setting *setting = untouched;
		struct lg_error err = {0};
		enum lg_status status = lg_version_setting_parse(
			row[i].text, strlen(row[i].text),
			LG_VERSION_FORM_REGISTRY, "here:4", &setting, &err);

		if (status != row[i].status || !strstr(err.text, row[i].says))
			fail_msg("%s: %s: %s", row[i].text,
				 lg_status_name(status), err.text);
		assert_string_equal(err.place, "here:4");
		assert_ptr_equal(setting, untouched);
	}
}

static void refuses_a_nul(void **state)
{
	struct lg_version_setting *setting = NULL;
	struct lg_error err = {0};

	assert_int_equal(lg_version_setting_parse("5.0.0\0;6.0.0", 12,
						  LG_VERSION_FORM_REGISTRY,
						  NULL, &setting, &err),
			 LG_ERR_SYNTAX);
	assert_non_null(strstr(err.text, "0x00 at character 6"));
	assert_null(setting);
}

static void blank_blocks_nothing(void **state)
{
	assert_int_equal(blocks("", "5.0.0"), 0);
	assert_int_equal(blocks(" \t ", "5.0.0"), 0);
}

static void blanks_around_items(void **state)
{
	struct lg_version_setting *setting =
		parsed(" \t-5.9.9\t ;  7.0.0-11.5.9 , 13.0.0\t",
		       LG_VERSION_FORM_REGISTRY);
	const struct lg_version_range *item;
	size_t count;

	item = lg_version_setting_items(setting, &count);
	assert_int_equal(count, 3);
	assert_int_equal(item[0].from.known, LG_VERSION_UNKNOWN);
	assert_int_equal(item[0].to.part[3], 9);
	assert_int_equal(item[1].offset, 13);
	assert_int_equal(item[1].len, 12);
	assert_int_equal(item[2].from.part[0], 13);
	assert_int_equal(item[2].to.part[0], 13);
	lg_version_setting_free(&setting);
	lg_version_setting_free(&setting);
}

static void merged_ranges(void **state)
{
	static const struct {
		const char *text;
		const char *merged;
	} row[] = {
		{"", ""},
		{"5.0.0", "5.0.0.0-5.0.0.0 "},
		{"7.0.0-8.0.0;5.0.0-6.0.0", "5.0.0.0-6.0.0.0 7.0.0.0-8.0.0.0 "},
		{"5.0.0-6.0.0,5.5.5-5.6.6", "5.0.0.0-6.0.0.0 "},
		{"5.0.0-6.0.0,6.0.0-7.0.0", "5.0.0.0-7.0.0.0 "},
		{"5.0.0-5.0.5;5.0.6", "5.0.0.0-5.0.0.6 "},
		{"5.0.0-5.0.65535;5.1.0", "5.0.0.0-5.0.0.65535 "
					  "5.0.1.0-5.0.1.0 "},
		{"-5.0.0;0.0.0-6.0.0", "-6.0.0.0 "},
		{"9.0.0-;-5.0.0", "-5.0.0.0 9.0.0.0- "},
		{"9.0.0-;10.0.0-11.0.0;12.0.0-", "9.0.0.0- "},
		{"4.0.0-;-5.0.0", "- "},
	};
	size_t i;
	size_t j;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_version_setting *setting =
			parsed(row[i].text, LG_VERSION_FORM_REGISTRY);
		struct lg_buffer text = {0};
		const struct lg_version_range *range;
		size_t count;

		range = lg_version_setting_merged(setting, &count);
		lg_buffer_text(&text, "");
		for (j = 0; j < count; j++) {
			lg_version_format(&range[j].from, &text);
			lg_buffer_char(&text, '-');
			lg_version_format(&range[j].to, &text);
			lg_buffer_char(&text, ' ');
		}
		assert_string_equal(text.data, row[i].merged);
		lg_buffer_release(&text);
		lg_version_setting_free(&setting);
	}
}

static void four_parts(void **state)
{
	struct lg_version_setting *setting = parsed(
		"8.1.0.0-8.1.240.5;12.4518.1014", LG_VERSION_FORM_FOUR_PART);
	struct lg_version version = {{8, 1, 215, 0}, LG_VERSION_FOUR};
	struct lg_error err = {0};

	assert_int_equal(lg_version_setting_blocks(setting, &version), 1);
	version.part[1] = 0;
	assert_int_equal(lg_version_setting_blocks(setting, &version), 0);
	version = (struct lg_version){{12, 0, 4518, 1014}, LG_VERSION_FOUR};
	assert_int_equal(lg_version_setting_blocks(setting, &version), 1);
	lg_version_setting_free(&setting);
	assert_int_equal(lg_version_setting_parse("1.2.3.4.5", 9,
						  LG_VERSION_FORM_FOUR_PART,
						  NULL, &setting, &err),
			 LG_ERR_SYNTAX);
	assert_int_equal(lg_version_setting_parse("1.65536.3.4", 11,
						  LG_VERSION_FORM_FOUR_PART,
						  NULL, &setting, &err),
			 LG_ERR_RANGE);
}

static void second_part_not_zero(void **state)
{
	assert_int_equal(blocks("8.0.0-9.0.0", "8.1.215.0"), 1);
	assert_int_equal(blocks("8.0.0-8.65535.65535", "8.1.215.0"), 0);
	assert_int_equal(blocks("8.1.215", "8.1.215.0"), 0);
	assert_int_equal(blocks("-8.0.0", "8.1.215.0"), 0);
	assert_int_equal(blocks("8.0.0-", "8.1.215.0"), 1);
}

static void clients_may_claim_more(void **state)
{
	assert_int_equal(blocks("5.0.0-", "4294967295.0.4294967295.0"), 1);
	assert_int_equal(blocks("5.0.0-5.65535.65535", "5.70000.0"), 0);
	assert_int_equal(blocks("-6.0.0", "5.70000.0"), 1);
}

static void three_and_unknown(void **state)
{
	struct lg_version_setting *setting =
		parsed("16.4600.1000-16.4600.2000;-5.0.0;20.0.65535-",
		       LG_VERSION_FORM_REGISTRY);
	struct lg_version version = {{16, 0, 4600, 0}, LG_VERSION_THREE};

	assert_int_equal(lg_version_setting_blocks(setting, &version), 1);
	version.part[2] = 4599;
	assert_int_equal(lg_version_setting_blocks(setting, &version), 0);
	version.part[2] = 4601;
	assert_int_equal(lg_version_setting_blocks(setting, &version), 0);
	version.part[0] = 5;
	version.part[2] = 0;
	assert_int_equal(lg_version_setting_blocks(setting, &version), 1);
	version.part[0] = 20;
	assert_int_equal(lg_version_setting_blocks(setting, &version), 1);
	version = (struct lg_version){{0}, LG_VERSION_UNKNOWN};
	assert_int_equal(lg_version_setting_blocks(setting, &version), 0);
	lg_version_setting_free(&setting);
}

static void limits(void **state)
{
	const size_t mebibyte = 1u << 20;
	char *text = malloc(mebibyte + 1);
	struct lg_version_setting *setting = NULL;
	struct lg_version version = {{5, 0, 0, 7}, LG_VERSION_FOUR};
	struct lg_error err = {0};
	size_t i;
	size_t count;

	assert_non_null(text);
	memset(text, '0', mebibyte + 1);
	memcpy(text + mebibyte - 5, "5.0.7", 5);
	assert_int_equal(lg_version_setting_parse(text, mebibyte,
						  LG_VERSION_FORM_REGISTRY,
						  NULL, &setting, &err),
			 LG_OK);
	assert_int_equal(lg_version_setting_blocks(setting, &version), 1);
	lg_version_setting_free(&setting);
	assert_int_equal(lg_version_setting_parse(text, mebibyte + 1,
						  LG_VERSION_FORM_REGISTRY,
						  NULL, &setting, &err),
			 LG_ERR_LIMIT);
	assert_null(setting);
	for (i = 0; i + 6 <= mebibyte; i += 6)
		memcpy(text + i, "5.0.7;", 6);
	assert_int_equal(lg_version_setting_parse(text, i - 1,
						  LG_VERSION_FORM_REGISTRY,
						  NULL, &setting, &err),
			 LG_OK);
	lg_version_setting_items(setting, &count);
	assert_int_equal(count, i / 6);
	lg_version_setting_merged(setting, &count);
	assert_int_equal(count, 1);
	lg_version_setting_free(&setting);
	free(text);
}

static enum lg_status parse_and_free(void *context, struct lg_error *err)
{
	struct lg_version_setting *setting = NULL;
	enum lg_status status = lg_version_setting_parse(
		context, strlen(context), LG_VERSION_FORM_REGISTRY, NULL,
		&setting, err);

	lg_version_setting_free(&setting);
	return status;
}

static void survives_failing_allocations(void **state)
{
	char text[] = "-5.0.0;7.0.0-8.0.0;9.9.9";
	char blank[] = " ";

	assert_int_equal(allocation_survive(parse_and_free, text), 4);
	assert_int_equal(allocation_survive(parse_and_free, blank), 4);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("V2-V5 V12 every known setting blocks what it should",
			  known_settings),
		suite_row("V8 V9 what cannot be read is refused with its place",
			  refuses),
		suite_row("V9 a NUL is refused", refuses_a_nul),
		suite_row("an empty or blank setting blocks nothing",
			  blank_blocks_nothing),
		suite_row("V2 blanks around items are ignored",
			  blanks_around_items),
		suite_row("ranges that touch become one", merged_ranges),
		suite_row("V8 four parts are read when told so", four_parts),
		suite_row("V7 a second part that is not 0 lies between",
			  second_part_not_zero),
		suite_row("a client may claim parts beyond 65535",
			  clients_may_claim_more),
		suite_row("three parts stand for every fourth, unknown for "
			  "none",
			  three_and_unknown),
		suite_row("a mebibyte is read, more is refused", limits),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
