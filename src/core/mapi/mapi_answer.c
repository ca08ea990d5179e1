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

/* Where the binary body begins: behind the first empty line. */
static const unsigned char *body_find(const unsigned char *entity, size_t len)
{
	size_t i;

	for (i = 0; i < len && len - i >= 4; i++)
		if (!memcmp(entity + i, "\r\n\r\n", 4))
			return entity + i + 4;
	return NULL;
}

static enum lg_status cut(struct lg_error *err, const char *field)
{
	return lg_error_set(err, LG_ERR_SYNTAX, "",
			    "the Connect response ends inside %s", field);
}

/* The fields that only an operation that ran has (2.2.4.1.2). */
static enum lg_status fields_read(const unsigned char *p,
				  const unsigned char *end,
				  struct lg_mapi_connect_result *r,
				  const unsigned char **out_rest,
				  struct lg_error *err)
{
	uint32_t *const number[] = {&r->error_code, &r->polls_max,
				    &r->retry_count, &r->retry_delay};
	const unsigned char *nul;
	size_t i;

	for (i = 0; i < sizeof(number) / sizeof(number[0]); i++, p += 4) {
		if (end - p < 4)
			return cut(err, "its numbers");
		*number[i] = le32_read(p);
	}
	nul = p < end ? memchr(p, 0, (size_t)(end - p)) : NULL;
	if (!nul)
		return cut(err, "DnPrefix");
	r->dn_prefix = (const char *)p;
	p = nul + 1;
	r->display_name = p;
	for (;; r->display_name_units++, p += 2) {
		if (end - p < 2)
			return cut(err, "DisplayName");
		if (!le16_read(p))
			break;
	}
	*out_rest = p + 2;
	return LG_OK;
}

enum lg_status
lg_mapi_connect_result_parse(const unsigned char *entity, size_t len,
			     struct lg_mapi_connect_result *out_result,
			     struct lg_error *err)
{
	const unsigned char *p = body_find(entity, len), *end = entity + len;
	struct lg_mapi_connect_result r = {0};
	enum lg_status status;

	if (!p)
		return lg_error_set(err, LG_ERR_SYNTAX, "",
				    "no empty line ends the meta tags of the "
				    "Connect response");
	if (end - p < 4)
		return cut(err, "StatusCode");
	r.status_code = le32_read(p);
	p += 4;
	if (!r.status_code) {
		status = fields_read(p, end, &r, &p, err);
		if (status != LG_OK)
			return status;
	}
	if (end - p < 4)
		return cut(err, "AuxiliaryBufferSize");
	r.aux_size = le32_read(p);
	if (r.aux_size > (size_t)(end - p) - 4)
		return cut(err, "AuxiliaryBuffer");
	*out_result = r;
	return LG_OK;
}
