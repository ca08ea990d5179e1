/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/warning.h.
 */
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/warning.h>

static void names_go_both_ways(void **state)
{
	unsigned int i;

	for (i = 0; i < LG_WARNING_COUNT; i++) {
		const char *name = lg_warning_name((enum lg_warning)i);
		enum lg_warning code = LG_WARN_NAME_SHARED;

		assert_non_null(name);
		assert_true(lg_warning_from_name(name, strlen(name), &code));
		assert_int_equal(code, i);
	}
	assert_null(lg_warning_name((enum lg_warning)LG_WARNING_COUNT));
}

static void other_names_are_none(void **state)
{
	enum lg_warning code = LG_WARN_FAILS_OPEN;

	assert_false(lg_warning_from_name("fails", 5, &code));
	assert_false(lg_warning_from_name("", 0, &code));
	assert_int_equal(code, LG_WARN_FAILS_OPEN);
}

static void weights_are_the_contracts(void **state)
{
	static const char *const accept[] = {"locks-everyone-out",
					     "locks-you-out",
					     "system-versions-blocked",
					     "dn-not-found",
					     "dn-ambiguous",
					     "directory-not-asked",
					     "unsupported-by-dialect",
					     "ends-before-it-bites",
					     "concerns-nobody",
					     "nobody-lifts",
					     "companion-unknown"};
	unsigned int i;
	size_t j;

	for (i = 0; i < LG_WARNING_COUNT; i++) {
		enum lg_warning_weight weight = LG_WEIGHT_TOLD;

		for (j = 0; j < sizeof(accept) / sizeof(accept[0]); j++)
			if (strcmp(accept[j],
				   lg_warning_name((enum lg_warning)i)) == 0)
				weight = LG_WEIGHT_ACCEPT;
		if (i == LG_WARN_FAILS_OPEN)
			weight = LG_WEIGHT_ACCEPT_OPEN;
		if (i == LG_WARN_LOCK_CONFLICT)
			weight = LG_WEIGHT_REFUSES;
		assert_int_equal(lg_warning_weight((enum lg_warning)i), weight);
	}
}

static void added_warnings_keep_their_sentences(void **state)
{
	struct lg_warnings warnings = {0};
	char longer[2000];
	int i;

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	for (i = 0; i < 20; i++)
		assert_int_equal(lg_warnings_add(&warnings,
						 LG_WARN_DN_NOT_FOUND, NULL,
						 "%d %s", i, longer),
				 LG_OK);
	assert_int_equal(warnings.text.count, 20);
	assert_int_equal(strlen(warnings.text.item[19]), 2002);
	assert_true(lg_warnings_has(&warnings, LG_WARN_DN_NOT_FOUND));
	assert_false(lg_warnings_has(&warnings, LG_WARN_FAILS_OPEN));
	lg_warnings_release(&warnings);
	assert_int_equal(warnings.text.count, 0);
}

static void control_characters_become_blanks(void **state)
{
	struct lg_warnings warnings = {0};

	lg_warnings_add(&warnings, LG_WARN_FAILS_OPEN, NULL, "a%sb",
			"\x1b\n\xc2\x9b\x7f\xc3\xa9");
	assert_string_equal(warnings.text.item[0], "a     \xc3\xa9"
						   "b");
	lg_warnings_release(&warnings);
}

static enum lg_status add_some(void *context, struct lg_error *err)
{
	struct lg_warnings warnings = {0};
	enum lg_status status = LG_OK;
	int i;

	for (i = 0; i < 10 && status == LG_OK; i++)
		status = lg_warnings_add(&warnings, LG_WARN_FAILS_OPEN, err,
					 "%01000d", i);
	lg_warnings_release(&warnings);
	return status;
}

static void survives_failing_allocations(void **state)
{
	allocation_survive(add_some, NULL);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("every code has a name, and back",
			  names_go_both_ways),
		suite_row("any other name is none", other_names_are_none),
		suite_row("what needs accepting is what the contract says",
			  weights_are_the_contracts),
		suite_row("sentences of any length are kept",
			  added_warnings_keep_their_sentences),
		suite_row("a sentence holds no control characters",
			  control_characters_become_blanks),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
