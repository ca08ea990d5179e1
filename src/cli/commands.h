/* SPDX-License-Identifier: ISC */
/*
 * commands.h - the table of commands and the prototypes of their functions
 *
 * Layer: cli. Both come from commands.def.
 */
#ifndef LOGONGATE_CLI_COMMANDS_H
#define LOGONGATE_CLI_COMMANDS_H

#include "cli/command.h"

#define LG_COMMAND(name, function, operands, min, max, options, summary)       \
	int function(struct lg_cli *cli);
#include "cli/commands.def"
#undef LG_COMMAND

extern const struct lg_command lg_commands[];
extern const size_t lg_command_count;

/*
 * The command that the words begin with: two words before one.
 * Returns: NULL where there is none; *out_words is how many words it took.
 */
const struct lg_command *lg_command_find(char *const *word, int count,
					 int *out_words);

/* 1 when commands of two words begin with this one. */
int lg_command_is_group(const char *word);

/* The nearest name of a command to what was written, or NULL. */
const char *lg_command_nearest(const char *first, const char *second);

#endif
