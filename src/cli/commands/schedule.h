/* SPDX-License-Identifier: ISC */
/*
 * schedule.h - the folder of systemd where schedules lie, and what they start
 *
 * Layer: cli, for cmd_schedule.c, cmd_status.c, schedule_units.c and
 * schedule_command.c.
 */
#ifndef LOGONGATE_CLI_COMMANDS_SCHEDULE_H
#define LOGONGATE_CLI_COMMANDS_SCHEDULE_H

#include <stdint.h>

#include "app/calendar/window_units.h"
#include "cli/command.h"

/* The text of logongate-window@NAME.KIND.d/schedule.conf; LG_ERR_UNKNOWN_KEY
 * where there is none. */
enum lg_status lg_schedule_read(const char *name, const char *kind,
				struct lg_buffer *out_text,
				struct lg_error *err);

/* Writes both drop-ins; on failure neither is there. */
enum lg_status lg_schedule_write(const char *name,
				 const struct lg_buffer *timer,
				 const struct lg_buffer *service,
				 struct lg_error *err);

enum lg_status lg_schedule_delete(const char *name, struct lg_error *err);

/* When the timer elapses next, as systemd says; 0: nobody knows. */
int64_t lg_schedule_next(const char *name);

/* apply, or run where there is a command, with the options of schedule add
 * that are not its own; files by their whole paths. */
enum lg_status lg_schedule_command(const struct lg_cli *cli,
				   struct lg_strlist *command,
				   struct lg_error *err);

#endif
