/* SPDX-License-Identifier: ISC */
/*
 * codepage.h - the ANSI code page that an older Windows writes files in
 *
 * Layer: core. (Tables of other pages than 1252: adapters/system.)
 * Source: contract 9 "Windows, older and newer".
 */
#ifndef LOGONGATE_CODEPAGE_H
#define LOGONGATE_CODEPAGE_H

#include <stdint.h>

#include <logongate/buffer.h>

#define LG_CODEPAGE_DEFAULT 1252

/* A page of one byte a character. */
struct lg_codepage {
	unsigned int number;
	uint16_t unicode[256]; /* 0 (but for byte 0): no character */
};

/* Western European, what most servers have. */
void lg_codepage_1252(struct lg_codepage *out_codepage);

/*
 * Appends the UTF-8 of bytes.
 * Returns: how many were read: less than len when the next one is no character
 * of the page.
 */
size_t lg_codepage_decode(const struct lg_codepage *codepage,
			  const unsigned char *bytes, size_t len,
			  struct lg_buffer *out_text);

/*
 * Appends the bytes of UTF-8 text.
 * Returns: how many bytes of text were written: less than len when the page
 * has no byte for the next character.
 */
size_t lg_codepage_encode(const struct lg_codepage *codepage, const char *text,
			  size_t len, struct lg_buffer *out_bytes);

#endif
