/* SPDX-License-Identifier: ISC */
/*
 * settings_file.h - logongate.conf
 *
 * Layer: adapter.
 * Flow: ini_file reads the text, settings_file fills the defaults of
 * lg_settings_default with it, settings_check looks at what belongs together.
 * Source: contract 3, 8.
 *
 * Keys beyond those that contract 3 shows: [gate] restart, profiles_dir,
 * clients_file, refused_keep_days; [listen.*] mode, group; [listen.control]
 * address, cert_file, tls_key_file, ca_file; [target.*] cert_file,
 * tls_key_file, ca_file, probe. A relative path counts from the folder of the
 * settings file. Whether the files that settings name can be read, and secrets
 * only by those who may, is asked where they are used.
 */
#ifndef LOGONGATE_ADAPTERS_INI_SETTINGS_FILE_H
#define LOGONGATE_ADAPTERS_INI_SETTINGS_FILE_H

#include "core/settings/settings.h"

/*
 * Returns: LG_OK; LG_ERR_IO where path cannot be read; else what is wrong in
 * it, with FILE:LINE. All or nothing.
 * Owns: free *out_settings with lg_settings_free.
 */
enum lg_status lg_settings_load(const char *path,
				struct lg_settings **out_settings,
				struct lg_error *err);

/* The same for a text at hand, as if it stood in the file path. */
enum lg_status lg_settings_parse(const char *path, const char *text, size_t len,
				 struct lg_settings **out_settings,
				 struct lg_error *err);

#endif
