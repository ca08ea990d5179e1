/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/core/values/match.h: what was measured on slapd.
 */
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include "core/values/match.h"

struct match_row {
	const char *sentence;
	const char *a;
	const char *b;
	int equal;
	int short_equal;
};

static const struct match_row match_rows[] = {
	{"case is ignored", "/o=Org/cn=A", "/O=ORG/CN=a", 1, 1},
	{"case beyond ASCII is ignored, not by the short cut", "M\u00dcLLER",
	 "m\u00fcller", 1, 0},
	{"two blanks are one", "a  b", "a b", 1, 1},
	{"blanks at the ends do not count", "  a b ", "a b", 1, 1},
	{"a blank within counts", "ab", "a b", 0, 0},
	{"full-width letters are letters", "\uff21\uff22", "ab", 1, 0},
	{"decomposed accents are accents", "u\u0308", "\u00fc", 1, 0},
	{"other letters are other", "a", "b", 0, 0},
	{"what is not UTF-8 still folds as ASCII", "A\xe4", "a\xe4", 1, 1},
};

static void match_as_said(void **state)
{
	const struct match_row *row = *state;
	struct lg_buffer a = {0};
	struct lg_buffer b = {0};

	assert_int_equal(lg_match_fold(row->a, strlen(row->a), &a, NULL),
			 LG_OK);
	assert_int_equal(lg_match_fold(row->b, strlen(row->b), &b, NULL),
			 LG_OK);
	assert_int_equal(a.len == b.len && memcmp(a.data, b.data, a.len) == 0,
			 row->equal);
	lg_buffer_clear(&a);
	lg_buffer_clear(&b);
	lg_match_squeeze(row->a, strlen(row->a), &a);
	lg_match_squeeze(row->b, strlen(row->b), &b);
	assert_int_equal(a.len == b.len && memcmp(a.data, b.data, a.len) == 0,
			 row->short_equal);
	lg_buffer_release(&a);
	lg_buffer_release(&b);
}

static enum lg_status fold(void *context, struct lg_error *err)
{
	struct lg_buffer out = {0};
	enum lg_status status =
		lg_match_fold(context, strlen(context), &out, err);

	lg_buffer_release(&out);
	return status;
}

static void survives_failing_allocations(void **state)
{
	char text[] = "M\u00dcLLER";

	allocation_survive(fold, text);
}

#define MATCH_ROWS (sizeof(match_rows) / sizeof(match_rows[0]))

int main(void)
{
	struct CMUnitTest matches[MATCH_ROWS];
	const struct CMUnitTest rows[] = {
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	for (size_t i = 0; i < MATCH_ROWS; i++)
		matches[i] = (struct CMUnitTest)suite_row_with(
			match_rows[i].sentence, match_as_said, &match_rows[i]);
	return suite_run(matches) | suite_run(rows);
}
