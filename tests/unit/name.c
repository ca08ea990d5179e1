/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/core/values/name.h: contract 7 "Names", 8 "Directory".
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include "core/values/name.h"

struct fold_row {
	const char *sentence;
	const char *text;
	const char *folded;
};

static const struct fold_row fold_rows[] = {
	{"a plain name is itself", "anna", "anna"},
	{"ASCII case folds", "Anna@Example.ORG", "anna@example.org"},
	{"smtp: is cut", "smtp:anna@example.org", "anna@example.org"},
	{"SMTP: is cut", "SMTP:Anna@example.org", "anna@example.org"},
	{"sip: is cut", "sip:anna@example.org", "anna@example.org"},
	{"another prefix stays", "x400:anna", "x400:anna"},
	{"DOMAIN\\user is user", "ACME\\Anna", "anna"},
	{"the first backslash ends the domain", "A\\b\\C", "b\\c"},
	{"a domain alone is an empty name", "ACME\\", ""},
	{"an empty name is empty", "", ""},
	{"blanks around it are cut", " anna@Example.org \t",
	 "anna@example.org"},
	{"a blank within stays", "anna b", "anna b"},
	{"umlauts fold", "M\u00dcLLER", "m\u00fcller"},
	{"sharp s folds to ss", "Stra\u00dfe", "strasse"},
	{"Greek sigmas fold to one", "\u03a3\u03c3\u03c2",
	 "\u03c3\u03c3\u03c3"},
	{"Cyrillic folds", "\u0410\u041d\u041d\u0410",
	 "\u0430\u043d\u043d\u0430"},
	{"a letter beyond the first plane folds", "\U00010400", "\U00010428"},
	{"bytes that are not UTF-8 stay", "A\xe4\x42", "a\xe4\x62"},
	{"a cut-off sequence stays", "a\xe2\x82", "a\xe2\x82"},
	{"a name that ends in a lone lead byte stays", "a\xc3", "a\xc3"},
};

static void fold_as_said(void **state)
{
	const struct fold_row *row = *state;
	struct lg_buffer out = {0};
	size_t len = strlen(row->text);
	size_t folded_len = strlen(row->folded);
	const char *bare;
	size_t bare_len;

	assert_int_equal(lg_name_fold(row->text, len, &out, NULL), LG_OK);
	assert_int_equal(out.len, folded_len);
	lg_name_bare(row->text, len, &bare, &bare_len);
	assert_true(bare + bare_len <= row->text + len);
	assert_int_equal(strspn(bare + bare_len, " \t"),
			 (size_t)(row->text + len - bare) - bare_len);
	if (folded_len)
		assert_memory_equal(out.data, row->folded, folded_len);
	assert_true(
		lg_name_equals_folded(row->text, len, row->folded, folded_len));
	assert_false(lg_name_equals_folded(row->text, len, "no such name", 12));
	/* What is folded has no prefix left that would be cut again. */
	if (!memchr(row->folded, '\\', folded_len))
		assert_true(lg_name_hash(row->text, len) ==
			    lg_name_hash(row->folded, folded_len));
	lg_buffer_release(&out);
}

static void long_names_hash_alike(void **state)
{
	char upper[2000];
	char lower[2000];

	for (size_t i = 0; i < 1000; i++) {
		memcpy(upper + 2 * i, "\u00dc", 2);
		memcpy(lower + 2 * i, "\u00fc", 2);
	}
	for (size_t len = 0; len <= 2000; len += 2)
		assert_true(lg_name_hash(upper, len) ==
			    lg_name_hash(lower, len));
	assert_true(lg_name_equals_folded(upper, 2000, lower, 2000));
	assert_false(lg_name_equals_folded(upper, 2000, lower, 1998));
	assert_false(lg_name_equals_folded(upper, 1998, lower, 2000));
}

static void takes_names_of_values(void **state)
{
	const char *name = NULL;
	size_t len = 0;

	assert_true(lg_name_of_value("mail", "a@b", 3, &name, &len));
	assert_int_equal(len, 3);
	assert_true(
		lg_name_of_value("proxyAddresses", "SMTP:a@b", 8, &name, &len));
	assert_int_equal(len, 3);
	assert_memory_equal(name, "a@b", 3);
	assert_true(
		lg_name_of_value("PROXYADDRESSES", "sip:a@b", 7, &name, &len));
	assert_int_equal(len, 3);
	assert_true(lg_name_of_value("proxyAddresses", "a@b", 3, &name, &len));
	name = NULL;
	assert_false(lg_name_of_value("proxyAddresses", "X500:/o=A/cn=b", 14,
				      &name, &len));
	assert_false(lg_name_of_value("mail", "", 0, &name, &len));
	assert_false(
		lg_name_of_value("proxyAddresses", "smtp:", 5, &name, &len));
	assert_false(lg_name_of_value("uid", "a\0b", 3, &name, &len));
	assert_false(lg_name_of_value("uid", "\xe4", 1, &name, &len));
	assert_null(name);
}

static enum lg_status fold_long(void *context, struct lg_error *err)
{
	struct lg_buffer out = {0};
	enum lg_status status = lg_name_fold(context, 500, &out, err);

	lg_buffer_release(&out);
	return status;
}

static void survives_failing_allocations(void **state)
{
	char text[500];

	memset(text, 'A', sizeof(text));
	allocation_survive(fold_long, text);
}

#define FOLD_ROWS (sizeof(fold_rows) / sizeof(fold_rows[0]))

int main(void)
{
	struct CMUnitTest folds[FOLD_ROWS];
	const struct CMUnitTest rows[] = {
		suite_row("names of any length hash by their folded form",
			  long_names_hash_alike),
		suite_row("only values that are logon names are taken",
			  takes_names_of_values),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	for (size_t i = 0; i < FOLD_ROWS; i++)
		folds[i] = (struct CMUnitTest)suite_row_with(
			fold_rows[i].sentence, fold_as_said, &fold_rows[i]);
	return suite_run(folds) | suite_run(rows);
}
