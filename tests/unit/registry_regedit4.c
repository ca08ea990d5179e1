/* SPDX-License-Identifier: ISC */
/*
 * Rows for REGEDIT4, the registry files of Windows NT 4 and 9x, and for the
 * code pages they are written in.
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/registry.h>

#define KEY LG_KEY_PARAMETERS_SYSTEM
#define JOERG "/o=Org/ou=Site/cn=Recipients/cn=J\xc3\xb6rg"

/* hex(7) in ANSI: "Jö", "b"; a text beside it. */
static const char old_file[] =
	"REGEDIT4\r\n\r\n; by hand, \xfcmlaut\r\n"
	"[" KEY "]\r\n"
	"\"Logon Only As\"=hex(7):4a,f6,00,\\\r\n  62,00,00\r\n"
	"\"Disable MAPI Clients\"=\"-5.9.9 \x80\"\r\n"
	"\"gone\"=-\r\n"
	"\"n\"=dword:00000005\r\n\"bin\"=hex:01,02\r\n\r\n"
	"[-HKEY_LOCAL_MACHINE\\Old]\r\n";

static void reads_ansi(void **state)
{
	struct lg_registry *registry = NULL;
	const struct lg_value *value;

	assert_int_equal(lg_reg_text_parse(old_file, strlen(old_file), "t",
					   NULL, &registry, NULL),
			 LG_OK);
	assert_int_equal(lg_registry_count(registry), 4);
	value = lg_registry_find(registry, KEY, LG_VALUE_LOGON_ONLY_AS);
	assert_int_equal(value->type, LG_REG_MULTI_SZ);
	assert_int_equal(value->list.count, 2);
	assert_string_equal(value->list.item[0], "J\xc3\xb6");
	assert_string_equal(value->list.item[1], "b");
	value = lg_registry_find(registry, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS);
	assert_string_equal(value->text, "-5.9.9 \xe2\x82\xac");
	assert_int_equal(lg_registry_find(registry, KEY, "n")->dword, 5);
	assert_int_equal(lg_registry_find(registry, KEY, "bin")->bytes_len, 2);
	lg_registry_free(&registry);
}

/* 0xf6 is another letter in another page; a page may have a hole. */
static void reads_another_page(void **state)
{
	struct lg_codepage page;
	struct lg_registry *registry = NULL;
	struct lg_error err = {0};

	lg_codepage_1252(&page);
	page.number = 1251;
	page.unicode[0xf6] = 0x0446;
	assert_int_equal(lg_reg_text_parse_as(old_file, strlen(old_file), "t",
					      NULL, &page, &registry, NULL),
			 LG_OK);
	assert_string_equal(
		lg_registry_find(registry, KEY, LG_VALUE_LOGON_ONLY_AS)
			->list.item[0],
		"J\xd1\x86");
	lg_registry_free(&registry);
	page.unicode[0x80] = 0;
	assert_int_equal(lg_reg_text_parse_as(old_file, strlen(old_file), "t",
					      NULL, &page, &registry, &err),
			 LG_ERR_SYNTAX);
	assert_string_equal(err.place, "t:7");
	assert_non_null(strstr(err.text, "0x80"));
	page.unicode[0x80] = 0x20ac;
	page.unicode[0xf6] = 0;
	assert_int_equal(lg_reg_text_parse_as(old_file, strlen(old_file), "t",
					      NULL, &page, &registry, &err),
			 LG_ERR_SYNTAX);
}

/* Deletions are the file's own: they must not be lost on the way. */
static void says_the_same_in_the_newer_form(void **state)
{
	static const char base_file[] =
		"Windows Registry Editor Version 5.00\n\n[" KEY "]\n"
		"\"gone\"=\"1\"\n[HKEY_LOCAL_MACHINE\\Old]\n\"x\"=\"2\"\n";
	struct lg_registry *base = NULL;
	struct lg_registry *merged = NULL;
	struct lg_registry *again = NULL;
	struct lg_buffer text = {0};
	size_t i;

	assert_int_equal(lg_reg_text_modernise(old_file, strlen(old_file), "t",
					       NULL, &text, NULL),
			 LG_OK);
	assert_non_null(strstr(text.data, "\xc3\xbcmlaut"));
	assert_int_equal(lg_reg_text_parse(base_file, strlen(base_file), "b",
					   NULL, &base, NULL),
			 LG_OK);
	assert_int_equal(lg_reg_text_parse(old_file, strlen(old_file), "t",
					   base, &merged, NULL),
			 LG_OK);
	assert_int_equal(
		lg_reg_text_parse(text.data, text.len, "n", base, &again, NULL),
		LG_OK);
	assert_int_equal(lg_registry_count(merged), 4);
	assert_int_equal(lg_registry_count(again), 4);
	for (i = 0; i < 4; i++)
		assert_true(lg_value_equal(lg_registry_at(merged, i),
					   lg_registry_at(again, i)));
	lg_buffer_clear(&text);
	assert_int_equal(lg_reg_text_modernise(base_file, strlen(base_file),
					       "b", NULL, &text, NULL),
			 LG_OK);
	assert_int_equal(text.len, strlen(base_file));
	lg_buffer_release(&text);
	lg_registry_free(&base);
	lg_registry_free(&merged);
	lg_registry_free(&again);
}

static struct lg_registry *some_values(void)
{
	struct lg_registry *registry = NULL;
	struct lg_strlist list = {0};

