/* SPDX-License-Identifier: ISC */
/*
 * parser_http_parser.c - http-parser, where the release has no llhttp
 */
#include "adapters/http/parser.h"

void lg_http_library_begin(lg_http_library *library,
			   const lg_http_callbacks *callbacks, void *data)
{
	http_parser_init(library, HTTP_REQUEST);
	library->data = data;
}

enum lg_http_parse lg_http_library_execute(lg_http_library *library,
					   const lg_http_callbacks *callbacks,
					   const char *bytes, size_t len,
					   size_t *out_taken)
{
	*out_taken = http_parser_execute(library, callbacks, bytes, len);
	switch (HTTP_PARSER_ERRNO(library)) {
	case HPE_OK:
		return LG_HTTP_PARSE_MORE;
	case HPE_PAUSED:
		http_parser_pause(library, 0);
		return LG_HTTP_PARSE_PAUSED;
	case HPE_HEADER_OVERFLOW:
		return LG_HTTP_PARSE_OVERFLOW;
	default: /* the library's many ways to say that it is none */
		return LG_HTTP_PARSE_BAD;
	}
}

int lg_http_library_pause(lg_http_library *library)
{
	http_parser_pause(library, 1);
	return 0;
}

int lg_http_library_is_chunked(const lg_http_library *library)
{
	return !!(library->flags & F_CHUNKED);
}

int lg_http_library_has_length(const lg_http_library *library)
{
	return !!(library->flags & F_CONTENTLENGTH);
}

int lg_http_library_keeps_alive(const lg_http_library *library)
{
	return http_should_keep_alive(library) && !library->upgrade;
}
