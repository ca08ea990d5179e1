/* SPDX-License-Identifier: ISC */
/*
 * cmd_status.h - status for Nagios, Icinga and their kin, and again and again
 *
 * Layer: cli.
 * Source: contract 11 Monitoring; Monitoring Plugins Development Guidelines:
 * exit codes, one line, performance data behind "|".
 */
#ifndef LOGONGATE_CLI_COMMANDS_CMD_STATUS_H
#define LOGONGATE_CLI_COMMANDS_CMD_STATUS_H

#include "app/records/status_record.h"
#include "cli/command.h"

enum lg_check_state {
	LG_CHECK_OK = 0,
	LG_CHECK_WARNING,
	LG_CHECK_CRITICAL,
	LG_CHECK_UNKNOWN
};

/* Prints the line of a status object; answers 0: no gate answered where one is
 * to run. Returns: the state, which is the exit code. */
int lg_cli_status_check(struct lg_cli *cli, const struct lg_status_said *said,
			int answers);

/* There is no status object, and why is on stderr: prints that, for a command
 * that would have ended with code. Returns: the state. */
int lg_cli_status_unknown(struct lg_cli *cli, int code);

/* status_watch.c (contract 11 Terminal). */

/* Draws what once prints every two seconds, and when the window changes, until
 * a signal ends it; then the screen is as before. Returns: 0, or the exit code
 * of what went wrong. */
int lg_cli_watch(struct lg_cli *cli, int (*once)(struct lg_cli *cli));

#endif
