/* SPDX-License-Identifier: ISC */
/*
 * options.h - the table of options, and reading a command line against it
 *
 * Layer: cli.
 * Source: contract 4 "Common options", 7 "Command line".
 */
#ifndef LOGONGATE_CLI_OPTIONS_H
#define LOGONGATE_CLI_OPTIONS_H

#include "cli/command.h"

/* One line of the table. */
struct lg_option {
	const char *name;    /* without the dashes */
	const char *value;   /* as shown; NULL: a flag */
	const char *choices; /* for completion: words, or @file @directory
				 * @profile @target; NULL: none */
	enum lg_option_kind {
		LG_OPTION_ONCE = 0,
		LG_OPTION_REPEATED,
		LG_OPTION_PLACE, /* of a surveyed server, once: a command
				  * takes all of them as "@places" */
		LG_OPTION_COMMON /* every command takes it, once */,
		LG_OPTION_COMMON_REPEATED
	} kind;
	const char *help;
};

/* In the order of their names once a command line was read. */
extern struct lg_option lg_options[];
extern const size_t lg_option_count;

/* One option as it was given. */
struct lg_cli_given {
	const struct lg_option *option;
	const char *value;
};

/* 1 when every command takes it. */
int lg_option_is_common(const struct lg_option *option);
/* 1 when it is one of those that the command takes besides. */
int lg_option_is_own(const struct lg_option *option,
		     const struct lg_command *command);

/*
 * Sorts argv[1..] into options, operands and the words after "--".
 * Shape: --name VALUE, --name=VALUE, --flag, anywhere before "--". "-" and a
 * "-" before a digit begin operands.
 * Returns: LG_OK; LG_ERR_SYNTAX, the command line makes no sense;
 * LG_ERR_NO_MEMORY. Owns: lg_options_release, whatever was returned.
 */
enum lg_status lg_options_read(struct lg_cli *cli, int argc, char **argv,
			       struct lg_error *err);

void lg_options_release(struct lg_cli *cli);

/* After the command is known: LG_ERR_SYNTAX where it does not take one. */
enum lg_status lg_options_check(const struct lg_cli *cli, struct lg_error *err);

#endif
