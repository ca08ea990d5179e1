/* SPDX-License-Identifier: ISC */
/*
 * lz77.c - expanding what a MAPI client compressed
 *
 * Flag words of 32 bits, most significant first, say literal or match. A
 * match is offset and length in 16 bits; longer lengths go on in a nibble that
 * two matches share, then in a byte, then in 16 or 32 bits.
 * Every read is checked against the input, every match against both ends of
 * the output.
 */
#include "core/mapi/lz77.h"

#include "base/little_endian.h"

#define MATCH_MIN 3
#define INLINE_MAX 7
#define NIBBLE_MAX 15
#define BYTE_MAX 255

struct reader {
	const unsigned char *in;
	size_t len;
	size_t pos;
	size_t shared; /* where the half-used length byte stands + 1, or 0 */
};

/* The length that did not fit into the three bits of a match. */
static enum lg_lz77 long_length(struct reader *r, size_t *out_length)
{
	size_t length;

	if (r->shared) {
		length = r->in[r->shared - 1] >> 4;
		r->shared = 0;
	} else {
		if (r->pos == r->len)
			return LG_LZ77_TRUNCATED;
		length = r->in[r->pos] & 15;
		r->pos++;
		r->shared = r->pos;
	}
	if (length == NIBBLE_MAX) {
		if (r->pos == r->len)
			return LG_LZ77_TRUNCATED;
		length = r->in[r->pos++];
		if (length == BYTE_MAX) {
			if (r->len - r->pos < 2)
				return LG_LZ77_TRUNCATED;
			length = le16_read(r->in + r->pos);
			r->pos += 2;
			if (!length) {
				if (r->len - r->pos < 4)
					return LG_LZ77_TRUNCATED;
				length = le32_read(r->in + r->pos);
				r->pos += 4;
			}
			if (length < NIBBLE_MAX + INLINE_MAX)
				return LG_LZ77_BAD_LENGTH;
			length -= NIBBLE_MAX + INLINE_MAX;
		}
		length += NIBBLE_MAX;
	}
	*out_length = length + INLINE_MAX;
	return LG_LZ77_OK;
}

enum lg_lz77 lg_lz77_expand(const unsigned char *in, size_t in_len,
			    unsigned char *out, size_t size_actual,
			    size_t *out_consumed)
{
	struct reader r = {.in = in, .len = in_len};
	uint32_t flags = 0;
	int flags_left = 0;
	size_t at = 0;

	while (at < size_actual) {
		enum lg_lz77 result;
		size_t offset, length;
		uint16_t match;

		if (!flags_left) {
			if (r.len - r.pos < 4)
				return LG_LZ77_TRUNCATED;
			flags = le32_read(r.in + r.pos);
			r.pos += 4;
			flags_left = 32;
		}
		flags_left--;
		if (!(flags >> flags_left & 1)) {
			if (r.pos == r.len)
				return LG_LZ77_TRUNCATED;
			out[at++] = r.in[r.pos++];
			continue;
		}
		if (r.len - r.pos < 2)
			return LG_LZ77_TRUNCATED;
		match = le16_read(r.in + r.pos);
		r.pos += 2;
		offset = (size_t)(match >> 3) + 1;
		length = match & INLINE_MAX;
		if (length == INLINE_MAX) {
			result = long_length(&r, &length);
			if (result != LG_LZ77_OK)
				return result;
		}
		length += MATCH_MIN;
		if (offset > at)
			return LG_LZ77_BAD_OFFSET;
		if (length > size_actual - at)
			return LG_LZ77_OUTPUT_OVERRUN;
		/* Byte by byte: a match may overlap what it produces. */
		for (; length; length--, at++)
			out[at] = out[at - offset];
	}
	if (out_consumed)
		*out_consumed = r.pos;
	return LG_LZ77_OK;
}
