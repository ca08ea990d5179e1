/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/registry.h: values. The text form has
 * registry_text.c.
 */
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/registry.h>

#define KEY LG_KEY_PARAMETERS_SYSTEM

static struct lg_registry *fresh(void)
{
	struct lg_registry *registry = NULL;

	assert_int_equal(lg_registry_new(&registry, NULL), LG_OK);
	return registry;
}

static void put_text(struct lg_registry *registry, const char *name,
		     const char *text)
{
	assert_int_equal(lg_registry_set_text(registry, KEY, name, text, NULL),
			 LG_OK);
}

static void case_does_not_matter(void **state)
{
	struct lg_registry *registry = fresh();

	put_text(registry, "Logon Only As", "a");
	put_text(registry, "LOGON only AS", "b");
	assert_int_equal(lg_registry_count(registry), 1);
	assert_string_equal(
		lg_registry_find(registry,
				 "hkey_local_machine\\system\\"
				 "currentcontrolset\\services\\msexchangeis\\"
				 "parameterssystem",
				 "logon only as")
			->text,
		"b");
	assert_null(lg_registry_find(registry, LG_KEY_MSEXCHANGEIS,
				     "Logon Only As"));
	lg_registry_free(&registry);
	assert_null(registry);
}

static void order_is_that_of_insertion(void **state)
{
	struct lg_registry *registry = fresh();

	put_text(registry, "c", "1");
	put_text(registry, "a", "2");
	put_text(registry, "b", "3");
	put_text(registry, "a", "4");
	assert_true(lg_registry_delete(registry, KEY, "C"));
	assert_false(lg_registry_delete(registry, KEY, "C"));
	assert_int_equal(lg_registry_count(registry), 2);
	assert_string_equal(lg_registry_at(registry, 0)->text, "4");
	assert_string_equal(lg_registry_at(registry, 1)->name, "b");
	assert_null(lg_registry_at(registry, 2));
	lg_registry_free(&registry);
}

enum {
	MANY = 3000
};

/* The nth of many names, in one of the ways to write it. */
static void name_of(size_t n, int upper, char *out, size_t size)
{
	snprintf(out, size,
		 upper ? "CN=N\303\211-%zu,DC=X" : "cn=n\303\211-%zu,dc=x", n);
}

static void many_are_found_whatever_came_and_went(void **state)
{
	struct lg_registry *registry = fresh();
	struct lg_registry *copy = NULL;
	const struct lg_value *value;
	char name[64];
	size_t i;
	size_t at = 0;

	for (i = 0; i < MANY; i++) {
		name_of(i, 0, name, sizeof(name));
		put_text(registry, name, "first");
	}
	assert_int_equal(lg_registry_copy(registry, &copy, NULL), LG_OK);
	/* Every third goes, every other one changes, in other letters. */
	for (i = 0; i < MANY; i++) {
		name_of(i, 1, name, sizeof(name));
		if (i % 3 == 0)
			assert_true(lg_registry_delete(registry, KEY, name));
		else
			put_text(registry, name, "second");
	}
	for (i = 0; i < MANY; i++) {
		name_of(i, 0, name, sizeof(name));
		value = lg_registry_find(registry, KEY, name);
		assert_int_equal(value != NULL, i % 3 != 0);
		if (!value)
			continue;
		assert_string_equal(value->text, "second");
		assert_ptr_equal(value, lg_registry_at(registry, at++));
	}
	assert_int_equal(lg_registry_count(registry), at);
	assert_null(lg_registry_find(registry, "", name));
	/* Only ASCII letters have a case here. */
	assert_null(lg_registry_find(registry, KEY, "cn=n\303\251-1,dc=x"));
	assert_int_equal(lg_registry_count(copy), MANY);
	for (i = 0; i < MANY; i++) {
		name_of(i, 1, name, sizeof(name));
		value = lg_registry_find(copy, KEY, name);
		assert_ptr_equal(value, lg_registry_at(copy, i));
		assert_string_equal(value->text, "first");
	}
	/* A copy grows by itself. */
	put_text(copy, "one more", "third");
	assert_string_equal(lg_registry_find(copy, KEY, "ONE MORE")->text,
			    "third");
	assert_null(lg_registry_find(registry, KEY, "one more"));
	lg_registry_free(&registry);
	lg_registry_free(&copy);
}

