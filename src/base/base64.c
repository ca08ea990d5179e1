/* SPDX-License-Identifier: ISC */
/*
 * Keys and signatures are compared as bytes and kept as text, so a text is
 * taken only in the form that encoding gives.
 */
#include <string.h>

#include "base/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "abcdefghijklmnopqrstuvwxyz0123456789+/";

void lg_base64_encode(const void *bytes, size_t len, struct lg_buffer *out)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		unsigned int three = (unsigned int)at[i] << 16;
		char four[4];

		if (left > 1)
			three |= (unsigned int)at[i + 1] << 8;
		if (left > 2)
			three |= at[i + 2];
		four[0] = letters[three >> 18];
		four[1] = letters[three >> 12 & 63];
		four[2] = left > 1 ? letters[three >> 6 & 63] : '=';
		four[3] = left > 2 ? letters[three & 63] : '=';
		lg_buffer_append(out, four, sizeof(four));
	}
}

/* -1: no letter of it. */
static int value_of(char letter)
{
	const char *found =
		letter ? memchr(letters, letter, sizeof(letters) - 1) : NULL;

	return found ? (int)(found - letters) : -1;
}

/* The four letters at text, of which pad are '='; 0 where they are not. */
static int three_of(const char *text, size_t pad, unsigned char out_three[3])
{
	unsigned int bits = 0;

	for (size_t i = 0; i < 4; i++) {
		int value = i < 4 - pad ? value_of(text[i]) : 0;

		if (value < 0 || (i >= 4 - pad && text[i] != '='))
			return 0;
		bits = bits << 6 | (unsigned int)value;
	}
	if (pad && (bits & (pad == 1 ? 0xffu : 0xffffu)))
		return 0;
	out_three[0] = (unsigned char)(bits >> 16);
	out_three[1] = (unsigned char)(bits >> 8);
	out_three[2] = (unsigned char)bits;
	return 1;
}

static int read_all(const char *text, unsigned char *out_bytes, size_t size)
{
	unsigned char three[3];

	for (size_t done = 0; done < size; done += 3, text += 4) {
		size_t take = size - done < 3 ? size - done : 3;

		if (!three_of(text, 3 - take, three))
			return 0;
		if (out_bytes)
			memcpy(out_bytes + done, three, take);
	}
	return 1;
}

int lg_base64_decode(const char *text, size_t len, unsigned char *out_bytes,
		     size_t size)
{
	if (len != (size + 2) / 3 * 4 || !read_all(text, NULL, size))
		return 0;
	return read_all(text, out_bytes, size);
}
