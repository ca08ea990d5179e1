/* SPDX-License-Identifier: ISC */
/*
 * lz77.h - the LZ77 + DIRECT2 expansion of MS-OXCRPC buffers
 *
 * Layer: core.
 * Source: MS-OXCRPC 3.1.4.1.1.2.2, MS-XCA 2.4.
 */
#ifndef LOGONGATE_CORE_MAPI_LZ77_H
#define LOGONGATE_CORE_MAPI_LZ77_H

#include <stddef.h>

/* Why compressed bytes cannot be expanded. */
enum lg_lz77 {
	LG_LZ77_OK = 0,
	LG_LZ77_TRUNCATED,     /* the input ends too early */
	LG_LZ77_BAD_OFFSET,    /* a match reaches before the first byte */
	LG_LZ77_BAD_LENGTH,    /* a long length below its smallest value */
	LG_LZ77_OUTPUT_OVERRUN /* a match reaches beyond size_actual */
};

/*
 * Expands in[0..in_len) to exactly size_actual bytes at out.
 * out_consumed (may be NULL) gets the input bytes used; some encoders leave
 * up to four behind. The bytes of out are undefined unless LG_LZ77_OK.
 */
enum lg_lz77 lg_lz77_expand(const unsigned char *in, size_t in_len,
			    unsigned char *out, size_t size_actual,
			    size_t *out_consumed);

#endif
