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

/* The value of two digits; -1: they are none. */
static inline int lg_hex_byte(const char *digits)
{
	int high = lg_hex_value(digits[0]);
	int low = high < 0 ? -1 : lg_hex_value(digits[1]);

	return low < 0 ? -1 : high << 4 | low;
}

/* As they are written here. */
#define LG_HEX_DIGITS "0123456789abcdef"

/* In lower case, of the lowest four bits. */
static inline char lg_hex_digit(unsigned int value)
{
	return LG_HEX_DIGITS[value & 15];
}

/* Appends two digits a byte. */
static inline void lg_hex_append(struct lg_buffer *out, const void *bytes,
				 size_t len)
{
	const unsigned char *byte = bytes;

	for (size_t i = 0; i < len; i++) {
		lg_buffer_char(out, lg_hex_digit(byte[i] >> 4u));
		lg_buffer_char(out, lg_hex_digit(byte[i]));
	}
}

/* Appends the bytes of digits; 0: they are none, or one is left over. */
static inline int lg_hex_read(const char *digits, struct lg_buffer *out)
{
	for (; *digits; digits += 2) {
		int byte = lg_hex_byte(digits);

		if (byte < 0)
			return 0;
		lg_buffer_char(out, (char)byte);
	}
	return 1;
}

#endif
