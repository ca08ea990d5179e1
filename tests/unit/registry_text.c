/* SPDX-License-Identifier: ISC */
/*
 * Rows for the text form of include/logongate/registry.h. The two exports in
 * tests/data/registry were written by a copy of regedit's form and by
 * `net registry export` of Samba 4.17.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/registry.h>

#define KEY LG_KEY_PARAMETERS_SYSTEM
#define HEAD "Windows Registry Editor Version 5.00\r\n\r\n"
#define HEAD_KEY HEAD "[" KEY "]\r\n"

static struct lg_registry *read_text(const char *text)
{
	struct lg_registry *registry = NULL;
	struct lg_error err = {0};

	if (lg_reg_text_parse(text, strlen(text), "t.reg", NULL, &registry,
			      &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	return registry;
}

static void read_file(const char *name, struct lg_buffer *out)
{
	char path[4096];
	char chunk[4096];
	FILE *file;
	size_t got;

	snprintf(path, sizeof(path), "%s/tests/data/registry/%s",
		 getenv("LOGONGATE_SOURCE_DIR"), name);
	file = fopen(path, "rb");
	assert_non_null(file);
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		lg_buffer_append(out, chunk, got);
	fclose(file);
}

static void reads_an_export(void **state)
{
	struct lg_buffer bytes = {0};
	struct lg_registry *registry = NULL;
	struct lg_error err = {0};
	const struct lg_value *value;

	read_file(*state, &bytes);
	if (lg_reg_text_parse(bytes.data, bytes.len, *state, NULL, &registry,
			      &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	value = lg_registry_find(registry, KEY, LG_VALUE_LOGON_ONLY_AS);
	assert_int_equal(value->type, LG_REG_MULTI_SZ);
	assert_int_equal(value->list.count, 4);
	assert_string_equal(value->list.item[2],
			    "/o=ACME/ou=AG/cn=Recipients/cn=\xe6\x97\xa5"
			    "\xe6\x9c\xac\xf0\x9f\x98\x80");
	assert_string_equal(value->list.item[3],
			    "/o=ACME/ou=AG/cn=Recipients/cn=b\"q\\s;c");
	value = lg_registry_find(registry, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS);
	assert_string_equal(value->text, "-5.9.9;5.3.11-9.9.9");
	assert_string_equal(lg_registry_find(registry, KEY, "CrLf")->text,
			    "a\r\nb");
	assert_int_equal(lg_registry_find(registry, KEY, "dw")->dword, 5);
	lg_buffer_release(&bytes);
	lg_registry_free(&registry);
}

static void every_form_is_read(void **state)
{
	struct lg_registry *registry =
		read_text("Windows Registry Editor Version 5.00\n"
			  "; a comment\n"
			  "\n"
			  "  [HKLM\\A]  ; behind a key\n"
			  "\t\"text\" = \"a \\\\ \\\" b\" ; behind a value\r\n"
			  "@=\"default\"\n"
			  "\"dword\"=dword:ff\n"
			  "\"binary\"=hex:01,2,\\\n"
			  "  03\n"
			  "\"none\"=hex:\n"
			  "\"empty list\"=hex(7):\\\n"
			  "  00,00\n"
			  "\"expand\"=hex(2):61,00,00,00\n"
			  "\"qword\"=hex(b):01,00,00,00,00,00,00,00\n"
			  "\"over\nlines\"=\"x\ny\"\n"
			  "\"text\"=\"again\"\n"
			  "[HKEY_LOCAL_MACHINE\\B[1]]\n"
			  "\"gone\"=-\n");
	static const char key[] = "HKEY_LOCAL_MACHINE\\A";

	assert_int_equal(lg_registry_count(registry), 9);
	assert_string_equal(lg_registry_find(registry, key, "text")->text,
			    "again");
	assert_string_equal(lg_registry_find(registry, key, "")->text,
			    "default");
	assert_int_equal(lg_registry_find(registry, key, "dword")->dword, 255);
	assert_memory_equal(lg_registry_find(registry, key, "binary")->bytes,
			    "\1\2\3", 3);
	assert_int_equal(lg_registry_find(registry, key, "none")->bytes_len, 0);
	assert_int_equal(
		lg_registry_find(registry, key, "empty list")->list.count, 0);
	assert_int_equal(lg_registry_find(registry, key, "expand")->type,
			 LG_REG_EXPAND_SZ);
	assert_int_equal(lg_registry_find(registry, key, "qword")->type, 11);
	assert_string_equal(
		lg_registry_find(registry, key, "over\nlines")->text, "x\ny");
	lg_registry_free(&registry);
}

static void merges_as_regedit_does(void **state)
{
	struct lg_registry *base =
		read_text(HEAD "[HKLM\\A]\n\"a\"=\"1\"\n\"b\"=\"2\"\n"
			       "[HKLM\\A\\Below]\n\"c\"=\"3\"\n"
			       "[HKLM\\AB]\n\"d\"=\"4\"\n");
	struct lg_registry *merged = NULL;
	static const char change[] =
		HEAD "[HKLM\\a]\n\"A\"=-\n\"none\"=-\n\"b\"=\"5\"\n";
	static const char removal[] = HEAD "[-HKLM\\A]\n";

	assert_int_equal(lg_reg_text_parse(change, strlen(change), "t", base,
					   &merged, NULL),
			 LG_OK);
	assert_int_equal(lg_registry_count(merged), 3);
	assert_string_equal(
		lg_registry_find(merged, "HKEY_LOCAL_MACHINE\\A", "b")->text,
		"5");
	assert_int_equal(lg_registry_count(base), 4);
	lg_registry_free(&merged);
	assert_int_equal(lg_reg_text_parse(removal, strlen(removal), "t", base,
					   &merged, NULL),
			 LG_OK);
	assert_int_equal(lg_registry_count(merged), 1);
	assert_string_equal(lg_registry_at(merged, 0)->name, "d");
	lg_registry_free(&merged);
	lg_registry_free(&base);
}

static void wrong_files_are_refused(void **state)
{
	static const struct {
		const char *text;
		size_t line;
	} rows[] = {
		{"", 1},
		{"\n" HEAD, 1},
		{"REGEDIT4", 1},
		{"REGEDIT44\n", 1},
		{"REGEDIT4\n\n" HEAD, 3},
		{"REGEDIT4\n[HKLM\\A]\n\"a\"=hex(7):4a,\n", 3},
		{"Windows Registry Editor Version 5.00", 1},
		{"Windows Registry Editor Version 5.001\n", 1},
		{HEAD "\"a\"=\"b\"\n", 3},
		{HEAD "[HKLM\\A\n", 3},
		{HEAD "[Software]\n", 3},
		{HEAD "[]\n", 3},
		{HEAD "[HKLMX]\n", 3},
		{HEAD "[HKLM\\A] x\n", 3},
		{HEAD_KEY "\"a\"=\"b\"", 4},
		{HEAD_KEY "\"a\"=\"b\n\n", 6},
		{HEAD_KEY "\"a\"=\"b\" c\n", 4},
		{HEAD_KEY "\"a\\n\"=\"b\"\n", 4},
		{HEAD_KEY "\"a\" \"b\"\n", 4},
		{HEAD_KEY "\"a\"=b\n", 4},
		{HEAD_KEY "\"a\"=\n", 4},
		{HEAD_KEY "a=\"b\"\n", 4},
		{HEAD_KEY "\"a\"=dword:\n", 4},
		{HEAD_KEY "\"a\"=dword:123456789\n", 4},
		{HEAD_KEY "\"a\"=dword:1g\n", 4},
		{HEAD_KEY "\"a\"=hex:1,\n", 4},
		{HEAD_KEY "\"a\"=hex:123\n", 4},
		{HEAD_KEY "\"a\"=hex:01 02\n", 4},
		{HEAD_KEY "\"a\"=hex:01,\\ 02\n", 4},
		{HEAD_KEY "\"a\"=hex():01\n", 4},
		{HEAD_KEY "\"a\"=hex(7:01\n", 4},
		{HEAD_KEY "\"a\"=hex:01,\\\n\"b\"=\"c\"\n", 5},
		{HEAD_KEY HEAD, 4},
		{HEAD "[-HKLM\\A]\n\"a\"=\"b\"\n", 4},
		{"\xfe\xff\0W", 0},
		{"\xff\xfeW", 1},
		{HEAD_KEY "\"a\"=\"\xff\"\n", 0},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lg_registry *untouched = (void *)&rows;
		struct lg_error err = {0};
		char place[32] = "t.reg";

		if (rows[i].line)
			snprintf(place, sizeof(place), "t.reg:%zu",
				 rows[i].line);
		if (lg_reg_text_parse(rows[i].text, strlen(rows[i].text),
				      "t.reg", NULL, &untouched,
				      &err) != LG_ERR_SYNTAX)
			fail_msg("row %zu was read", i);
		assert_ptr_equal(untouched, (void *)&rows);
		assert_string_equal(err.place, place);
		assert_true(err.text[0]);
	}
}

static void half_a_pair_is_refused(void **state)
{
	static const char text[] = "\xff\xfe"
				   "W\0\n\0\x3d\xd8\n";
	struct lg_registry *untouched = NULL;
	struct lg_error err = {0};

	assert_int_equal(lg_reg_text_parse(text, sizeof(text), "t.reg", NULL,
					   &untouched, &err),
			 LG_ERR_SYNTAX);
	assert_null(untouched);
	assert_string_equal(err.place, "t.reg:2");
}

static struct lg_registry *some_of_all(void)
{
	struct lg_registry *registry = NULL;
	struct lg_strlist list = {0};

	assert_int_equal(lg_registry_new(&registry, NULL), LG_OK);
	lg_strlist_add(&list, "/o=Org/ou=Site/cn=Recipients/cn=J\xc3\xb6rg", 35,
		       NULL);
	lg_strlist_add(&list, "", 0, NULL);
	lg_strlist_add(&list, "two\nlines", 9, NULL);
	lg_registry_set_list(registry, KEY, LG_VALUE_LOGON_ONLY_AS, &list,
			     NULL);
	lg_registry_set_text(registry, "HKEY_LOCAL_MACHINE\\Other", "", "x",
			     NULL);
	lg_registry_set_text(registry, KEY, "quo\"te\\", "a\"b\\c", NULL);
	lg_registry_set_text(registry, KEY, "lines", "a\r\nb", NULL);
	lg_registry_set_dword(registry, KEY, "d", 0xdeadbeef, NULL);
	lg_registry_set_bytes(registry, KEY, "kept", LG_REG_SZ, "\x3d\xd8", 2,
			      NULL);
	lg_registry_set_bytes(registry, KEY, "binary", LG_REG_BINARY, "", 0,
			      NULL);
	lg_registry_set_bytes(registry, KEY, "odd", 0x1234, "abc", 3, NULL);
	lg_strlist_release(&list);
	return registry;
}

static void written_files_read_back(void **state)
{
	enum lg_reg_encoding encoding =
		*state ? LG_REG_ENCODING_UTF16 : LG_REG_ENCODING_UTF8;
	struct lg_registry *registry = some_of_all();
	struct lg_registry *back = NULL;
	struct lg_buffer bytes = {0};
	struct lg_buffer again = {0};
	size_t i;

	assert_int_equal(lg_reg_text_render(registry, encoding, &bytes, NULL),
			 LG_OK);
	assert_int_equal(lg_reg_text_parse(bytes.data, bytes.len, "t", NULL,
					   &back, NULL),
			 LG_OK);
	assert_int_equal(lg_registry_count(back), lg_registry_count(registry));
	for (i = 0; i < lg_registry_count(back); i++) {
		const struct lg_value *value = lg_registry_at(back, i);
		const struct lg_value *original =
			lg_registry_find(registry, value->key, value->name);

		assert_non_null(original);
		assert_true(lg_value_equal(value, original));
	}
	assert_int_equal(lg_reg_text_render(back, encoding, &again, NULL),
			 LG_OK);
	assert_int_equal(again.len, bytes.len);
	assert_memory_equal(again.data, bytes.data, bytes.len);
	lg_buffer_release(&bytes);
	lg_buffer_release(&again);
	lg_registry_free(&registry);
	lg_registry_free(&back);
}

static void writes_as_regedit_does(void **state)
{
	static const char text[] =
		"Windows Registry Editor Version 5.00\n"
		"\n"
		"[" KEY "]\n"
		"; /o=Org/ou=Site/cn=Recipients/cn=alice\n"
		"\"Logon Only As\"=hex(7):2f,00,6f,00,3d,00,4f,00,7"
		"2,00,67,00,2f,00,6f,00,75,00,\\\n"
		"  3d,00,53,00,69,00,74,00,65,00,2f,00,63,00,6e,00,"
		"3d,00,52,00,65,00,63,00,69,\\\n"
		"  00,70,00,69,00,65,00,6e,00,74,00,73,00,2f,00,63,"
		"00,6e,00,3d,00,61,00,6c,00,\\\n"
		"  69,00,63,00,65,00,00,00,00,00"
		"\n"
		"\"Disable MAPI Clients\"=\"-5.9.9\"\n"
		"\n";
	struct lg_registry *registry = read_text(text);
	struct lg_buffer bytes = {0};

	assert_int_equal(lg_reg_text_render(registry, LG_REG_ENCODING_UTF8,
					    &bytes, NULL),
			 LG_OK);
	assert_string_equal(bytes.data, text);
	lg_buffer_clear(&bytes);
	assert_int_equal(lg_reg_text_render(registry, LG_REG_ENCODING_UTF16,
					    &bytes, NULL),
			 LG_OK);
	assert_memory_equal(bytes.data, "\xff\xfeW\0i\0", 6);
	assert_memory_equal(bytes.data + bytes.len - 8, "\r\0\n\0\r\0\n\0", 8);
	lg_buffer_release(&bytes);
	lg_registry_free(&registry);
}

static void a_key_that_has_no_spelling(void **state)
{
	struct lg_registry *registry = NULL;
	struct lg_buffer bytes = {0};

	assert_int_equal(lg_registry_new(&registry, NULL), LG_OK);
	lg_registry_set_text(registry, "HKEY_LOCAL_MACHINE\\a]\nb", "n", "x",
			     NULL);
	assert_int_equal(lg_reg_text_render(registry, LG_REG_ENCODING_UTF8,
					    &bytes, NULL),
			 LG_ERR_SYNTAX);
	assert_int_equal(bytes.len, 0);
	lg_buffer_release(&bytes);
	lg_registry_free(&registry);
}

/* Random values come back the same: xorshift, so that a failure repeats. */
static uint32_t next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void random_values_come_back(void **state)
{
	static const char *const pieces[] = {"a",
					     "\"",
					     "\\",
					     "\n",
					     "\r\n",
					     ";",
					     "]",
					     "[",
					     "=",
					     ",",
					     " ",
					     "\xc3\xa9",
					     "\xe2\x82\xac",
					     "\xf0\x9f\x98\x80",
					     "\x01",
					     "-",
					     "hex(7):",
					     "\t"};
	static const uint32_t types[] = {0, 1, 2, 3, 4, 7, 11, 0xffffffff};
	uint32_t seed = 1;
	int round;

	for (round = 0; round < 2000; round++) {
		struct lg_registry *registry = NULL;
		struct lg_registry *back = NULL;
		struct lg_buffer bytes = {0};
		uint32_t count = next(&seed) % 6;
		size_t i;

		assert_int_equal(lg_registry_new(&registry, NULL), LG_OK);
		while (count--) {
			struct lg_buffer name = {0};
			struct lg_buffer data = {0};
			uint32_t len = next(&seed) % 6;

			lg_buffer_append(&name, "", 0);
			while (len--)
				lg_buffer_text(&name, pieces[next(&seed) % 18]);
			if (next(&seed) % 2) {
				assert_int_equal(
					lg_registry_set_text(registry, KEY,
							     name.data,
							     name.data, NULL),
					LG_OK);
			} else {
				for (len = next(&seed) % 60; len; len--)
					lg_buffer_char(
						&data,
						(char)(next(&seed) % 3
							       ? 0
							       : next(&seed)));
				assert_int_equal(
					lg_registry_set_bytes(
						registry, KEY, name.data,
						types[next(&seed) % 8],
						data.data ? data.data : "",
						data.len, NULL),
					LG_OK);
			}
			lg_buffer_release(&name);
			lg_buffer_release(&data);
		}
		assert_int_equal(
			lg_reg_text_render(registry,
					   next(&seed) % 2
						   ? LG_REG_ENCODING_UTF8
						   : LG_REG_ENCODING_UTF16,
					   &bytes, NULL),
			LG_OK);
		assert_int_equal(lg_reg_text_parse(bytes.data, bytes.len, "t",
						   NULL, &back, NULL),
				 LG_OK);
		assert_int_equal(lg_registry_count(registry),
				 lg_registry_count(back));
		for (i = 0; i < lg_registry_count(back); i++)
			assert_true(lg_value_equal(lg_registry_at(registry, i),
						   lg_registry_at(back, i)));
		lg_buffer_release(&bytes);
		lg_registry_free(&registry);
		lg_registry_free(&back);
	}
}

