/* SPDX-License-Identifier: ISC */
/*
 * plan_text.h - a plan as an administrator reads it at night
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_TEXT_PLAN_TEXT_H
#define LOGONGATE_CLI_TEXT_PLAN_TEXT_H

#include "app/change/plan.h"
#include "cli/command.h"

/* Prints all of it; the first line says whether there would be a lock. */
int lg_plan_text(struct lg_cli *cli, const struct lg_plan *plan,
		 const struct lg_plan_input *input);

/* The values of one target, below a heading. */
void lg_plan_values_text(struct lg_cli *cli,
			 const struct lg_plan_target *target);

/* Lists are cut here, and say how much they leave out. */
#define LG_PLAN_SHOWN_MAX 40
void lg_plan_more_text(struct lg_cli *cli, size_t count);

/* Says on stderr why apply does not go on; gives the exit code. */
int lg_plan_refusal(struct lg_cli *cli, const struct lg_plan *plan);

#endif
