/* SPDX-License-Identifier: ISC */
/*
 * open.h - settings, directory and profiles, opened when first needed
 *
 * Layer: cli.
 * Flow: the common options decide which; each is opened once and closed by
 * main. What cannot be opened is reported by the command: return
 * lg_cli_fail(cli, &err).
 * Source: contract 3, 4.
 */
#ifndef LOGONGATE_CLI_OPEN_H
#define LOGONGATE_CLI_OPEN_H

#include "cli/command.h"

/* Closes what was opened. */
void lg_cli_close(struct lg_cli *cli);

#endif
