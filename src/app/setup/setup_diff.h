/* SPDX-License-Identifier: ISC */
/*
 * setup_diff.h - in which lines two texts differ
 *
 * Layer: app, private to the set-up.
 */
#ifndef LOGONGATE_APP_SETUP_DIFF_H
#define LOGONGATE_APP_SETUP_DIFF_H

#include "app/setup/setup_plan.h"

/*
 * Appends a unified diff of the file, as patch(1) reads it. Of a secret only
 * that there is one.
 */
enum lg_status lg_setup_diff(const struct lg_setup_file *file,
			     struct lg_buffer *out_text, struct lg_error *err);

/*
 * Takes what after has more or other than before out of now, which somebody
 * changed since in other places. Appends the text.
 * Returns: LG_OK; LG_ERR_CONFLICT, those places are not as after has them.
 */
enum lg_status lg_setup_take_back(const char *before, const char *after,
				  const char *now, struct lg_buffer *out_text,
				  struct lg_error *err);

#endif
