/* SPDX-License-Identifier: ISC */
/*
 * mapi_answer.h - what a MAPI over HTTP client is told, byte for byte
 *
 * Layer: core.
 * Source: MS-OXCMAPIHTTP 2.2.2.2, 2.2.3.3.3, 2.2.4.1.2; conformance E1, E2;
 * contract 8 "HAProxy".
 */
#ifndef LOGONGATE_CORE_MAPI_MAPI_ANSWER_H
#define LOGONGATE_CORE_MAPI_MAPI_ANSWER_H

#include <stdint.h>

#include <logongate/buffer.h>

/* EcDoConnectEx results; the first makes Outlook show E1. */
#define LG_MAPI_EC_CLIENT_VER_DISALLOWED 0x000004dfu

/* The body of a refused Connect, preamble included. */
#define LG_MAPI_DENIAL_SIZE 109

#define LG_MAPI_CONTENT_TYPE "application/mapi-http"

/* X-ResponseCode, the documented numbers that the gate sends. */
enum lg_mapi_code {
	LG_MAPI_CODE_SUCCESS = 0,
	LG_MAPI_CODE_INVALID_HEADER = 4,
	LG_MAPI_CODE_CONTEXT_NOT_FOUND = 10,
	LG_MAPI_CODE_INVALID_BODY = 12
};

/* The body that says that Connect failed with error_code. */
void lg_mapi_denial(uint32_t error_code,
		    unsigned char out_body[LG_MAPI_DENIAL_SIZE]);

/* The HTML body that goes with a code; its Content-Type is text/html. Static
 * text of ASCII. */
const char *lg_mapi_code_page(enum lg_mapi_code code);

/* What a Connect response says, as a client reads it. */
struct lg_mapi_connect_result {
	uint32_t status_code;
	uint32_t error_code; /* 0 where status_code is not 0 */
	uint32_t polls_max;
	uint32_t retry_count;
	uint32_t retry_delay;
	const char *dn_prefix; /* borrowed from the body, NUL-terminated */
	const unsigned char *display_name; /* UTF-16LE units, borrowed */
	size_t display_name_units;
	uint32_t aux_size;
};

/*
 * Reads the whole entity of a Connect response: meta tags, additional headers
 * and body.
 * Returns: LG_OK; LG_ERR_SYNTAX, with nothing written.
 * Keeps: the result borrows from entity.
 */
enum lg_status
lg_mapi_connect_result_parse(const unsigned char *entity, size_t len,
			     struct lg_mapi_connect_result *out_result,
			     struct lg_error *err);

#endif
