/* SPDX-License-Identifier: ISC */
/*
 * A connection's requests: read whole and read in small parts they are the
 * same, and what is read holds no control characters.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/http/request_reader.h"

#include "demand.h"

#define BODY_MAX 4096

/* Everything that was read, as text to compare. */
static void note_request(const struct lg_http_request *request,
			 struct lg_buffer *out)
{
	static const char *const names[] = {"Host", "X-Gate-User",
					    "X-RequestType", "Content-Length"};
	size_t i;

	lg_buffer_format(out, "%s %s %s %d %d %lld\n", request->method,
			 request->path, request->query ? request->query : "-",
			 request->keeps_alive, request->wants_continue,
			 (long long)request->body_size);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = lg_http_request_header(request, names[i]);
		const char *c;

		for (c = value; c && *c; c++)
			demand(*c == '\t' || (unsigned char)*c >= 0x20);
		lg_buffer_format(
			out, "%s %zu\n", value ? value : "-",
			lg_http_request_header_count(request, names[i]));
	}
	lg_buffer_append(out, request->body, request->body_len);
}

static void read_all(const char *in, size_t size, size_t part,
		     struct lg_buffer *out)
{
	struct lg_http_reader *reader = lg_http_reader_new(BODY_MAX);
	enum lg_http_step step = LG_HTTP_STEP_MORE;

	demand(reader != NULL);
	while (size && step != LG_HTTP_STEP_BAD) {
		size_t now = size < part ? size : part;
		unsigned int status = 0;
		size_t taken = 0;

		step = lg_http_reader_take(reader, in, now, &taken, &status);
		demand(taken <= now);
		demand(taken || step != LG_HTTP_STEP_MORE);
		in += taken;
		size -= taken;
		if (step == LG_HTTP_STEP_WHOLE)
			note_request(lg_http_reader_request(reader), out);
		if (step == LG_HTTP_STEP_BAD) {
			demand(status >= 400);
			/* Which of two faults is seen first may differ. */
			lg_buffer_text(out, "bad\n");
		}
	}
	lg_http_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_buffer whole = {0};
	struct lg_buffer parts = {0};

	/* The first octet is how long the parts are. */
	if (!size)
		return 0;
	read_all((const char *)data + 1, size - 1, size, &whole);
	read_all((const char *)data + 1, size - 1, 1 + data[0] % 32, &parts);
	demand(whole.len == parts.len);
	demand(!whole.len || !memcmp(whole.data, parts.data, whole.len));
	lg_buffer_release(&whole);
	lg_buffer_release(&parts);
	return 0;
}
