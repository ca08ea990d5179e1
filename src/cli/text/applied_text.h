/* SPDX-License-Identifier: ISC */
/*
 * applied_text.h - what apply made, as an administrator reads it
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_TEXT_APPLIED_TEXT_H
#define LOGONGATE_CLI_TEXT_APPLIED_TEXT_H

#include "cli/change/apply.h"

/* Says in words what is in force now; not with --json or --quiet. */
void lg_cli_say_applied(struct lg_cli *cli, const struct lg_prepared *prepared,
			const struct lg_applied *applied);

/* The same to stderr, where stdout is a command's; not with --quiet. */
void lg_cli_warn_applied(struct lg_cli *cli, const struct lg_prepared *prepared,
			 const struct lg_applied *applied);

#endif
