/* SPDX-License-Identifier: ISC */
/*
 * cmd_registry.h - what the registry commands share
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_COMMANDS_CMD_REGISTRY_H
#define LOGONGATE_CLI_COMMANDS_CMD_REGISTRY_H

#include <logongate/buffer.h>

#include "cli/command.h"

/* A REGEDIT4 file, in the page of --codepage, becomes one of today. */
enum lg_status lg_cli_modernise(struct lg_cli *cli, const char *path,
				struct lg_buffer *bytes, struct lg_error *err);

/* Appends a Registry Editor file, "-" is standard input. Returns: an exit
 * code. */
int lg_cli_registry_file(struct lg_cli *cli, const char *path,
			 struct lg_buffer *out_bytes);

/* Prints the names of values that were changed, or are not the same. */
int lg_cli_registry_changed(struct lg_cli *cli, const struct lg_strlist *names);

#endif
