/* SPDX-License-Identifier: ISC */
/*
 * hex.h - digits of base 16
 *
 * Layer: base. Inline only.
 */
#ifndef LOGONGATE_BASE_HEX_H
#define LOGONGATE_BASE_HEX_H

#include <logongate/buffer.h>

/* The value of a digit, in either case; -1: it is none. */
static inline int lg_hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/* In lower case, of the lowest four bits. */
static inline char lg_hex_digit(unsigned int value)
{
	return "0123456789abcdef"[value & 15];
}

/* Appends two digits a byte. */
static inline void lg_hex_append(struct lg_buffer *out, const void *bytes,
				 size_t len)
{
	const unsigned char *byte = bytes;
	size_t i;

	for (i = 0; i < len; i++) {
		lg_buffer_char(out, lg_hex_digit(byte[i] >> 4u));
		lg_buffer_char(out, lg_hex_digit(byte[i]));
	}
}

#endif
