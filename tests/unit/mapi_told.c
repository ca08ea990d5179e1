/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/core/mapi/mapi_told.h: which answers of a server make a
 * session, and which cookies name it.
 */
#include <string.h>

#include "core/mapi/mapi_told.h"

#include "suite.h"

#define PREAMBLE "PROCESSING\r\nPENDING\r\nDONE\r\nX-ElapsedTime: 1\r\n"
#define OK_CODE "x-responsecode: 0\r\n"

static struct lg_mapi_told told_of(int64_t status, const char *headers,
				   const void *entity, size_t len)
{
	struct lg_mapi_told told = {.status = status,
				    .headers = {headers, strlen(headers)},
				    .entity = entity,
				    .entity_len = len};

	return told;
}

#define TOLD(status, headers, entity)                                          \
	told_of(status, headers, entity, sizeof(entity) - 1)

static void accepted(void **state)
{
	static const char good[] = PREAMBLE "\r\n\0\0\0\0\0\0\0\0rest";
	static const char status[] = PREAMBLE "\r\n\1\0\0\0\0\0\0\0";
	static const char error[] = PREAMBLE "\r\n\0\0\0\0\0\0\7\200";
	static const char short_one[] = PREAMBLE "\r\n\0\0\0\0\0\0\0";
	static const char no_end[] = PREAMBLE;
	static const char late[] =
		PREAMBLE "X-ResponseCode: 10\r\n\r\n\0\0\0\0\0\0\0\0";
	static const char late_zero[] =
		PREAMBLE "X-ResponseCode: 0\r\n\r\n\0\0\0\0\0\0\0\0";
	const struct {
		struct lg_mapi_told told;
		int accepts;
	} row[] = {
		{TOLD(200, OK_CODE, good), 1},
		{TOLD(200, "A: b\nX-ResponseCode:0\n", good), 1},
		{TOLD(200, "X-ResponseCode: 0", good), 1},
		{TOLD(200, OK_CODE, late_zero), 1},
		{TOLD(401, OK_CODE, good), 0},
		{TOLD(-1, OK_CODE, good), 0},
		{TOLD(200, "", good), 0},
		{TOLD(200, "X-ResponseCode: 10\r\n", good), 0},
		{TOLD(200, "X-ResponseCode: 00\r\n", good), 0},
		{TOLD(200, OK_CODE OK_CODE, good), 0},
		{TOLD(200, OK_CODE, status), 0},
		{TOLD(200, OK_CODE, error), 0},
		{TOLD(200, OK_CODE, short_one), 0},
		{TOLD(200, OK_CODE, no_end), 0},
		{TOLD(200, OK_CODE, late), 0},
		{TOLD(200, OK_CODE, ""), 0},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		print_message("    %zu\n", i);
		assert_int_equal(lg_mapi_told_accepts(&row[i].told),
				 row[i].accepts);
	}
}

static void cookie_of(const char *headers, const char *name, const char *value)
{
	struct lg_mapi_told told = TOLD(200, headers, "");
	struct lg_strlist names = {0};
	struct lg_mapi_text found;
	size_t at = 9;

	assert_int_equal(lg_strlist_add(&names, "MapiContext", 11, NULL),
			 LG_OK);
	assert_int_equal(lg_strlist_add(&names, "sid", 3, NULL), LG_OK);
	assert_int_equal(lg_mapi_told_cookie(&told, &names, &at, &found),
			 value != NULL);
	if (value) {
		assert_string_equal(names.item[at], name);
		assert_int_equal(found.len, strlen(value));
		assert_memory_equal(found.text, value, found.len);
	}
	lg_strlist_release(&names);
}

