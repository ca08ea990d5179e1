/* SPDX-License-Identifier: ISC */
/*
 * base64.h - bytes as text, RFC 4648 4
 *
 * Layer: base.
 */
#ifndef LOGONGATE_BASE_BASE64_H
#define LOGONGATE_BASE_BASE64_H

#include <logongate/buffer.h>

/* Appends the text, padded, without line breaks. */
void lg_base64_encode(const void *bytes, size_t len, struct lg_buffer *out);

/*
 * Reads a text that stands for exactly size bytes: padded, no blanks, no bits
 * left over, so that each value has one text.
 * Returns: 1; 0 and out_bytes is untouched.
 */
int lg_base64_decode(const char *text, size_t len, unsigned char *out_bytes,
		     size_t size);

#endif