static enum lg_status there_and_back(void *context, struct lg_error *err)
{
	struct lg_registry *registry = NULL;
	struct lg_buffer bytes = {0};
	enum lg_status status = lg_reg_text_parse(context, strlen(context), "t",
						  NULL, &registry, err);

	if (status == LG_OK)
		status = lg_reg_text_render(registry, LG_REG_ENCODING_UTF16,
					    &bytes, err);
	lg_buffer_release(&bytes);
	lg_registry_free(&registry);
	return status;
}

static void survives_failing_allocations(void **state)
{
	static const char text[] =
		HEAD_KEY "\"t\"=\"a\"\n\"m\"=hex(7):61,00,00,00,00,00\n"
			 "\"k\"=hex(1):61\n\"d\"=dword:1\n";

	assert_true(allocation_survive(there_and_back, (void *)text) > 20);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row_with("an export of regedit is read", reads_an_export,
			       "regedit-export.reg"),
		suite_row_with("an export of Samba is read", reads_an_export,
			       "samba-export.reg"),
		suite_row("every form of a value is read", every_form_is_read),
		suite_row("a file is merged as regedit does",
			  merges_as_regedit_does),
		suite_row("a wrong file is refused with its line",
			  wrong_files_are_refused),
		suite_row("half a UTF-16 pair is refused with its line",
			  half_a_pair_is_refused),
		suite_row_with("what is written as UTF-8 reads back",
			       written_files_read_back, NULL),
		suite_row_with("what is written as UTF-16 reads back",
			       written_files_read_back, "UTF-16"),
		suite_row("files look as regedit writes them",
			  writes_as_regedit_does),
		suite_row("a key with a line end is not written",
			  a_key_that_has_no_spelling),
		suite_row("random values come back the same",
			  random_values_come_back),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
