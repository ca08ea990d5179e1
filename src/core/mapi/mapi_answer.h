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

#endif
