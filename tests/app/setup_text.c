/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/app/setup/setup_settings.h and setup_diff.h.
 */
#include <string.h>

#include "suite.h"

#include "app/setup/setup_diff.h"
#include "app/setup/setup_settings.h"

static void address(void **state)
{
	static const struct {
		const char *before;
		const char *after;
	} row[] = {
		{"[listen.http]\naddress = \"unix:h\" ; mine\n",
		 "[listen.http]\naddress = \"unix:h, A:1\" ; mine\n"},
		{"[listen.http]\naddress = unix:h\t; mine\n[x]\naddress = b\n",
		 "[listen.http]\naddress = unix:h, A:1\t; mine\n"
		 "[x]\naddress = b\n"},
		{"; [listen.http]\n[ listen.http ]\nmode = 0660",
		 "; [listen.http]\n[ listen.http ]\n"
		 "address = \"unix:http.sock, A:1\"\nmode = 0660"},
		{"[gate]", "[gate]\n\n[listen.http]\n"
			   "address        = \"A:1\"\n"
			   "without_policy = refuse\n"},
	};
	struct lg_error err;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_buffer text = {0};

		lg_buffer_text(&text, row[i].before);
		assert_int_equal(lg_setup_add_address(&text, "http", "A:1",
						      "refuse", &err),
				 LG_OK);
		assert_string_equal(text.data, row[i].after);
		lg_buffer_release(&text);
	}
}

static void not_one_line(void **state)
{
	struct lg_buffer text = {0};
	struct lg_error err;

	lg_buffer_text(&text, "[listen.http]\naddress = \"unix:h\n");
	assert_int_equal(
		lg_setup_add_address(&text, "http", "A:1", "refuse", &err),
		LG_ERR_SYNTAX);
	assert_string_equal(text.data, "[listen.http]\naddress = \"unix:h\n");
	lg_buffer_release(&text);
}

static void diff(void **state)
{
	const struct lg_setup_file file = {.path = "/f",
					   .before = "a\nb\nc\nd\ne\nf\ng\n",
					   .after = "a\nb\nc\nd\nE\nf\ng\nh"};
	struct lg_buffer text = {0};
	struct lg_error err;

	assert_int_equal(lg_setup_diff(&file, &text, &err), LG_OK);
	assert_string_equal(text.data,
			    "--- /f\n+++ /f\n@@ -2,6 +2,7 @@\n b\n c\n d\n"
			    "-e\n+E\n f\n g\n+h\n"
			    "\\ No newline at end of file\n");
	lg_buffer_release(&text);
}

static void secret(void **state)
{
	const struct lg_setup_file file = {
		.path = "/key", .after = "5ecret", .is_secret = 1};
	struct lg_buffer text = {0};
	struct lg_error err;

	assert_int_equal(lg_setup_diff(&file, &text, &err), LG_OK);
	assert_null(strstr(text.data, "5ecret"));
	lg_buffer_release(&text);
}

static void take_back(void **state)
{
	static const struct {
		const char *before;
		const char *after;
		const char *now;
		const char *back; /* NULL: it cannot be told */
	} row[] = {
		{"a\nb\n", "a\nB\n", "x\na\nB\ny\n", "x\na\nb\ny\n"},
		{"a\n", "a\n\n[d]\nk = v\n", "a\nx\n\n[d]\nk = v\ny\n",
		 "a\nx\ny\n"},
		{"a\nb\n", "a\nB\n", "a\nC\n", NULL},
		{"a\nb\n", "a\nB\n", "B\na\nB\n", NULL},
		{"a\nb\n", "a\n", "a\nx\n", NULL},
	};
	struct lg_error err;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_buffer text = {0};
		enum lg_status status = lg_setup_take_back(
			row[i].before, row[i].after, row[i].now, &text, &err);

		assert_int_equal(status, row[i].back ? LG_OK : LG_ERR_CONFLICT);
		if (row[i].back)
			assert_string_equal(text.data, row[i].back);
		lg_buffer_release(&text);
	}
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("an address more, and nothing else", address),
		suite_row("a value that goes on is left alone", not_one_line),
		suite_row("a unified diff, also without a last line end", diff),
		suite_row("a secret is never shown", secret),
		suite_row("taken back out of what was changed", take_back),
	};

	return suite_run(rows);
}
