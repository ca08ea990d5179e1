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

/* The words of a field, in the order of its enum. */
struct lg_findings_field {
	const char *const *word;
	int count;
};

/* Asked as, finding, via: as a line begins. */
#define LG_FINDINGS_FIELDS 3
extern const struct lg_findings_field lg_findings_field[LG_FINDINGS_FIELDS];

/* Appends the last line for body, which holds count accounts. */
void lg_findings_put_end(struct lg_buffer *out, size_t count, const char *body,
			 size_t body_len);

#endif
