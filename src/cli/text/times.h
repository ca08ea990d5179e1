/* SPDX-License-Identifier: ISC */
/*
 * times.h - durations and times of the command line
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_TEXT_TIMES_H
#define LOGONGATE_CLI_TEXT_TIMES_H

#include <stdint.h>

#include "cli/command.h"
#include "port/clock.h"

/* Seconds of the wall clock. */
int64_t lg_cli_now(void);

/* Both clocks, for an end that a stepped wall clock must not move. */
struct lg_now lg_cli_clocks(void);

/* Reads a duration or a time given as an option; 0 where it is not given. What
 * a time was understood as goes to stderr.
 * Returns: an exit code, 2 is printed. */
int lg_cli_duration(struct lg_cli *cli, const char *option,
		    int64_t *out_seconds);
int lg_cli_time(struct lg_cli *cli, const char *option, int64_t *out_s);
/* text: what stands behind the + of "+30m"; nothing is said. */
int lg_cli_ahead(struct lg_cli *cli, const char *option, const char *text,
		 int64_t *out_s);
/* --since: a duration back from now, or a time; 0: not given. */
int lg_cli_since(struct lg_cli *cli, int64_t *out_s);

#endif
