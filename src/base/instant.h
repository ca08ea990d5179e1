/* SPDX-License-Identifier: ISC */
/*
 * instant.h - points in time as people and files write them
 *
 * Layer: base.
 * Source: contract 7 "JSON": RFC 3339 in UTC with seconds.
 */
#ifndef LOGONGATE_BASE_INSTANT_H
#define LOGONGATE_BASE_INSTANT_H

#include <stdint.h>

#include <logongate/error.h>

/* "2026-11-21T22:16:00Z" and its NUL. */
#define LG_INSTANT_SIZE 21

/* Years outside 0..9999 are held at the first or last second of them. */
void lg_instant_format(int64_t wall_s, char out_text[LG_INSTANT_SIZE]);

/*
 * Reads an RFC 3339 time: any offset, T or t or one blank, fractions are
 * dropped, a leap second counts as the second before it.
 * Units: seconds since 1970 in UTC.
 * Returns: LG_OK; LG_ERR_SYNTAX; LG_ERR_RANGE for a month, day, hour... that
 * does not exist.
 */
enum lg_status lg_instant_parse(const char *text, size_t len,
				int64_t *out_wall_s, struct lg_error *err);

#endif
