/* SPDX-License-Identifier: ISC */
/*
 * findings_words.h - the words of the file `findings`, for its two directions
 *
 * Layer: core, private to findings_render.c and findings_parse.c.
 */
#ifndef LOGONGATE_CORE_VALUES_FINDINGS_WORDS_H
#define LOGONGATE_CORE_VALUES_FINDINGS_WORDS_H

#include <logongate/findings.h>

#define LG_FINDINGS_FIRST_LINE "logongate findings 1\n"
#define LG_FINDINGS_FILTER "filter\t"
#define LG_FINDINGS_END "end "

/* NULL outside the enum. */
const char *lg_findings_asked_as_word(enum lg_asked_as asked_as);
const char *lg_findings_via_word(enum lg_via via);

/* Appends the last line for body, which holds count accounts. */
void lg_findings_put_end(struct lg_buffer *out, size_t count, const char *body,
			 size_t body_len);

#endif
