/* SPDX-License-Identifier: ISC */
/*
 * parser_llhttp.c - llhttp, http-parser's successor, from Debian 13 on
 */
#include "adapters/http/parser.h"

void lg_http_library_begin(lg_http_library *library,
			   const lg_http_callbacks *callbacks, void *data)
{
	llhttp_init(library, HTTP_REQUEST, callbacks);
	library->data = data;
}

enum lg_http_parse lg_http_library_execute(lg_http_library *library,
					   const lg_http_callbacks *callbacks,
					   const char *bytes, size_t len,
					   size_t *out_taken)
{
	switch (llhttp_execute(library, bytes, len)) {
	case HPE_OK:
		*out_taken = len;
		return LG_HTTP_PARSE_MORE;
	case HPE_PAUSED:
		*out_taken = (size_t)(llhttp_get_error_pos(library) - bytes);
		llhttp_resume(library);
		return LG_HTTP_PARSE_PAUSED;
	default: /* the library's many ways to say that it is none */
		*out_taken = 0;
		return LG_HTTP_PARSE_BAD;
	}
}

int lg_http_library_pause(lg_http_library *library)
{
	return HPE_PAUSED;
}

int lg_http_library_is_chunked(const lg_http_library *library)
{
	return !!(library->flags & F_CHUNKED);
}

int lg_http_library_has_length(const lg_http_library *library)
{
	return !!(library->flags & F_CONTENT_LENGTH);
}

int lg_http_library_keeps_alive(const lg_http_library *library)
{
	return llhttp_should_keep_alive(library) && !library->upgrade;
}
