/* SPDX-License-Identifier: ISC */
/*
 * duration.h - durations as an administrator writes them
 *
 * Layer: base.
 * Source: contract 4 "Durations", 11 "Times".
 */
#ifndef LOGONGATE_BASE_DURATION_H
#define LOGONGATE_BASE_DURATION_H

#include <stdint.h>

#include <logongate/buffer.h>

/*
 * Reads "90s", "15m", "2h30m", "1d", "1w".
 * Shape: one or more NUMBER UNIT; units w, d, h, m, s, from large to small,
 * each at most once.
 * Returns: LG_OK; LG_ERR_SYNTAX; LG_ERR_RANGE beyond LG_DURATION_MAX_S.
 */
#define LG_DURATION_MAX_S INT64_C(3155760000) /* a hundred years */
enum lg_status lg_duration_parse(const char *text, size_t len,
				 int64_t *out_seconds, struct lg_error *err);

/* "1d2h30m5s" without the parts that are 0; "0s" for nothing. */
void lg_duration_format(int64_t seconds, struct lg_buffer *out_text);

#endif
