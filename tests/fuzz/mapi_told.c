/* SPDX-License-Identifier: ISC */
/*
 * A server's answer as a proxy tells it, and a request's cookies: what is
 * accepted says so in each of its places, and what names a session stands in
 * the text.
 * Shape: as POST /v1/mapi/answer; the same bytes are a Cookie header too.
 */
#include <string.h>

#include "core/mapi/mapi_told.h"

#include "demand.h"

static void lies_within(struct lg_mapi_text part, const char *text, size_t len)
{
	demand(part.text >= text && part.len <= len &&
	       (size_t)(part.text - text) <= len - part.len);
}

static void answer(const char *text, size_t len)
{
	static struct lg_strlist names;
	struct lg_mapi_text value;
	struct lg_mapi_told told;
	size_t name;

	if (!names.count) {
		demand(lg_strlist_add(&names, "MapiContext", 11, NULL) ==
		       LG_OK);
		demand(lg_strlist_add(&names, "sid", 3, NULL) == LG_OK);
	}
	if (!lg_mapi_told_read(text, len, &told))
		return;
	lies_within(told.headers, text, len);
	demand((const char *)told.entity + told.entity_len == text + len);
	if (lg_mapi_told_accepts(&told))
		demand(told.status == 200 && told.entity_len >= 12);
	if (!lg_mapi_told_cookie(&told, &names, &name, &value))
		return;
	demand(name < 2 && value.len && value.len <= LG_MAPI_COOKIE_MAX);
	lies_within(value, told.headers.text, told.headers.len);
	demand(!memchr(value.text, ';', value.len) &&
	       !memchr(value.text, '\n', value.len));
}

static void cookies(const char *text, size_t len)
{
	struct lg_mapi_text header = {text, len};
	struct lg_mapi_text value;
	size_t pos = 0, before = 0;

	while (lg_mapi_cookie_next(header, "sid", &pos, &value)) {
		demand(pos > before);
		before = pos;
		lies_within(value, text, len);
		demand(!memchr(value.text, ';', value.len));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);

	demand(text);
	if (size)
		memcpy(text, data, size);
	answer(text, size);
	cookies(text, size);
	free(text);
	return 0;
}
