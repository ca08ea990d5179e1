/* SPDX-License-Identifier: ISC */
/*
 * mapi_answer.c - refusing a MAPI over HTTP client so that it understands
 *
 * A refused Connect is a request that ran (StatusCode 0) and whose
 * EcDoConnectEx returned an error; the shape is what gromox writes for a
 * failing Connect. The time stamps stand still: the body is the same for
 * everybody and could as well be a file.
 */
#include <string.h>

#include "core/mapi/mapi_answer.h"

#include "base/little_endian.h"

static const char preamble[] = "PROCESSING\r\nDONE\r\n"
			       "X-ElapsedTime: 0\r\n"
			       "X-StartTime: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
			       "\r\n";

#define PREAMBLE_SIZE (sizeof(preamble) - 1)

_Static_assert(PREAMBLE_SIZE + 27 == LG_MAPI_DENIAL_SIZE,
	       "the denial is 109 bytes");

void lg_mapi_denial(uint32_t error_code,
		    unsigned char out_body[LG_MAPI_DENIAL_SIZE])
{
	memcpy(out_body, preamble, PREAMBLE_SIZE);
	memset(out_body + PREAMBLE_SIZE, 0,
	       LG_MAPI_DENIAL_SIZE - PREAMBLE_SIZE);
	le32_write(out_body + PREAMBLE_SIZE + 4, error_code);
}

const char *lg_mapi_code_page(enum lg_mapi_code code)
{
	switch (code) {
	case LG_MAPI_CODE_SUCCESS:
		break;
	case LG_MAPI_CODE_INVALID_HEADER:
		return "<!DOCTYPE html><html><head><title>Invalid header"
		       "</title></head><body><p>The request has more than one "
		       "X-RequestType header.</p></body></html>\n";
	case LG_MAPI_CODE_CONTEXT_NOT_FOUND:
		return "<!DOCTYPE html><html><head><title>Context not found"
		       "</title></head><body><p>The session is over. Please "
		       "connect again.</p></body></html>\n";
	case LG_MAPI_CODE_INVALID_BODY:
		return "<!DOCTYPE html><html><head><title>Invalid request "
		       "body</title></head><body><p>The Connect request could "
		       "not be read.</p></body></html>\n";
	}
	return "";
}
