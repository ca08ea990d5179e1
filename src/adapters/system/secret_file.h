/* SPDX-License-Identifier: ISC */
/*
 * secret_file.h - passwords and keys: new ones, and those in files that only
 * some may read
 *
 * Layer: adapter.
 * Source: contract 3 password_file, 8 "Sockets" and "Directory": a secret that
 * others can read, also its group, is refused; all secrets follow the same
 * rule.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_SECRET_FILE_H
#define LOGONGATE_ADAPTERS_SYSTEM_SECRET_FILE_H

#include <logongate/buffer.h>
#include "core/settings/settings.h"

/*
 * Reads the secret: the text of the file without the line end at its end.
 * Returns: LG_OK; LG_ERR_IO, it cannot be read, or others can read or write
 * it (exit 3, err names the file); LG_ERR_SYNTAX, it is empty, has several
 * lines or a NUL; LG_ERR_LIMIT.
 * Owns: release *out_secret with lg_secret_release, which wipes it.
 */
enum lg_status lg_secret_file_read(const char *path,
				   struct lg_buffer *out_secret,
				   struct lg_error *err);
void lg_secret_release(struct lg_buffer *secret);

/* Appends so many random bytes in lower-case hex digits; at most 32. */
enum lg_status lg_secret_make(size_t bytes, struct lg_buffer *out_text,
			      struct lg_error *err);

/* The same for a secret of several lines (an account's file): all of its text;
 * a NUL is LG_ERR_SYNTAX. */
enum lg_status lg_secret_file_read_lines(const char *path,
					 struct lg_buffer *out_secret,
					 struct lg_error *err);

/* The rule alone, also for secrets of several lines (credentials files). */
enum lg_status lg_secret_file_check(const char *path, struct lg_error *err);

/*
 * Looks at every file that the settings of the gate name: secrets by the rule,
 * others for whether they can be read. Those of targets are the business of
 * whoever writes to the target.
 */
enum lg_status lg_settings_files_check(const struct lg_settings *settings,
				       struct lg_error *err);

#endif
