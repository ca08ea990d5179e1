/* SPDX-License-Identifier: ISC */
/*
 * hex.h - digits of base 16
 *
 * Layer: base. Inline only.
 */
#ifndef LOGONGATE_BASE_HEX_H
#define LOGONGATE_BASE_HEX_H

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

#endif
