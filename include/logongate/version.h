/* SPDX-License-Identifier: ISC */
/*
 * version.h - MAPI client versions
 *
 * Layer: core.
 * Source: conformance V4-V9; MS-OXCRPC 3.1.4.1.3.1; contract 7 "Versions".
 */
#ifndef LOGONGATE_VERSION_H
#define LOGONGATE_VERSION_H

#include <stdint.h>

#include <logongate/buffer.h>

enum lg_version_known {
	LG_VERSION_UNKNOWN = 0, /* the client named none */
	LG_VERSION_THREE,       /* part[0..2]; the fourth may be anything */
	LG_VERSION_FOUR         /* part[0..3] */
};

/* A client's version; parts compare as numbers from left to right (V6). */
struct lg_version {
	uint32_t part[4];
	enum lg_version_known known;
};

/*
 * Reads a client's version as people write it.
 * Shape: X.Y.Z (registry form, stands for X.0.Y.Z, V5) or a.b.c.d; decimal,
 * any count of leading zeros, each part 0..4294967295; nothing around it.
 * Returns: LG_OK (known is FOUR); LG_ERR_SYNTAX; LG_ERR_RANGE.
 */
enum lg_status lg_version_parse(const char *text, size_t len,
				struct lg_version *out_version,
				struct lg_error *err);

/* The three 16-bit words of EcDoConnectEx (V6). */
struct lg_version lg_version_from_words(uint16_t w0, uint16_t w1, uint16_t w2);

/*
 * Reads those three words as people write them.
 * Shape: w0,w1,w2; each decimal, or hexadecimal after 0x, 0..65535; nothing
 * around them.
 * Returns: LG_OK; LG_ERR_SYNTAX; LG_ERR_RANGE.
 */
enum lg_status lg_version_parse_words(const char *text, size_t len,
				      struct lg_version *out_version,
				      struct lg_error *err);

/* -1, 0, 1 over four parts; both must be FOUR. */
int lg_version_compare(const struct lg_version *a, const struct lg_version *b);

/* "a.b.c.d"; of a THREE "a.b.c"; of an UNKNOWN "". */
void lg_version_format(const struct lg_version *version,
		       struct lg_buffer *out_text);

/* "X.Y.Z" into out_text; 0 and nothing written where no three parts name it
 * (second part not 0, V7, or a part over 65535), else 1. */
int lg_version_format_three(const struct lg_version *version,
			    struct lg_buffer *out_text);

#endif
