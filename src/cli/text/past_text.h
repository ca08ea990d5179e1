/* SPDX-License-Identifier: ISC */
/*
 * past_text.h - plan --since: reading the log of logons and showing it
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_TEXT_PAST_TEXT_H
#define LOGONGATE_CLI_TEXT_PAST_TEXT_H

#include "cli/change/prepare.h"

/* Fills prepared->past where --since is given and the plan has a policy for
 * this machine. Returns: an exit code; the error is printed already. */
int lg_cli_past(struct lg_cli *cli, struct lg_prepared *prepared);

/* Prints who would have been refused. */
int lg_past_text(struct lg_cli *cli, const struct lg_past *past);

#endif