	assert_int_equal(lg_registry_new(&registry, NULL), LG_OK);
	lg_strlist_add(&list, JOERG, strlen(JOERG), NULL);
	lg_strlist_add(&list, "b", 1, NULL);
	lg_registry_set_list(registry, KEY, LG_VALUE_LOGON_ONLY_AS, &list,
			     NULL);
	lg_registry_set_text(registry, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS,
			     "-5.9.9 \"\\\xe2\x82\xac", NULL);
	lg_registry_set_text(registry, KEY, "lines", "a\nb", NULL);
	lg_registry_set_text(registry, KEY, "none", "", NULL);
	lg_registry_set_dword(registry, KEY, "d", 7, NULL);
	lg_strlist_release(&list);
	return registry;
}

static void what_it_writes_it_reads(void **state)
{
	struct lg_registry *registry = some_values();
	struct lg_registry *back = NULL;
	struct lg_buffer bytes = {0};
	size_t i;

	assert_int_equal(lg_reg_text_render(registry, LG_REG_ENCODING_REGEDIT4,
					    &bytes, NULL),
			 LG_OK);
	assert_int_equal(strncmp(bytes.data, "REGEDIT4\r\n\r\n[HKEY", 17), 0);
	assert_non_null(strstr(bytes.data, "=hex(7):2f,6f,3d,"));
	assert_non_null(strstr(bytes.data, "\"-5.9.9 \\\"\\\\\x80\"\r\n"));
	assert_int_equal(lg_reg_text_parse(bytes.data, bytes.len, "t", NULL,
					   &back, NULL),
			 LG_OK);
	assert_int_equal(lg_registry_count(back), 5);
	for (i = 0; i < 5; i++)
		assert_true(lg_value_equal(lg_registry_at(registry, i),
					   lg_registry_at(back, i)));
	lg_buffer_clear(&bytes);
	assert_int_equal(lg_reg_text_render_deletion(KEY, "x",
						     LG_REG_ENCODING_REGEDIT4,
						     &bytes, NULL),
			 LG_OK);
	assert_string_equal(bytes.data, "[" KEY "]\r\n\"x\"=-\r\n\r\n");
	lg_buffer_release(&bytes);
	lg_registry_free(&back);
	lg_registry_free(&registry);
}

static void what_the_page_lacks_is_not_written(void **state)
{
	static const char *const lacking[] = {"\xe6\x97\xa5",
					      "\xf0\x9f\x98\x80", "\xce\xb1"};
	struct lg_buffer bytes = {0};
	size_t i;
	int as_list;

	for (i = 0; i < 6; i++) {
		struct lg_registry *registry = some_values();
		struct lg_strlist list = {0};
		struct lg_error err = {0};

		as_list = i >= 3;
		lg_strlist_add(&list, lacking[i % 3], strlen(lacking[i % 3]),
			       NULL);
		if (as_list)
			lg_registry_set_list(registry, KEY, "list", &list,
					     NULL);
		else
			lg_registry_set_text(registry, KEY, "text",
					     lacking[i % 3], NULL);
		assert_int_equal(lg_reg_text_render(registry,
						    LG_REG_ENCODING_REGEDIT4,
						    &bytes, &err),
				 LG_ERR_SYNTAX);
		assert_non_null(strstr(err.text, "code page 1252"));
		assert_int_equal(bytes.len, 0);
		lg_strlist_release(&list);
		lg_registry_free(&registry);
	}
	lg_buffer_release(&bytes);
}

static void every_byte_of_1252_comes_back(void **state)
{
	struct lg_codepage page;
	struct lg_buffer text = {0};
	struct lg_buffer bytes = {0};
	unsigned char all[256];
	size_t i;

	for (i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)i;
	lg_codepage_1252(&page);
	assert_int_equal(lg_codepage_decode(&page, all, sizeof(all), &text),
			 sizeof(all));
	assert_int_equal(lg_codepage_encode(&page, text.data, text.len, &bytes),
			 text.len);
	assert_int_equal(bytes.len, sizeof(all));
	assert_memory_equal(bytes.data, all, sizeof(all));
	lg_buffer_release(&text);
	lg_buffer_release(&bytes);
}

static enum lg_status there_and_back(void *context, struct lg_error *err)
{
	struct lg_registry *registry = NULL;
	struct lg_buffer text = {0};
	struct lg_buffer bytes = {0};
	enum lg_status status = lg_reg_text_modernise(
		old_file, strlen(old_file), "t", NULL, &text, err);

	if (status == LG_OK)
		status = lg_reg_text_parse(text.data, text.len, "t", NULL,
					   &registry, err);
	if (status == LG_OK)
		status = lg_reg_text_render(registry, LG_REG_ENCODING_REGEDIT4,
					    &bytes, err);
	lg_registry_free(&registry);
	lg_buffer_release(&text);
	lg_buffer_release(&bytes);
	return status;
}

static void survives_failing_allocations(void **state)
{
	assert_true(allocation_survive(there_and_back, NULL) > 10);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("REGEDIT4 is read as ANSI, lists too", reads_ansi),
		suite_row("another code page reads other letters",
			  reads_another_page),
		suite_row("a file says the same in the newer form",
			  says_the_same_in_the_newer_form),
		suite_row("what is written is read again",
			  what_it_writes_it_reads),
		suite_row("what the page lacks is not written",
			  what_the_page_lacks_is_not_written),
		suite_row("every byte of 1252 comes back",
			  every_byte_of_1252_comes_back),
		suite_row("survives failing allocations",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
