/* SPDX-License-Identifier: ISC */
/*
 * status_check.h - status for Nagios, Icinga and their kin
 *
 * Layer: cli.
 * Source: contract 11 Monitoring; Monitoring Plugins Development Guidelines:
 * exit codes, one line, performance data behind "|".
 */
#ifndef LOGONGATE_CLI_COMMANDS_STATUS_CHECK_H
#define LOGONGATE_CLI_COMMANDS_STATUS_CHECK_H

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

#endif
