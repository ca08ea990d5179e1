/* SPDX-License-Identifier: ISC */
/*
 * json_rows.c - reading vectors; see json_rows.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_rows.h"
#include "suite.h"

void json_rows_read(struct json_rows *rows, const char *name)
{
	const char *source = getenv("LOGONGATE_SOURCE_DIR");
	size_t capacity = 0;
	ssize_t len;
	char *path = NULL, *line = NULL;
	FILE *file;

	memset(rows, 0, sizeof(*rows));
	assert_true(asprintf(&path, "%s/tests/data/%s", source ? source : ".",
			     name) > 0);
	file = fopen(path, "r");
	if (!file)
		fail_msg("cannot read %s", path);
	while ((len = getline(&line, &capacity, file)) > 0) {
		cJSON *row = cJSON_Parse(line);

		if (!row)
			fail_msg("%s: row %zu is not JSON", name,
				 rows->count + 1);
		rows->row = realloc(rows->row,
				    (rows->count + 1) * sizeof(*rows->row));
		assert_non_null(rows->row);
		rows->row[rows->count++] = row;
	}
	assert_true(rows->count > 0);
	free(line);
	free(path);
	fclose(file);
}

void json_rows_release(struct json_rows *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++)
		cJSON_Delete(rows->row[i]);
	free(rows->row);
	memset(rows, 0, sizeof(*rows));
}

static int digit(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

unsigned char *json_rows_hex(const cJSON *hex, size_t *out_len)
{
	const char *text = cJSON_GetStringValue(hex);
	unsigned char *bytes;
	size_t i;

	assert_non_null(text);
	*out_len = strlen(text) / 2;
	bytes = malloc(*out_len ? *out_len : 1);
	assert_non_null(bytes);
	for (i = 0; i < *out_len; i++)
		bytes[i] = (unsigned char)(digit(text[2 * i]) << 4 |
					   digit(text[2 * i + 1]));
	return bytes;
}
