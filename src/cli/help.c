/* SPDX-License-Identifier: ISC */
/*
 * help.c - the commands and options as people read them
 *
 * Everything printed comes from commands.def and the table of options.
 */
#include <string.h>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/options.h"

static void print_command(FILE *out, const struct lg_command *command)
{
	fprintf(out, "  %-20s %s\n", command->name, command->summary);
}

static void print_option(FILE *out, const struct lg_option *option)
{
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s", option->name,
		 option->value != NULL ? " " : "",
		 option->value != NULL ? option->value : "");
	fprintf(out, "  %-22s %s\n", left, option->help);
}

static void print_common(FILE *out)
{
	fputs("\nCommon options:\n", out);
	for (size_t i = 0; i < lg_option_count; i++) {
		if (lg_option_is_common(&lg_options[i]))
			print_option(out, &lg_options[i]);
	}
}

void lg_help_all(FILE *out)
{
	fputs("usage: logongate COMMAND [options] [operands]\n\n"
	      "Keeps users out of a mail server while it is worked on.\n\n"
	      "Commands:\n",
	      out);
	for (size_t i = 0; i < lg_command_count; i++)
		print_command(out, &lg_commands[i]);
	print_common(out);
	fputs("\nTimes: 22:00, Sat 22:00, tomorrow 06:00, \"2026-11-22 06:00\", RFC "
	      "3339.\nDurations: 90s 15m 2h30m 1d 1w.\n"
	      "More: logongate COMMAND --help, logongate(1).\n",
	      out);
}

void lg_help_command(FILE *out, const struct lg_command *command)
{
	/* Before the operands: behind "--" they would be the command's. */
	fprintf(out, "usage: logongate %s%s%s%s\n\n%s.\n", command->name,
		command->options[0] != '\0' ? " [options]" : "",
		command->operands[0] != '\0' ? " " : "", command->operands,
		command->summary);
	if (command->options[0] != '\0') {
		fputs("\nOptions:\n", out);
		for (size_t i = 0; i < lg_option_count; i++) {
			if (lg_option_is_own(&lg_options[i], command))
				print_option(out, &lg_options[i]);
		}
	}
	print_common(out);
}

void lg_help_group(FILE *out, const char *group)
{
	size_t len = strlen(group);

	fprintf(out,
		"usage: logongate %s COMMAND [options] [operands]\n\n"
		"Commands:\n",
		group);
	for (size_t i = 0; i < lg_command_count; i++) {
		if (strncmp(lg_commands[i].name, group, len) == 0 &&
		    (lg_commands[i].name[len] == ' ' ||
		     lg_commands[i].name[len] == '\0'))
			print_command(out, &lg_commands[i]);
	}
	print_common(out);
}

int lg_cmd_help(struct lg_cli *cli)
{
	const struct lg_command *command;
	int words;

	if (cli->operand_count == 0) {
		lg_help_all(cli->out);
		return LG_EXIT_DONE;
	}
	command = lg_command_find(cli->operand, cli->operand_count, &words);
	if (command != NULL && words == cli->operand_count)
		lg_help_command(cli->out, command);
	else if (cli->operand_count == 1 &&
		 lg_command_is_group(cli->operand[0]))
		lg_help_group(cli->out, cli->operand[0]);
	else
		return lg_cli_usage(
			cli, "there is no command %s%s%s", cli->operand[0],
			cli->operand_count > 1 ? " " : "",
			cli->operand_count > 1 ? cli->operand[1] : "");
	return LG_EXIT_DONE;
}
