/* SPDX-License-Identifier: ISC */
/*
 * little_endian.h - numbers as MS-OXC* puts them on the wire
 *
 * Layer: base. Inline only: the callers check their bounds.
 */
#ifndef LG_CORE_LITTLE_ENDIAN_H
#define LG_CORE_LITTLE_ENDIAN_H

#include <stdint.h>

static inline uint16_t le16_read(const unsigned char *p)
{
	return (uint16_t)(p[0] | (unsigned)p[1] << 8);
}

static inline uint32_t le32_read(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static inline void le32_write(unsigned char *p, uint32_t value)
{
	p[0] = (unsigned char)value;
	p[1] = (unsigned char)(value >> 8);
	p[2] = (unsigned char)(value >> 16);
	p[3] = (unsigned char)(value >> 24);
}

#endif
