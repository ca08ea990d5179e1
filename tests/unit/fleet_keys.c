/* SPDX-License-Identifier: ISC */
/*
 * Keys: lines of a file, and what is learned from events.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "core/fleet/fleet_keys.h"

#define A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define B "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static struct lg_fleet_keys keys;

static enum lg_status parse(const char *text, struct lg_error *err)
{
	return lg_fleet_keys_parse(&keys, text, strlen(text), "fleet.pub", err);
}

static void lines(void **state)
{
	struct lg_buffer text = {0};

	keys.count = 0;
	assert_int_equal(
		parse("# ours\n\nanna " A "\r\nben\t" B " revoked\n", NULL),
		LG_OK);
	assert_int_equal(keys.count, 2);
	assert_non_null(lg_fleet_keys_find(&keys, "anna", 4));
	assert_null(lg_fleet_keys_find(&keys, "ben", 3));
	lg_fleet_keys_render(&keys, &text);
	assert_string_equal(text.data, "anna " A "\nben " B " revoked\n");
	lg_buffer_release(&text);
}

static void bad_lines(void **state)
{
	static const char *const row[] = {
		"anna\n",
		"anna AAAA\n",
		"anna " A " x\n",
		"anna " A " revoked x\n",
		"an/na " A "\n",
		"anna AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
		"x " B "\nx " A "\n",
	};
	struct lg_error err = {0};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		keys.count = 0;
		assert_int_not_equal(parse(row[i], &err), LG_OK);
		assert_non_null(strstr(err.place, "fleet.pub:"));
		assert_int_equal(keys.count, 0);
	}
}

static enum lg_status learn(const char *name, const char *text, int revoked,
			    int *out_changed)
{
	struct lg_fleet_event event = {.kind = LG_FLEET_KEY,
				       .name = name,
				       .public_key = text,
				       .revoked = revoked};

	return lg_fleet_keys_learn(&keys, &event, out_changed, NULL);
}

static void learned(void **state)
{
	int changed;

	keys.count = 0;
	assert_int_equal(parse("anna " A "\n", NULL), LG_OK);
	/* The last one stays. */
	assert_int_equal(learn("anna", A, 1, &changed), LG_ERR_CONFLICT);
	assert_int_equal(learn("ben", B, 0, &changed), LG_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(learn("ben", A, 0, &changed), LG_ERR_CONFLICT);
	assert_int_equal(learn("ben", "AAAA", 0, &changed), LG_ERR_SYNTAX);
	assert_int_equal(learn("anna", A, 1, &changed), LG_OK);
	assert_int_equal(changed, 1);
	/* What is revoked never comes back. */
	assert_int_equal(learn("anna", A, 0, &changed), LG_OK);
	assert_int_equal(changed, 0);
	assert_null(lg_fleet_keys_find(&keys, "anna", 4));
	/* Heard in the other order it comes to the same. */
	assert_int_equal(learn("cora", A, 1, &changed), LG_OK);
	assert_int_equal(learn("cora", A, 0, &changed), LG_OK);
	assert_null(lg_fleet_keys_find(&keys, "cora", 4));
}

static void base64(void **state)
{
	static const char *const row[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
	};
	unsigned char bytes[8];
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		size_t size = strlen(row[i][0]);
		struct lg_buffer text = {0};

		lg_base64_encode(row[i][0], size, &text);
		assert_string_equal(text.data ? text.data : "", row[i][1]);
		assert_int_equal(lg_base64_decode(row[i][1], strlen(row[i][1]),
						  bytes, size),
				 1);
		assert_memory_equal(bytes, row[i][0], size);
		lg_buffer_release(&text);
	}
	assert_int_equal(lg_base64_decode("Zh==", 4, bytes, 1), 0);
	assert_int_equal(lg_base64_decode("Zg=", 3, bytes, 1), 0);
	assert_int_equal(lg_base64_decode("Zg=x", 4, bytes, 1), 0);
	assert_int_equal(lg_base64_decode("Z===", 4, bytes, 1), 0);
	assert_int_equal(lg_base64_decode("Zm9\0", 4, bytes, 3), 0);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("lines are keys", lines),
		suite_row("a line that is none names its place", bad_lines),
		suite_row("keys are learned, and revoked for ever", learned),
		suite_row("base64 has one text for each value", base64),
	};

	return suite_run(rows);
}