static void a_key_goes_with_all_below_it(void **state)
{
	static const char text[] = "Windows Registry Editor Version 5.00\n\n"
				   "[-HKEY_LOCAL_MACHINE\\b]\n"
				   "[HKEY_LOCAL_MACHINE\\B]\n\"new\"=\"n\"\n\n";
	static const char *const keys[] = {LG_KEY_HIVE "\\a", LG_KEY_HIVE "\\b",
					   LG_KEY_HIVE "\\B\\c",
					   LG_KEY_HIVE "\\bb"};
	struct lg_registry *registry = fresh();
	struct lg_registry *left = NULL;
	char name[64];
	size_t i;
	size_t j;

	for (i = 0; i < 100; i++)
		for (j = 0; j < 4; j++) {
			name_of(i, 0, name, sizeof(name));
			lg_registry_set_text(registry, keys[j], name, "x",
					     NULL);
		}
	assert_int_equal(lg_reg_text_parse(text, sizeof(text) - 1, "t",
					   registry, &left, NULL),
			 LG_OK);
	assert_int_equal(lg_registry_count(left), 201);
	for (i = 0; i < 100; i++) {
		name_of(i, 1, name, sizeof(name));
		for (j = 0; j < 4; j++)
			assert_int_equal(
				lg_registry_find(left, keys[j], name) != NULL,
				j == 0 || j == 3);
		assert_ptr_equal(lg_registry_at(left, 2 * i + 1),
				 lg_registry_find(left, keys[3], name));
	}
	assert_string_equal(lg_registry_at(left, 200)->name, "new");
	lg_registry_free(&registry);
	lg_registry_free(&left);
}

static void copies_are_independent(void **state)
{
	struct lg_registry *registry = fresh();
	struct lg_registry *copy = NULL;

	put_text(registry, "a", "1");
	assert_int_equal(lg_registry_copy(registry, &copy, NULL), LG_OK);
	put_text(registry, "a", "2");
	assert_string_equal(lg_registry_find(copy, KEY, "a")->text, "1");
	lg_registry_free(&registry);
	assert_string_equal(lg_registry_find(copy, KEY, "a")->text, "1");
	lg_registry_free(&copy);
}

static void stored_bytes_become_texts(void **state)
{
	static const struct {
		uint32_t type;
		const char *bytes;
		size_t len;
		const char *text; /* the list with |; NULL: kept */
	} rows[] = {
		{LG_REG_SZ, "a\0\0\0", 4, "a"},
		{LG_REG_SZ, "a\0", 2, "a"},
		{LG_REG_SZ, "", 0, ""},
		{LG_REG_SZ, "\0\0", 2, ""},
		{LG_REG_SZ, "a\0\0\0b\0\0\0", 8, NULL},
		{LG_REG_SZ, "a\0\0", 3, NULL},
		{LG_REG_SZ, "\x00\xd8\0\0", 4, NULL},
		{LG_REG_SZ, "\x00\xdc\0\0", 4, NULL},
		{LG_REG_SZ, "\x3d\xd8\x00\xde\0\0", 6, "\xf0\x9f\x98\x80"},
		{LG_REG_MULTI_SZ, "", 0, ""},
		{LG_REG_MULTI_SZ, "\0\0", 2, ""},
		{LG_REG_MULTI_SZ, "\0\0\0\0", 4, "|"},
		{LG_REG_MULTI_SZ, "a\0\0\0b\0\0\0\0\0", 10, "a|b|"},
		{LG_REG_MULTI_SZ, "a\0\0\0b\0\0\0", 8, "a|b|"},
		{LG_REG_MULTI_SZ, "a\0\0\0b\0", 6, "a|b|"},
		{LG_REG_MULTI_SZ, "a\0\0\0\0\0b\0\0\0\0\0", 12, "a||b|"},
		{LG_REG_MULTI_SZ, "\x00\xd8\0\0\0\0", 6, NULL},
	};
	size_t i;
	size_t j;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lg_registry *registry = fresh();
		struct lg_buffer list = {0};
		const struct lg_value *value;

		assert_int_equal(
			lg_registry_set_bytes(registry, KEY, "v", rows[i].type,
					      rows[i].bytes, rows[i].len, NULL),
			LG_OK);
		value = lg_registry_find(registry, KEY, "v");
		if (!rows[i].text) {
			assert_true(value->bytes_kept);
			assert_int_equal(value->bytes_len, rows[i].len);
			assert_memory_equal(value->bytes, rows[i].bytes,
					    rows[i].len);
			assert_int_equal(lg_value_stored_size(value),
					 rows[i].len);
		} else if (rows[i].type == LG_REG_SZ) {
			assert_string_equal(value->text, rows[i].text);
		} else {
			lg_buffer_append(&list, "", 0);
			for (j = 0; j < value->list.count; j++)
				lg_buffer_format(&list, "%s|",
						 value->list.item[j]);
			assert_string_equal(list.data, rows[i].text);
		}
		lg_buffer_release(&list);
		lg_registry_free(&registry);
	}
}

