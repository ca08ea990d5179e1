/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/system/secret_file.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"
#include "allocation.h"

#include "adapters/system/secret_file.h"

static char path[] = "/tmp/logongate-secret-XXXXXX";

static void write_secret(const char *text, size_t len, mode_t mode)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void secret_is_one_line(void **state)
{
	static const char *const text[] = {"s3 cret", "s3 cret\n",
					   "s3 cret\r\n"};
	size_t i;

	for (i = 0; i < 3; i++) {
		struct lg_buffer secret = {0};
		struct lg_error err = {0};

		write_secret(text[i], strlen(text[i]), 0600);
		assert_int_equal(lg_secret_file_read(path, &secret, &err),
				 LG_OK);
		assert_string_equal(secret.data, "s3 cret");
		assert_int_equal(secret.len, 7);
		lg_secret_release(&secret);
		assert_null(secret.data);
	}
}

static void a_secret_of_several_lines(void **state)
{
	struct lg_buffer secret = {0};
	struct lg_error err = {0};

	write_secret("a = 1\nb = 2\n", 12, 0600);
	assert_int_equal(lg_secret_file_read_lines(path, &secret, &err), LG_OK);
	assert_string_equal(secret.data, "a = 1\nb = 2\n");
	lg_secret_release(&secret);
	write_secret("a = 1\n", 6, 0604);
	assert_int_equal(lg_secret_file_read_lines(path, &secret, &err),
			 LG_ERR_IO);
	assert_string_equal(err.place, path);
	assert_null(secret.data);
	write_secret("a\0b\n", 4, 0600);
	assert_int_equal(lg_secret_file_read_lines(path, &secret, &err),
			 LG_ERR_SYNTAX);
	assert_null(secret.data);
}

static void others_must_not_read(void **state)
{
	static const mode_t mode[] = {0644, 0604, 0602, 0601, 0666,
				      0777, 0640, 0620, 0660, 0610};
	size_t i;

	for (i = 0; i < sizeof(mode) / sizeof(mode[0]); i++) {
		struct lg_buffer secret = {0};
		struct lg_error err = {0};

		write_secret("x\n", 2, mode[i]);
		assert_int_equal(lg_secret_file_read(path, &secret, &err),
				 LG_ERR_IO);
		assert_null(secret.data);
		assert_string_equal(err.place, path);
		assert_non_null(strstr(err.text, "others can read"));
		assert_int_equal(lg_secret_file_check(path, &err), LG_ERR_IO);
	}
}

static void not_a_secret(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} row[] = {
		{"", 0}, {"\n", 1}, {"a\nb\n", 4}, {"a\0b", 3}, {"a\n\n", 3}};
	struct lg_buffer secret = {0};
	struct lg_error err = {0};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		write_secret(row[i].text, row[i].len, 0600);
		assert_int_equal(lg_secret_file_read(path, &secret, &err),
				 LG_ERR_SYNTAX);
	}
	assert_int_equal(lg_secret_file_read("/nonexistent/x", &secret, &err),
			 LG_ERR_IO);
	assert_string_equal(err.place, "/nonexistent/x");
	assert_int_equal(lg_secret_file_read("/", &secret, &err), LG_ERR_IO);
	assert_null(secret.data);
}

static void settings_name_files(void **state)
{
	struct lg_settings *settings = NULL;
	struct lg_error err = {0};

	assert_int_equal(lg_settings_default(NULL, &settings, NULL), LG_OK);
	assert_int_equal(lg_settings_files_check(settings, &err), LG_OK);
	settings->directory_password_file = path;
	write_secret("x\n", 2, 0600);
	assert_int_equal(lg_settings_files_check(settings, &err), LG_OK);
	write_secret("x\n", 2, 0644);
	assert_int_equal(lg_settings_files_check(settings, &err), LG_ERR_IO);
	assert_string_equal(err.place, path);
	write_secret("x\n", 2, 0600);
	settings->directory_ca_file = "/nonexistent/ca.pem";
	assert_int_equal(lg_settings_files_check(settings, &err), LG_ERR_IO);
	assert_string_equal(err.place, "/nonexistent/ca.pem");
	lg_settings_free(&settings);
}

static enum lg_status read_once(void *context, struct lg_error *err)
{
	struct lg_buffer secret = {0};
	enum lg_status status = lg_secret_file_read(path, &secret, err);

	lg_secret_release(&secret);
	return status;
}

static void survives_failing_allocations(void **state)
{
	write_secret("x\n", 2, 0600);
	allocation_survive(read_once, NULL);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a secret is one line", secret_is_one_line),
		suite_row("an account's file has several lines",
			  a_secret_of_several_lines),
		suite_row("a secret that others can read is refused",
			  others_must_not_read),
		suite_row("what is no secret is refused", not_a_secret),
		suite_row("every file that settings name is looked at",
			  settings_name_files),
		suite_row("survives failing allocations",
			  survives_failing_allocations),
	};
	int fd = mkstemp(path);
	int failed;

	if (fd < 0 || close(fd))
		return 1;
	failed = suite_run(rows);
	return unlink(path) ? 1 : failed;
}
