/* SPDX-License-Identifier: ISC */
/*
 * json_rows.h - test vectors kept as JSON lines below tests/data
 */
#ifndef LOGONGATE_TESTS_JSON_ROWS_H
#define LOGONGATE_TESTS_JSON_ROWS_H

#include <stddef.h>

#include <cjson/cJSON.h>

struct json_rows {
	cJSON **row;
	size_t count;
};

/* Reads tests/data/NAME; fails the test when it cannot. */
void json_rows_read(struct json_rows *rows, const char *name);
void json_rows_release(struct json_rows *rows);

/* The bytes of a hex string, exactly len of them in their own allocation, so
 * that reading one too far is seen. Free with free(). */
unsigned char *json_rows_hex(const cJSON *hex, size_t *out_len);

#endif
