/* SPDX-License-Identifier: ISC */
/*
 * Signatures of events against vectors that another program made, and keys.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/ed25519/ed25519.h"
#include "base/base64.h"

static char folder[] = "/tmp/logongate-ed25519-XXXXXX";

static void path_of(char out[128], const char *name)
{
	snprintf(out, 128, "%s/%s", folder, name);
}

static void write_file(const char *path, const char *text, size_t len,
		       mode_t mode)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void check_row(struct lg_signature *signature, char *line)
{
	unsigned char key[LG_FLEET_PUBLIC_SIZE];
	unsigned char by[LG_FLEET_SIGNATURE_SIZE];
	struct lg_fleet_event *event = NULL;
	struct lg_buffer bytes = {0};
	struct lg_error err = {0};
	enum lg_fleet_kind kind = LG_FLEET_PREPARE;
	char *field[6];
	int i;

	for (i = 0; i < 6; i++)
		field[i] = strsep(&line, "\t\n");
	assert_non_null(field[5]);
	assert_true(
		lg_base64_decode(field[1], strlen(field[1]), key, sizeof(key)));
	assert_true(
		lg_base64_decode(field[4], strlen(field[4]), by, sizeof(by)));
	lg_fleet_signed_bytes(field[2], field[3], strlen(field[3]), &bytes);
	if ((signature->verify(signature->self, key, bytes.data, bytes.len, by,
			       &err) == LG_OK) != !strcmp(field[5], "good"))
		fail_msg("%s is not %s", field[0], field[5]);
	lg_buffer_release(&bytes);
	if (strcmp(field[5], "good") != 0)
		return;
	/* Each good body is that of its kind, in the one spelling. */
	assert_true(lg_fleet_kind_from_name(field[0], strlen(field[0]), &kind));
	if (lg_fleet_event_parse(kind, field[3], strlen(field[3]), &event,
				 &err) != LG_OK)
		fail_msg("%s: %s", field[0], err.text);
	lg_fleet_event_free(&event);
}

static void vectors(void **state)
{
	struct lg_signature signature = {0};
	FILE *file = fopen(FLEET_DATA "/events.tsv", "r");
	char *line = NULL;
	size_t size = 0;
	int rows = 0;

	assert_non_null(file);
	assert_int_equal(lg_ed25519_open(NULL, &signature, NULL), LG_OK);
	while (getline(&line, &size, file) > 0) {
		check_row(&signature, line);
		rows++;
	}
	assert_true(rows >= 10);
	free(line);
	fclose(file);
	lg_ed25519_close(&signature);
}

static void signs_as_openssl(void **state)
{
	struct lg_signature signature = {0};
	unsigned char key[LG_FLEET_PUBLIC_SIZE];
	unsigned char by[LG_FLEET_SIGNATURE_SIZE];
	static const char right[] =
		"/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=";
	struct lg_buffer text = {0};
	struct lg_error err = {0};
	char path[128];
	char pem[256];
	FILE *file = fopen(FLEET_DATA "/anna.pem", "r");
	size_t len;

	assert_non_null(file);
	len = fread(pem, 1, sizeof(pem), file);
	fclose(file);
	path_of(path, "anna.key");
	write_file(path, pem, len, 0600);
	if (lg_ed25519_open(path, &signature, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	assert_int_equal(lg_ed25519_public(&signature, key, &err), LG_OK);
	lg_base64_encode(key, sizeof(key), &text);
	assert_string_equal(text.data, right);
	assert_int_equal(signature.sign(signature.self, "x", 1, by, &err),
			 LG_OK);
	assert_int_equal(
		signature.verify(signature.self, key, "x", 1, by, &err), LG_OK);
	assert_int_equal(
		signature.verify(signature.self, key, "y", 1, by, &err),
		LG_ERR_DENIED);
	lg_ed25519_close(&signature);
	/* One that others can read is named and refused. */
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_not_equal(lg_ed25519_open(path, &signature, &err), LG_OK);
	assert_string_equal(err.place, path);
	assert_null(signature.self);
	unlink(path);
	lg_buffer_release(&text);
}

static void makes_keys(void **state)
{
	struct lg_signature signature = {0};
	unsigned char made[LG_FLEET_PUBLIC_SIZE];
	unsigned char read[LG_FLEET_PUBLIC_SIZE];
	struct lg_buffer pem = {0};
	struct lg_error err = {0};
	char path[128];

	assert_int_equal(lg_ed25519_make(&pem, made, &err), LG_OK);
	assert_non_null(strstr(pem.data, "BEGIN PRIVATE KEY"));
	path_of(path, "new.key");
	write_file(path, pem.data, pem.len, 0600);
	if (lg_ed25519_open(path, &signature, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	assert_int_equal(lg_ed25519_public(&signature, read, &err), LG_OK);
	assert_memory_equal(made, read, sizeof(made));
	lg_ed25519_close(&signature);
	unlink(path);
	lg_buffer_release(&pem);
}

static void what_is_no_key(void **state)
{
	struct lg_signature signature = {0};
	struct lg_buffer name = {0};
	struct lg_error err = {0};
	char path[128];

	path_of(path, "not.key");
	write_file(path, "hello\n", 6, 0600);
	assert_int_equal(lg_ed25519_open(path, &signature, &err),
			 LG_ERR_SYNTAX);
	assert_string_equal(err.place, path);
	unlink(path);
	assert_int_equal(lg_ed25519_open(path, &signature, &err), LG_ERR_IO);
	assert_int_equal(
		lg_ed25519_key_name("/etc/logongate/anna.b.key", &name, &err),
		LG_OK);
	assert_string_equal(name.data, "anna.b");
	assert_int_equal(lg_ed25519_key_name("/etc/.key", &name, &err),
			 LG_ERR_SYNTAX);
	lg_buffer_release(&name);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("vectors count or do not", vectors),
		suite_row("openssl's key signs", signs_as_openssl),
		suite_row("a key that is made can be used", makes_keys),
		suite_row("what is no key is refused by name", what_is_no_key),
	};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	failed = suite_run(rows);
	rmdir(folder);
	return failed;
}