static void texts_become_stored_bytes(void **state)
{
	struct lg_registry *registry = fresh();
	struct lg_strlist list = {0};
	struct lg_buffer bytes = {0};
	const struct lg_value *value;

	assert_int_equal(lg_strlist_add(&list, "a\xf0\x9f\x98\x80", 5, NULL),
			 LG_OK);
	assert_int_equal(lg_strlist_add(&list, "", 0, NULL), LG_OK);
	assert_int_equal(lg_registry_set_list(registry, KEY, "m", &list, NULL),
			 LG_OK);
	value = lg_registry_find(registry, KEY, "m");
	lg_value_bytes(value, &bytes);
	assert_int_equal(bytes.len, 12);
	assert_memory_equal(bytes.data, "a\0\x3d\xd8\x00\xde\0\0\0\0\0\0", 12);
	assert_int_equal(lg_value_stored_size(value), 12);
	lg_buffer_clear(&bytes);
	assert_int_equal(
		lg_registry_set_dword(registry, KEY, "d", 0x01020304, NULL),
		LG_OK);
	lg_value_bytes(lg_registry_find(registry, KEY, "d"), &bytes);
	assert_memory_equal(bytes.data, "\4\3\2\1", 4);
	put_text(registry, "s", "\xc3\xa9");
	assert_int_equal(
		lg_value_stored_size(lg_registry_find(registry, KEY, "s")), 4);
	lg_buffer_release(&bytes);
	lg_strlist_release(&list);
	lg_registry_free(&registry);
}

static void equal_means_type_and_data(void **state)
{
	struct lg_registry *registry = fresh();
	const struct lg_value *value[6];
	size_t i;
	size_t j;

	put_text(registry, "0", "a");
	put_text(registry, "1", "A");
	lg_registry_set_bytes(registry, KEY, "2", LG_REG_EXPAND_SZ, "a\0\0\0",
			      4, NULL);
	lg_registry_set_bytes(registry, KEY, "3", LG_REG_MULTI_SZ,
			      "a\0\0\0\0\0", 6, NULL);
	lg_registry_set_dword(registry, KEY, "4", 1, NULL);
	lg_registry_set_bytes(registry, KEY, "5", LG_REG_DWORD, "\1\0", 2,
			      NULL);
	for (i = 0; i < 6; i++)
		value[i] = lg_registry_at(registry, i);
	for (i = 0; i < 6; i++)
		for (j = 0; j < 6; j++)
			assert_int_equal(lg_value_equal(value[i], value[j]),
					 i == j);
	lg_registry_free(&registry);
}

