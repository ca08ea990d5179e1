/* SPDX-License-Identifier: ISC */
/*
 * command.h - what a command of logongate is, and what it is given
 *
 * Layer: cli.
 * Flow: main.c reads the command line against options.c and commands.def,
 * fills a struct lg_cli and calls the command's function; its return value is
 * the exit code of contract 4.
 *
 * To add a command:
 *   1. write src/cli/commands/cmd_NAME.c with
 *      "int lg_cmd_NAME(struct lg_cli *cli)"; it includes
 *      "cli/commands.h", which has the prototype;
 *   2. add its one line to commands.def;
 *   3. add the file to src/cli/CMakeLists.txt;
 *   4. describe it in src/man/logongate.1 (a test looks for it).
 * An option that no command had yet is one line in options.c. Help, completion
 * and suggestions come from these tables.
 *
 * A command prints results to cli->out, everything else through the functions
 * of output.h, and opens what it needs through open.h. It never calls exit.
 */
#ifndef LOGONGATE_CLI_COMMAND_H
#define LOGONGATE_CLI_COMMAND_H

#include <stdio.h>

#include <logongate/error.h>
#include <logongate/strlist.h>

/* Exit codes of contract 4. 70 and 74 are sysexits' own meanings. */
enum lg_exit {
	LG_EXIT_DONE = 0,
	LG_EXIT_REFUSED = 1, /* refused, blocked, nothing in force */
	LG_EXIT_USAGE = 2,
	LG_EXIT_INVALID = 3,        /* profile, setting, version, DN, file */
	LG_EXIT_DIRECTORY = 4,      /* the directory could not be asked */
	LG_EXIT_WOULD_NOT_LOCK = 5, /* fails open, or a warning to accept */
	LG_EXIT_PUT_BACK = 6,       /* a target failed, all was put back */
	LG_EXIT_DENIED = 7,
	LG_EXIT_NO_GATE = 8,
	LG_EXIT_NOT_PUT_BACK = 9,
	LG_EXIT_SOFTWARE = 70, /* no memory, a broken promise */
	LG_EXIT_OUTPUT = 74    /* stdout could not be written */
};

struct lg_cli;

/* One line of commands.def. */
struct lg_command {
	const char *name; /* "plan", "versions explain" */
	int (*run)(struct lg_cli *cli);
	const char *operands; /* as shown: "PROFILE", "[DN...]" */
	int operands_min;
	int operands_max;    /* -1: any number; -2: also words after -- */
	const char *options; /* besides the common ones: "for until" */
	const char *summary; /* one line, no full stop */
};

/* What was said on the command line, and what was opened since. */
struct lg_cli {
	const struct lg_command *command;
	char **operand; /* operand[0..operand_count) */
	int operand_count;
	char **rest; /* the words after --; NULL: no -- */
	int rest_count;
	int json;
	int quiet;
	int progress;   /* stderr is a terminal, not --no-progress */
	int colour_out; /* stdout is a terminal and NO_COLOR unset */
	FILE *out;
	FILE *err;

	char **words; /* options.c: what operand points into */
	struct lg_cli_given *given;
	size_t given_count;
	/* failed.c: what went wrong last, and whether stdout has an object */
	struct lg_error failed;
	enum lg_exit failed_exit; /* 0: nothing did */
	const char *failed_code;
	const char *failed_warning; /* that needs accepting; or NULL */
	int has_printed;
	struct lg_cli_open *open;   /* open.c */
	struct lg_cli_meter *meter; /* output.c */
};

/* The value of an option ("" of a flag that was given), NULL: not given. */
const char *lg_cli_option(const struct lg_cli *cli, const char *name);

/* All values of an option that may be repeated are added to out_values. */
enum lg_status lg_cli_options(const struct lg_cli *cli, const char *name,
			      struct lg_strlist *out_values,
			      struct lg_error *err);

/*
 * Prints "logongate: PLACE: TEXT" to stderr.
 * Returns: the exit code of err->status.
 */
int lg_cli_fail(struct lg_cli *cli, const struct lg_error *err);

/* The same with an exit code of the command's own choice. */
int lg_cli_fail_as(struct lg_cli *cli, enum lg_exit code,
		   const struct lg_error *err);

/* As lg_cli_fail_as with a sentence of its own; place may be NULL. */
int lg_cli_say(struct lg_cli *cli, enum lg_exit code, const char *place,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* "out of memory"; 70. */
int lg_cli_no_memory(struct lg_cli *cli);

/* A command line that makes no sense: prints it and where help is; 2. */
int lg_cli_usage(struct lg_cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The exit code that belongs to a status. */
enum lg_exit lg_cli_exit(enum lg_status status);

#endif
