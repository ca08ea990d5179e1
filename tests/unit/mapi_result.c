/* SPDX-License-Identifier: ISC */
/*
 * mapi_result.c - a Connect response as a client reads it
 *
 * Ours and those that were recorded are read alike.
 */
#include "mapi_result.h"

#include <string.h>

#include "base/little_endian.h"

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
				  struct mapi_result *r,
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

enum lg_status mapi_result_read(const unsigned char *entity, size_t len,
				struct mapi_result *out_result,
				struct lg_error *err)
{
	const unsigned char *p = body_find(entity, len), *end = entity + len;
	struct mapi_result r = {0};
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
