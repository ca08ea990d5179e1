/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/buffer.h.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/buffer.h>

static void appends_grow(void **state)
{
	struct lg_buffer buffer = {0};
	size_t i;

	for (i = 0; i < 1000; i++) {
		lg_buffer_text(&buffer, "ab");
		lg_buffer_char(&buffer, 'c');
		assert_int_equal(buffer.data[buffer.len], '\0');
	}
	assert_int_equal(buffer.len, 3000);
	assert_int_equal(lg_buffer_status(&buffer, NULL), LG_OK);
	assert_memory_equal(buffer.data, "abcabc", 6);
	lg_buffer_release(&buffer);
	assert_null(buffer.data);
}

static void formats_any_length(void **state)
{
	struct lg_buffer buffer = {0};

	lg_buffer_format(&buffer, "%0500d|", 1);
	lg_buffer_format(&buffer, "%s", "end");
	assert_int_equal(buffer.len, 504);
	assert_string_equal(buffer.data + 499, "1|end");
	lg_buffer_release(&buffer);
}

static void keeps_nul_bytes(void **state)
{
	struct lg_buffer buffer = {0};

	lg_buffer_append(&buffer, "a\0b", 3);
	lg_buffer_append(&buffer, NULL, 0);
	assert_int_equal(buffer.len, 3);
	assert_memory_equal(buffer.data, "a\0b", 4);
	lg_buffer_release(&buffer);
}

static void takes_empty_text(void **state)
{
	struct lg_buffer buffer = {0};
	char *text = NULL;

	assert_int_equal(lg_buffer_take(&buffer, &text, NULL), LG_OK);
	assert_string_equal(text, "");
	assert_null(buffer.data);
	free(text);
}

static void failure_is_remembered(void **state)
{
	struct lg_buffer buffer = {0};
	struct lg_error err = {0};
	char *text = (char *)"untouched";

	lg_buffer_text(&buffer, "before");
	allocation_fail_at(1);
	lg_buffer_format(&buffer, "%0500d", 1);
	allocation_stop_failing();
	lg_buffer_text(&buffer, "after");
	assert_string_equal(buffer.data, "before");
	assert_int_equal(lg_buffer_status(&buffer, &err), LG_ERR_NO_MEMORY);
	assert_int_equal(err.status, LG_ERR_NO_MEMORY);
	assert_int_equal(lg_buffer_take(&buffer, &text, NULL),
			 LG_ERR_NO_MEMORY);
	assert_string_equal(text, "untouched");
	lg_buffer_clear(&buffer);
	assert_int_equal(lg_buffer_status(&buffer, NULL), LG_OK);
	assert_string_equal(buffer.data, "");
	lg_buffer_release(&buffer);
}

static void impossible_length_is_no_memory(void **state)
{
	struct lg_buffer buffer = {0};

	lg_buffer_text(&buffer, "x");
	lg_buffer_append(&buffer, "y", SIZE_MAX);
	assert_int_equal(lg_buffer_status(&buffer, NULL), LG_ERR_NO_MEMORY);
	assert_string_equal(buffer.data, "x");
	lg_buffer_release(&buffer);
}

static enum lg_status build_text(void *context, struct lg_error *err)
{
	struct lg_buffer buffer = {0};
	char *text = NULL;
	enum lg_status status;
	int i;

	for (i = 0; i < 100; i++)
		lg_buffer_format(&buffer, "line %d\n", i);
	status = lg_buffer_take(&buffer, &text, err);
	free(text);
	lg_buffer_release(&buffer);
	return status;
}

static void survives_failing_allocations(void **state)
{
	assert_true(allocation_survive(build_text, NULL) >= 3);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("appended bytes grow it", appends_grow),
		suite_row("a formatted text has any length",
			  formats_any_length),
		suite_row("NUL bytes are bytes", keeps_nul_bytes),
		suite_row("nothing is taken as an empty text",
			  takes_empty_text),
		suite_row("a failure is remembered and leaves no hole",
			  failure_is_remembered),
		suite_row("an impossible length is out of memory",
			  impossible_length_is_no_memory),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
