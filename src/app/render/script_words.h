/* SPDX-License-Identifier: ISC */
/*
 * script_words.h - a line cut into words as a shell would
 *
 * Layer: app, private to the script.
 */
#ifndef LOGONGATE_APP_RENDER_SCRIPT_WORDS_H
#define LOGONGATE_APP_RENDER_SCRIPT_WORDS_H

#include <logongate/strlist.h>

/*
 * Adds the words of one line. Returns: LG_OK (no words: a blank line or a
 * comment); LG_ERR_SYNTAX.
 */
enum lg_status lg_script_words(const char *line, size_t len, const char *place,
			       struct lg_strlist *out_words,
			       struct lg_error *err);

#endif
