/* SPDX-License-Identifier: ISC */
/*
 * mapi_connect.c - the body of a MAPI over HTTP Connect request
 *
 * UserDn to its NUL, five numbers, and the auxiliary buffer, which
 * mapi_aux.c reads. Bytes behind it are counted and ignored. Sizes come from
 * the client: they are compared with what is left, never added.
 */
#include <string.h>

#include "core/mapi/mapi.h"

#include "base/little_endian.h"

static const char *const fault_names[] = {
	[LG_MAPI_SOUND] = NULL,
	[LG_MAPI_USERDN_UNTERMINATED] = "userdn-unterminated",
	[LG_MAPI_BODY_TRUNCATED] = "body-truncated",
	[LG_MAPI_AUX_SIZE_EXCEEDS_BODY] = "aux-size-exceeds-body",
	[LG_MAPI_AUX_TOO_LARGE] = "aux-too-large",
	[LG_MAPI_AUX_TOO_SHORT] = "aux-too-short",
	[LG_MAPI_EXT_VERSION] = "ext-version",
	[LG_MAPI_EXT_NOT_LAST] = "ext-not-last",
	[LG_MAPI_EXT_SIZE] = "ext-size",
	[LG_MAPI_EXT_SIZE_ACTUAL] = "ext-size-actual",
	[LG_MAPI_LZ_TRUNCATED] = "lz-truncated",
	[LG_MAPI_LZ_BAD_OFFSET] = "lz-bad-offset",
	[LG_MAPI_LZ_BAD_LENGTH] = "lz-bad-length",
	[LG_MAPI_LZ_OUTPUT_OVERRUN] = "lz-output-overrun",
	[LG_MAPI_AUX_BLOCK_SIZE] = "aux-block-size",
};

const char *lg_mapi_fault_name(enum lg_mapi_fault fault)
{
	return fault_names[fault];
}

enum lg_mapi_fault lg_mapi_connect_parse(const unsigned char *body, size_t len,
					 struct lg_mapi_scratch *scratch,
					 struct lg_mapi_connect *out_connect)
{
	struct lg_mapi_connect *c = out_connect;
	uint32_t *const number[] = {&c->flags, &c->code_page, &c->lcid_sort,
				    &c->lcid_string, &c->aux_size};
	enum lg_mapi_fault fault;
	const unsigned char *nul;
	size_t pos;

	memset(c, 0, sizeof(*c));
	nul = len ? memchr(body, 0, len) : NULL;
	if (!nul)
		return LG_MAPI_USERDN_UNTERMINATED;
	c->user_dn.text = (const char *)body;
	c->user_dn.len = (size_t)(nul - body);
	c->depth = LG_MAPI_DEPTH_USER_DN;
	pos = c->user_dn.len + 1;
	for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++) {
		if (len - pos < 4)
			return LG_MAPI_BODY_TRUNCATED;
		*number[i] = le32_read(body + pos);
		pos += 4;
		c->depth++;
	}
	if (c->aux_size > len - pos)
		return LG_MAPI_AUX_SIZE_EXCEEDS_BODY;
	if (c->aux_size) {
		fault = lg_mapi_aux_parse(body + pos, c->aux_size, scratch,
					  &c->aux);
		if (fault != LG_MAPI_SOUND)
			return fault;
	}
	c->trailing = len - pos - c->aux_size;
	c->depth = LG_MAPI_DEPTH_ALL;
	return LG_MAPI_SOUND;
}
