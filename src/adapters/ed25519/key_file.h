/* SPDX-License-Identifier: ISC */
/*
 * key_file.h - the file that says whose signatures count
 *
 * Layer: adapter.
 * Source: contract 10 [fleet] verify_keys, 13 "Schema and signature".
 */
#ifndef LOGONGATE_ADAPTERS_ED25519_KEY_FILE_H
#define LOGONGATE_ADAPTERS_ED25519_KEY_FILE_H

#include "core/fleet/fleet_keys.h"

/*
 * Adds the keys in the file.
 * Returns: LG_OK, with one key at least; LG_ERR_IO, it cannot be read, or
 * others than its owner may write it: who may can lock everybody out;
 * LG_ERR_SYNTAX and others as lg_fleet_keys_parse.
 */
enum lg_status lg_fleet_keys_file(const char *path, struct lg_fleet_keys *keys,
				  struct lg_error *err);

#endif
