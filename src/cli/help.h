/* SPDX-License-Identifier: ISC */
/*
 * help.h - what --help prints
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_HELP_H
#define LOGONGATE_CLI_HELP_H

#include "cli/command.h"

/* All commands, one line each. */
void lg_help_all(FILE *out);
/* One command with its options. */
void lg_help_command(FILE *out, const struct lg_command *command);
/* The commands of two words that begin with this one. */
void lg_help_group(FILE *out, const char *group);

#endif
