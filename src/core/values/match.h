/* SPDX-License-Identifier: ISC */
/*
 * match.h - the forms under which directories compare texts
 *
 * Layer: core.
 * Source: facts/directory.md A (slapd and Samba, measured).
 */
#ifndef LOGONGATE_CORE_VALUES_MATCH_H
#define LOGONGATE_CORE_VALUES_MATCH_H

#include <logongate/buffer.h>

/*
 * Appends the form under which caseIgnoreMatch of slapd compares: Unicode
 * compatibility form and case folding, blanks at the ends dropped, runs of
 * blanks one blank. Bytes that are not UTF-8 are folded as ASCII.
 */
enum lg_status lg_match_fold(const char *text, size_t len,
			     struct lg_buffer *out_folded,
			     struct lg_error *err);

/*
 * Appends the ASCII part of that only. Two texts with the same form are equal
 * for every directory; two with different forms may be. A short cut, never a
 * reason to call something missing.
 */
void lg_match_squeeze(const char *text, size_t len,
		      struct lg_buffer *out_squeezed);

#endif
