/* SPDX-License-Identifier: ISC */
/*
 * utf16.h - between the UTF-8 of this library and the UTF-16LE of Windows
 *
 * Layer: base, private.
 */
#ifndef LOGONGATE_BASE_UTF16_H
#define LOGONGATE_BASE_UTF16_H

#include <logongate/buffer.h>

/* How many 16-bit units the text takes. Text must be UTF-8. */
size_t lg_utf16_units(const char *text, size_t len);

/* Appends the units of text, low byte first. Text must be UTF-8. */
void lg_utf16_append(struct lg_buffer *out_bytes, const char *text, size_t len);

/*
 * Appends the UTF-8 of units, of which there are count.
 * Returns: how many were read: less than count when the next one is half of a
 * pair without its other half.
 */
size_t lg_utf16_decode(const unsigned char *units, size_t count,
		       struct lg_buffer *out_text);

#endif
