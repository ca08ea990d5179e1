/* SPDX-License-Identifier: ISC */
/*
 * spop_value.c - how SPOP writes numbers, strings and typed values
 *
 * A number below 240 is one byte; a larger one leaves its low four bits in
 * the first byte and goes on in groups of seven.
 */
#include <string.h>

#include "adapters/haproxy/spop_value.h"

enum {
	TYPE_NULL = 0,
	TYPE_BOOL = 1,
	TYPE_INT32 = 2,
	TYPE_UINT32 = 3,
	TYPE_INT64 = 4,
	TYPE_UINT64 = 5,
	TYPE_IPV4 = 6,
	TYPE_IPV6 = 7,
	TYPE_STRING = 8,
	TYPE_BINARY = 9
};

#define TYPE_MASK 0x0f
#define FLAG_TRUE 0x10
#define SHORT_MAX 240

int spop_varint_read(struct spop_reader *r, uint64_t *out_value)
{
	unsigned int shift = 4;
	uint64_t value;

	if (r->p == r->end)
		return 0;
	value = *r->p++;
	if (value >= SHORT_MAX) {
		unsigned char byte;

		do {
			if (r->p == r->end || shift > 60)
				return 0;
			byte = *r->p++;
			value += (uint64_t)byte << shift;
			shift += 7;
		} while (byte & 0x80);
	}
	*out_value = value;
	return 1;
}

static int take(struct spop_reader *r, uint64_t len,
		struct lg_spop_bytes *out_bytes)
{
	if (len > (size_t)(r->end - r->p))
		return 0;
	out_bytes->data = (const char *)r->p;
	out_bytes->len = (size_t)len;
	r->p += len;
	return 1;
}

int spop_bytes_read(struct spop_reader *r, struct lg_spop_bytes *out_bytes)
{
	uint64_t len;

	return spop_varint_read(r, &len) && take(r, len, out_bytes);
}

int spop_value_read(struct spop_reader *r, struct spop_value *out_value)
{
	struct spop_value value = {0};
	uint64_t number;
	unsigned char type;

	if (r->p == r->end)
		return 0;
	type = *r->p++;
	switch (type & TYPE_MASK) {
	case TYPE_NULL:
		break;
	case TYPE_BOOL:
		value.kind = SPOP_BOOL;
		value.number = !!(type & FLAG_TRUE);
		break;
	case TYPE_INT32:
	case TYPE_UINT32:
	case TYPE_INT64:
	case TYPE_UINT64:
		value.kind = SPOP_NUMBER;
		if (!spop_varint_read(r, &number))
			return 0;
		/* A negative one comes as its two's complement. */
		value.number = number <= INT64_MAX
				       ? (int64_t)number
				       : -(int64_t)(UINT64_MAX - number) - 1;
		break;
	case TYPE_IPV4:
		value.kind = SPOP_ADDRESS;
		if (!take(r, 4, &value.bytes))
			return 0;
		break;
	case TYPE_IPV6:
		value.kind = SPOP_ADDRESS;
		if (!take(r, 16, &value.bytes))
			return 0;
		break;
	case TYPE_STRING:
	case TYPE_BINARY:
		value.kind = SPOP_BYTES;
		if (!spop_bytes_read(r, &value.bytes))
			return 0;
		break;
	default:
		return 0;
	}
	*out_value = value;
	return 1;
}

void spop_varint_write(uint64_t value, struct lg_buffer *out)
{
	if (value < SHORT_MAX) {
		lg_buffer_char(out, (char)value);
		return;
	}
	lg_buffer_char(out, (char)(value | 0xf0));
	value = (value - SHORT_MAX) >> 4;
	while (value >= 0x80) {
		lg_buffer_char(out, (char)(value | 0x80));
		value = (value - 0x80) >> 7;
	}
	lg_buffer_char(out, (char)value);
}

void spop_bytes_write(const char *text, size_t len, struct lg_buffer *out)
{
	spop_varint_write(len, out);
	lg_buffer_append(out, text, len);
}

void spop_string_write(const char *text, struct lg_buffer *out)
{
	lg_buffer_char(out, TYPE_STRING);
	spop_bytes_write(text, strlen(text), out);
}

void spop_uint32_write(uint32_t value, struct lg_buffer *out)
{
	lg_buffer_char(out, TYPE_UINT32);
	spop_varint_write(value, out);
}

int spop_bytes_equal(struct lg_spop_bytes bytes, const char *text)
{
	return bytes.len == strlen(text) && bytes.data &&
	       !memcmp(bytes.data, text, bytes.len);
}