static void cookies_that_are_set(void **state)
{
	char headers[4000] = "Set-Cookie: sid=";

	cookie_of("Set-Cookie: MapiRouting=r; path=/\r\n"
		  "set-cookie: MapiContext=MAPI+/==; path=/; HttpOnly\r\n"
		  "Set-Cookie: MapiSequence=7\r\n",
		  "MapiContext", "MAPI+/==");
	cookie_of("Set-Cookie: sid=a\r\nSet-Cookie: sequence=b\r\n", "sid",
		  "a");
	/* The order of the settings counts, not that of the answer. */
	cookie_of("Set-Cookie: sid=a\r\nSet-Cookie: mapicontext=b\r\n",
		  "MapiContext", "b");
	/* The last one is what the client keeps. */
	cookie_of("Set-Cookie: sid=a\r\nSet-Cookie: sid=b\r\n", "sid", "b");
	cookie_of("Set-Cookie: sid=a\r\nSet-Cookie: sid=; expires=x\r\n", NULL,
		  NULL);
	cookie_of("X-Cookie: sid=a\r\nSet-Cookie: sidx=a\r\nSet-Cookie\r\n"
		  "Set-Cookie: sid\r\n: sid=a\r\n\r\n",
		  NULL, NULL);
	cookie_of("", NULL, NULL);
	memset(headers + strlen(headers), 'x', LG_MAPI_COOKIE_MAX + 1);
	cookie_of(headers, NULL, NULL);
	headers[strlen(headers) - 1] = '\0';
	cookie_of(headers, "sid", strchr(headers, 'x'));
}

static void cookies_that_come_back(void **state)
{
	static const char header[] = "a=1;MapiContext=x ; MAPICONTEXT = y;;"
				     "MapiContextx=z;MapiContext;mapiContext=";
	struct lg_mapi_text cookies = {header, strlen(header)};
	struct lg_mapi_text value;
	size_t pos = 0;

	assert_int_equal(
		lg_mapi_cookie_next(cookies, "MapiContext", &pos, &value), 1);
	assert_int_equal(value.len, 1);
	assert_int_equal(*value.text, 'x');
	assert_int_equal(
		lg_mapi_cookie_next(cookies, "MapiContext", &pos, &value), 1);
	assert_int_equal(value.len, 1);
	assert_int_equal(*value.text, 'y');
	assert_int_equal(
		lg_mapi_cookie_next(cookies, "MapiContext", &pos, &value), 1);
	assert_int_equal(value.len, 0);
	assert_int_equal(
		lg_mapi_cookie_next(cookies, "MapiContext", &pos, &value), 0);
	pos = 0;
	cookies = (struct lg_mapi_text){NULL, 0};
	assert_int_equal(lg_mapi_cookie_next(cookies, "sid", &pos, &value), 0);
}

static void an_answer_in_one_piece(void **state)
{
	static const char whole[] = "HTTP/1.1 200\r\nA: b\r\n\r\nentity";
	static const char bare[] = "HTTP/1.1 401\r\n\r\n";
	static const char *const broken[] = {
		"",
		"HTTP/1.1 200",
		"HTTP/1.1 200\r\n",
		"HTTP/1.1 200\r\nA: b\r\n",
		"HTTP/1.1 2x0\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.0 200\r\n\r\n",
	};
	struct lg_mapi_told told;
	size_t i;

	assert_int_equal(lg_mapi_told_read(whole, strlen(whole), &told), 1);
	assert_int_equal(told.status, 200);
	assert_int_equal(told.headers.len, 6);
	assert_memory_equal(told.headers.text, "A: b\r\n", 6);
	assert_int_equal(told.entity_len, 6);
	assert_memory_equal(told.entity, "entity", 6);
	assert_int_equal(lg_mapi_told_read(bare, strlen(bare), &told), 1);
	assert_int_equal(told.status, 401);
	assert_int_equal(told.headers.len, 0);
	assert_int_equal(told.entity_len, 0);
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_int_equal(
			lg_mapi_told_read(broken[i], strlen(broken[i]), &told),
			0);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("only what the server accepted is a session",
			  accepted),
		suite_row("the context cookie of an answer",
			  cookies_that_are_set),
		suite_row("the context cookies of a request",
			  cookies_that_come_back),
		suite_row("an answer in one piece", an_answer_in_one_piece),
	};

	return suite_run(rows);
}