static void any_value_can_be_copied(void **state)
{
	struct lg_registry *from = fresh();
	struct lg_registry *to = fresh();
	size_t i;

	put_text(from, "text", "a");
	lg_registry_set_bytes(from, KEY, "list", LG_REG_MULTI_SZ, "a\0\0\0\0\0",
			      6, NULL);
	lg_registry_set_bytes(from, KEY, "kept", LG_REG_SZ, "a", 1, NULL);
	lg_registry_set_bytes(from, KEY, "binary", LG_REG_BINARY, "", 0, NULL);
	lg_registry_set_bytes(from, KEY, "qword", 11, "12345678", 8, NULL);
	lg_registry_set_dword(from, KEY, "dword", 7, NULL);
	for (i = 0; i < lg_registry_count(from); i++) {
		assert_int_equal(
			lg_registry_set(to, lg_registry_at(from, i), NULL),
			LG_OK);
		assert_true(lg_value_equal(lg_registry_at(from, i),
					   lg_registry_at(to, i)));
	}
	lg_registry_free(&from);
	lg_registry_free(&to);
}

static void other_texts_are_refused(void **state)
{
	struct lg_registry *registry = fresh();
	struct lg_error err = {0};

	assert_int_equal(lg_registry_set_text(registry, KEY, "n", "\xff", &err),
			 LG_ERR_SYNTAX);
	assert_string_equal(err.place, "n");
	assert_int_equal(
		lg_registry_set_text(registry, KEY, "\xc0\x80", "a", NULL),
		LG_ERR_SYNTAX);
	assert_int_equal(
		lg_registry_set_dword(registry, "\xed\xa0\x80", "n", 1, NULL),
		LG_ERR_SYNTAX);
	assert_int_equal(lg_registry_count(registry), 0);
	lg_registry_free(&registry);
}

static enum lg_status fill(void *context, struct lg_error *err)
{
	struct lg_registry *registry = NULL;
	struct lg_registry *copy = NULL;
	enum lg_status status = lg_registry_new(&registry, err);
	char name[] = "?1";
	int i;

	if (status == LG_OK)
		status = lg_registry_set_text(registry, KEY, "t", "a", err);
	if (status == LG_OK)
		status = lg_registry_set_bytes(registry, KEY, "m",
					       LG_REG_MULTI_SZ, "a\0\0\0\0\0",
					       6, err);
	if (status == LG_OK)
		status = lg_registry_set_dword(registry, KEY, "d", 1, err);
	if (status == LG_OK)
		status = lg_registry_set_bytes(registry, KEY, "k", LG_REG_SZ,
					       "a", 1, err);
	/* More than there is room for at first. */
	for (i = 0; i < 20 && status == LG_OK; i++) {
		name[0] = (char)('A' + i);
		status = lg_registry_set_dword(registry, KEY, name, 1, err);
	}
	if (status == LG_OK)
		status = lg_registry_copy(registry, &copy, err);
	if (status == LG_OK)
		status =
			lg_registry_set(copy, lg_registry_at(registry, 1), err);
	lg_registry_free(&registry);
	lg_registry_free(&copy);
	return status;
}

static void survives_failing_allocations(void **state)
{
	assert_true(allocation_survive(fill, NULL) > 15);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("keys and names compare without case",
			  case_does_not_matter),
		suite_row("values stand in the order they came",
			  order_is_that_of_insertion),
		suite_row("thousands are found, whatever came and went",
			  many_are_found_whatever_came_and_went),
		suite_row("a key goes with all below it, and nothing else",
			  a_key_goes_with_all_below_it),
		suite_row("a copy does not follow its original",
			  copies_are_independent),
		suite_row("what Windows stores becomes text, or is kept",
			  stored_bytes_become_texts),
		suite_row("texts become what Windows stores",
			  texts_become_stored_bytes),
		suite_row("two values are equal in type and data",
			  equal_means_type_and_data),
		suite_row("a value of any type can be copied",
			  any_value_can_be_copied),
		suite_row("names and texts must be UTF-8",
			  other_texts_are_refused),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
