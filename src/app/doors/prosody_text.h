/* SPDX-License-Identifier: ISC */
/*
 * prosody_text.h - prosody.cfg.lua and what it includes, as one text
 *
 * Layer: app.
 */
#ifndef LOGONGATE_APP_DOORS_PROSODY_TEXT_H
#define LOGONGATE_APP_DOORS_PROSODY_TEXT_H

#include "port/machine.h"

/*
 * Appends the file at path, with other files in place of its Include lines. A
 * pattern in the name stands for all files of the folder that end so.
 * LG_ERR_UNKNOWN_KEY: there is no file at path; LG_ERR_IO: none that it
 * includes; LG_ERR_DENIED; LG_ERR_LIMIT: includes within includes.
 */
enum lg_status lg_prosody_text(const struct lg_machine *machine,
			       const char *path, struct lg_buffer *out_text,
			       struct lg_error *err);

#endif
