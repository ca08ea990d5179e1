/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/strlist.h.
 */
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/strlist.h>

static void keeps_order_and_place(void **state)
{
	struct lg_strlist list = {0};
	const char *first;
	size_t i;

	assert_int_equal(lg_strlist_add(&list, "first", 5, NULL), LG_OK);
	first = list.item[0];
	for (i = 1; i < 50000; i++) {
		char text[32];
		int len = snprintf(text, sizeof(text), "item %zu", i);

		assert_int_equal(lg_strlist_add(&list, text, (size_t)len, NULL),
				 LG_OK);
	}
	assert_int_equal(list.count, 50000);
	assert_ptr_equal(list.item[0], first);
	assert_string_equal(list.item[0], "first");
	assert_string_equal(list.item[49999], "item 49999");
	lg_strlist_release(&list);
	assert_int_equal(list.count, 0);
}

static void takes_any_length(void **state)
{
	struct lg_strlist list = {0};
	size_t size = 3u << 20;
	char *text = malloc(size);

	assert_non_null(text);
	memset(text, 'x', size);
	assert_int_equal(lg_strlist_add(&list, "", 0, NULL), LG_OK);
	assert_int_equal(lg_strlist_add(&list, NULL, 0, NULL), LG_OK);
	assert_int_equal(lg_strlist_add(&list, text, size, NULL), LG_OK);
	assert_int_equal(lg_strlist_add(&list, "abcdef", 3, NULL), LG_OK);
	assert_string_equal(list.item[0], "");
	assert_string_equal(list.item[1], "");
	assert_int_equal(strlen(list.item[2]), size);
	assert_string_equal(list.item[3], "abc");
	lg_strlist_release(&list);
	free(text);
}

static void adds_itself(void **state)
{
	struct lg_strlist list = {0};

	lg_strlist_add(&list, "a", 1, NULL);
	lg_strlist_add(&list, "b", 1, NULL);
	assert_int_equal(lg_strlist_add_all(&list, &list, NULL), LG_OK);
	assert_int_equal(list.count, 4);
	assert_string_equal(list.item[3], "b");
	lg_strlist_release(&list);
}

static void failed_add_changes_nothing(void **state)
{
	struct lg_strlist list = {0};
	struct lg_error err = {0};
	size_t nth;

	assert_int_equal(lg_strlist_add(&list, "a", SIZE_MAX, &err),
			 LG_ERR_NO_MEMORY);
	for (nth = 1; nth <= 2; nth++) {
		allocation_fail_at(nth);
		assert_int_equal(lg_strlist_add(&list, "a", 1, &err),
				 LG_ERR_NO_MEMORY);
		allocation_stop_failing();
		assert_int_equal(list.count, 0);
		lg_strlist_release(&list);
	}
	assert_int_equal(err.status, LG_ERR_NO_MEMORY);
}

static enum lg_status copy_list(void *context, struct lg_error *err)
{
	struct lg_strlist copy = {0};
	enum lg_status status = lg_strlist_add_all(&copy, context, err);

	lg_strlist_release(&copy);
	return status;
}

static void survives_failing_allocations(void **state)
{
	struct lg_strlist list = {0};
	int i;

	for (i = 0; i < 100; i++)
		assert_int_equal(lg_strlist_add(&list, "0123456789", 10, NULL),
				 LG_OK);
	assert_true(allocation_survive(copy_list, &list) > 4);
	lg_strlist_release(&list);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("items keep their order and their place",
			  keeps_order_and_place),
		suite_row("an item has any length", takes_any_length),
		suite_row("a list may be added to itself", adds_itself),
		suite_row("a failed add changes nothing",
			  failed_add_changes_nothing),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
