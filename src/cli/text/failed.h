/* SPDX-License-Identifier: ISC */
/*
 * failed.h - what went wrong, for programs
 *
 * Layer: cli.
 * Shape: {"code","exit","text","file","line","code_of_warning"}; file and line
 * are null where the failure is in no file.
 * Source: contract 11 "run" (errors with --json), 12.
 */
#ifndef LOGONGATE_CLI_TEXT_FAILED_H
#define LOGONGATE_CLI_TEXT_FAILED_H

#include <cjson/cJSON.h>

#include "cli/command.h"

/* Remembers what was said. */
void lg_cli_failed(struct lg_cli *cli, enum lg_exit code,
		   const struct lg_error *err);

/* Of an exit code; NULL where nothing went wrong. The caller's. */
cJSON *lg_cli_failed_object(const struct lg_cli *cli, int code);

/* With --json: the only line, where no object was printed. */
void lg_cli_failed_end(struct lg_cli *cli, int code);

#endif
