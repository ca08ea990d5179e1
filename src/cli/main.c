/* SPDX-License-Identifier: ISC */
/*
 * logongate - the administrator's command
 *
 * Reads the command line, finds the command, checks what it was given and
 * calls it. What the command returns is the exit code; standard output that
 * could not be written makes a success a failure.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <logongate/release.h>

#include "cli/commands.h"
#include "cli/text/failed.h"
#include "cli/help.h"
#include "cli/open/open.h"
#include "cli/options.h"
#include "cli/output.h"

/* "schedule needs add, list or remove". */
static int needs_second(struct lg_cli *cli, const char *group)
{
	struct lg_buffer list = {0};
	size_t len = strlen(group);
	const char *last = NULL;
	int code;

	for (size_t i = 0; i < lg_command_count; i++) {
		const char *name = lg_commands[i].name;

		if (strncmp(name, group, len) != 0 || name[len] != ' ')
			continue;
		if (last != NULL)
			lg_buffer_format(&list, "%s%s",
					 list.len > 0 ? ", " : "", last);
		last = name + len + 1;
	}
	code = lg_cli_usage(cli, "%s needs %s%s%s", group,
			    list.data != NULL ? list.data : "",
			    list.len > 0 ? " or " : "",
			    last != NULL ? last : "a command");
	lg_buffer_release(&list);
	return code;
}

static int no_such_command(struct lg_cli *cli)
{
	char *const *word = cli->operand;
	const char *second = cli->operand_count > 1 ? word[1] : NULL;
	const char *nearest = lg_command_nearest(word[0], second);
	int group = lg_command_is_group(word[0]);

	if (group && second == NULL)
		return needs_second(cli, word[0]);
	if (nearest != NULL)
		return lg_cli_usage(cli,
				    "there is no command %s%s%s; did you "
				    "mean %s?",
				    word[0], group ? " " : "",
				    group && second != NULL ? second : "",
				    nearest);
	return lg_cli_usage(cli, "there is no command %s%s%s", word[0],
			    group ? " " : "",
			    group && second != NULL ? second : "");
}

/* Takes the command's own words off the operands and checks the rest. Only
 * `run` has a use of its own for "--"; for others it ends the options. */
static int check_operands(struct lg_cli *cli, int words)
{
	const struct lg_command *command = cli->command;
	int most = command->operands_max;

	for (int i = 0; most != -2 && i < cli->rest_count; i++)
		cli->operand[cli->operand_count++] = cli->rest[i];
	cli->operand += words;
	cli->operand_count -= words;
	if (most == -2)
		most = command->operands_min;
	if (cli->operand_count < command->operands_min)
		return lg_cli_usage(cli, "%s needs %s", command->name,
				    command->operands);
	if (most >= 0 && cli->operand_count > most)
		return lg_cli_usage(
			cli,
			command->operands[0] != '\0'
				? "%s takes %s and nothing more"
				: "%s takes options only, and not \"%s\"",
			command->name,
			command->operands[0] != '\0' ? command->operands
						     : cli->operand[0]);
	return LG_EXIT_DONE;
}

static int dispatch(struct lg_cli *cli)
{
	struct lg_error err;
	int words = 0, code;

	if (cli->operand_count == 0) {
		if (lg_cli_option(cli, "help") == NULL) {
			lg_cli_say(cli, LG_EXIT_USAGE, NULL, "no command");
			lg_help_all(cli->err);
			return LG_EXIT_USAGE;
		}
		lg_help_all(cli->out);
		return LG_EXIT_DONE;
	}
	cli->command =
		lg_command_find(cli->operand, cli->operand_count, &words);
	if (lg_cli_option(cli, "help") != NULL &&
	    lg_command_is_group(cli->operand[0]) && words < 2) {
		lg_help_group(cli->out, cli->operand[0]);
		return LG_EXIT_DONE;
	}
	if (cli->command == NULL)
		return no_such_command(cli);
	if (lg_cli_option(cli, "help") != NULL) {
		lg_help_command(cli->out, cli->command);
		return LG_EXIT_DONE;
	}
	if (lg_options_check(cli, &err) != LG_OK)
		return lg_cli_usage(cli, "%s", err.text);
	code = check_operands(cli, words);
	if (code == LG_EXIT_DONE)
		code = cli->command->run(cli);
	return code;
}

static int read_and_dispatch(struct lg_cli *cli, int argc, char **argv)
{
	int plain = getenv("NO_COLOR") != NULL && getenv("NO_COLOR")[0] != '\0';
	struct lg_error err;

	if (lg_options_read(cli, argc, argv, &err) != LG_OK) {
		cli->json = lg_cli_option(cli, "json") != NULL;
		if (err.status == LG_ERR_SYNTAX)
			return lg_cli_usage(cli, "%s", err.text);
		return lg_cli_fail(cli, &err);
	}
	cli->json = lg_cli_option(cli, "json") != NULL;
	cli->quiet = lg_cli_option(cli, "quiet") != NULL;
	cli->progress = !cli->quiet && isatty(STDERR_FILENO) &&
			lg_cli_option(cli, "no-progress") == NULL;
	cli->colour_out = !plain && isatty(STDOUT_FILENO);
	if (lg_cli_option(cli, "version") != NULL) {
		printf("logongate %s\n", LOGONGATE_VERSION);
		return LG_EXIT_DONE;
	}
	return dispatch(cli);
}

int main(int argc, char **argv)
{
	struct lg_cli cli = {.out = stdout, .err = stderr};
	int code = read_and_dispatch(&cli, argc, argv);

	lg_cli_progress_end(&cli);
	lg_cli_failed_end(&cli, code);
	lg_cli_close(&cli);
	lg_options_release(&cli);
	if ((fflush(stdout) != 0 || ferror(stdout)) && code <= LG_EXIT_REFUSED)
		code = lg_cli_say(&cli, LG_EXIT_OUTPUT, NULL,
				  "the results could not be written");
	return code;
}
