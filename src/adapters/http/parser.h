/* SPDX-License-Identifier: ISC */
/*
 * http/parser.h - the library that judges HTTP/1.1, llhttp or http-parser
 *
 * Layer: adapter.
 * Flow: request_reader's callbacks get an lg_http_library with its context in
 * data; parser_llhttp.c or parser_http_parser.c, chosen by CMake, hides how
 * each of them pauses and says what it found. llhttp has no URL parser, so
 * neither one's is used.
 */
#ifndef LG_ADAPTERS_HTTP_PARSER_H
#define LG_ADAPTERS_HTTP_PARSER_H

#include <stddef.h>
#include <stdint.h>

#ifdef LOGONGATE_LLHTTP
#include <llhttp.h>
typedef llhttp_t lg_http_library;
typedef llhttp_settings_t lg_http_callbacks;
#else
#include <http_parser.h>
typedef http_parser lg_http_library;
typedef http_parser_settings lg_http_callbacks;
#endif

enum lg_http_parse {
	LG_HTTP_PARSE_MORE = 0, /* all bytes are taken */
	LG_HTTP_PARSE_PAUSED,   /* by lg_http_library_pause */
	LG_HTTP_PARSE_OVERFLOW, /* the head is longer than the library takes */
	LG_HTTP_PARSE_BAD
};

/* Begins a request. callbacks are borrowed and must be the same for execute. */
void lg_http_library_begin(lg_http_library *library,
			   const lg_http_callbacks *callbacks, void *data);

/* Goes on behind a pause too. *out_taken: octets that were taken. */
enum lg_http_parse lg_http_library_execute(lg_http_library *library,
					   const lg_http_callbacks *callbacks,
					   const char *bytes, size_t len,
					   size_t *out_taken);

/* What the callback for the end of a head or of a request returns so that no
 * byte behind it is looked at. */
int lg_http_library_pause(lg_http_library *library);

int lg_http_library_is_chunked(const lg_http_library *library);
int lg_http_library_has_length(const lg_http_library *library);
int lg_http_library_keeps_alive(const lg_http_library *library);

#endif
