/* SPDX-License-Identifier: ISC */
/*
 * ini_file.h - an INI file, read by the guard and by iniparser alike
 *
 * Layer: adapter.
 * Source: decisions/03-ini.md; facts/directory.md F.
 */
#ifndef LOGONGATE_ADAPTERS_INI_INI_FILE_H
#define LOGONGATE_ADAPTERS_INI_INI_FILE_H

#include "adapters/ini/guard.h"

/* A settings file or a profile beyond this is none. */
#define LG_INI_FILE_MAX (1024 * 1024)

/*
 * Reads path, which must be a regular file.
 * Returns: LG_OK; LG_ERR_IO where it cannot be read; LG_ERR_LIMIT; else as
 * lg_ini_parse. Owns: release with lg_ini_items_release.
 */
enum lg_status lg_ini_read(const char *path, const struct lg_ini_rules *rules,
			   struct lg_ini_items *out_items,
			   struct lg_error *err);

/*
 * The same for bytes at hand; file names them in messages.
 * Returns: as lg_ini_guard; LG_ERR_BUG where iniparser reads a value of text
 * that the guard passed as something else.
 */
enum lg_status lg_ini_parse(const char *text, size_t len, const char *file,
			    const struct lg_ini_rules *rules,
			    struct lg_ini_items *out_items,
			    struct lg_error *err);

#endif
