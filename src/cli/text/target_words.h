/* SPDX-License-Identifier: ISC */
/*
 * target_words.h - what the values on a server do there, in words
 *
 * Layer: cli, shared by targets test and status.
 * Source: contract 4 targets ("what is set now"); conformance A5.
 */
#ifndef LOGONGATE_CLI_TEXT_TARGET_WORDS_H
#define LOGONGATE_CLI_TEXT_TARGET_WORDS_H

#include <logongate/registry.h>
#include "core/settings/settings.h"

/*
 * Adds a line for each thing a store of the target's dialect would do with
 * these values; the directory is not asked. None for backend directory, which
 * keeps other values. Returns: LG_OK; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_cli_target_says(const struct lg_target_settings *target,
				  const struct lg_registry *values,
				  struct lg_strlist *lines,
				  struct lg_error *err);

#endif
