/* SPDX-License-Identifier: ISC */
/*
 * schedule_command.h - the command line of logongate that the calendar starts
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_COMMANDS_SCHEDULE_COMMAND_H
#define LOGONGATE_CLI_COMMANDS_SCHEDULE_COMMAND_H

#include "cli/command.h"

/* apply, or run where there is a command, with the options of schedule add
 * that are not its own; files by their whole paths. */
enum lg_status lg_schedule_command(const struct lg_cli *cli,
				   struct lg_strlist *command,
				   struct lg_error *err);

#endif
