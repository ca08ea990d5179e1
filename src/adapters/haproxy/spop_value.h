/* SPDX-License-Identifier: ISC */
/*
 * haproxy/spop_value.h - numbers, strings and typed values of SPOP
 *
 * Layer: adapter, inside spop.h.
 * Source: HAProxy doc/SPOE.txt 3.1.
 */
#ifndef LG_ADAPTERS_HAPROXY_SPOP_VALUE_H
#define LG_ADAPTERS_HAPROXY_SPOP_VALUE_H

#include "adapters/haproxy/spop.h"

/* Reads from p up to end; p moves. */
struct spop_reader {
	const unsigned char *p;
	const unsigned char *end;
};

enum spop_kind {
	SPOP_NULL = 0,
	SPOP_BOOL,
	SPOP_NUMBER,  /* any of the four integers */
	SPOP_ADDRESS, /* IPv4 or IPv6: bytes */
	SPOP_BYTES    /* string or binary */
};

struct spop_value {
	enum spop_kind kind;
	int64_t number;
	struct lg_spop_bytes bytes;
};

/* Each gives 1, or 0 when the bytes end too early or say something else. */
int spop_varint_read(struct spop_reader *r, uint64_t *out_value);
int spop_bytes_read(struct spop_reader *r, struct lg_spop_bytes *out_bytes);
int spop_value_read(struct spop_reader *r, struct spop_value *out_value);

void spop_varint_write(uint64_t value, struct lg_buffer *out);
/* Length and bytes. */
void spop_bytes_write(const char *text, size_t len, struct lg_buffer *out);
/* With the type in front. */
void spop_string_write(const char *text, struct lg_buffer *out);
void spop_uint32_write(uint32_t value, struct lg_buffer *out);

int spop_bytes_equal(struct lg_spop_bytes bytes, const char *text);

#endif
