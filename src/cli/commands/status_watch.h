/* SPDX-License-Identifier: ISC */
/*
 * status_watch.h - a command's output on a whole terminal, again and again
 *
 * Layer: cli.
 * Source: contract 11 Terminal.
 */
#ifndef LOGONGATE_CLI_COMMANDS_STATUS_WATCH_H
#define LOGONGATE_CLI_COMMANDS_STATUS_WATCH_H

#include "cli/command.h"

/* Draws what once prints every two seconds, and when the window changes, until
 * a signal ends it; then the screen is as before. Returns: 0, or the exit code
 * of what went wrong. */
int lg_cli_watch(struct lg_cli *cli, int (*once)(struct lg_cli *cli));

#endif
