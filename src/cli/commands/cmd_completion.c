/* SPDX-License-Identifier: ISC */
/*
 * logongate completion - completion scripts from the tables
 *
 * bash and zsh share the tables as four shell functions (words, options,
 * values, operands) and have a short reader each; fish takes one line for each
 * command and option. Only names of profiles, targets and locks start
 * a program: logongate itself.
 */
#include <string.h>

#include "cli/commands.h"
#include "cli/options.h"

static const char asking[] =
	"_logongate_choices() {\n"
	"\tcase $1 in\n"
	"\t@profile) logongate profiles list 2>/dev/null |\n"
	"\t\tawk 'NR > 1 { print $1 }' ;;\n"
	"\t@target) logongate targets list 2>/dev/null |\n"
	"\t\tawk 'NR > 1 { print $1 }' ;;\n"
	"\t@lock) logongate status --json 2>/dev/null | tr ',{' '\\n\\n' |\n"
	"\t\tsed -n -e 's/^\"id\":\"\\(lg-[^\"]*\\)\".*/\\1/p' \\\n"
	"\t\t-e 's/^\"profile\":\"\\([^\"]*\\)\".*/\\1/p' | sort -u ;;\n"
	"\t*) echo \"$1\" ;;\n"
	"\tesac\n"
	"}\n";

static const char bash_reader[] =
	"_logongate() {\n"
	"\tlocal cur prev i command='' words='' values=''\n"
	"\tcur=${COMP_WORDS[COMP_CWORD]}\n"
	"\tprev=${COMP_WORDS[COMP_CWORD-1]}\n"
	"\tCOMPREPLY=()\n"
	"\tif values=$(_logongate_values \"$prev\"); then\n"
	"\t\twords=$values\n"
	"\telse\n"
	"\t\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\t\tcase ${COMP_WORDS[i]} in\n"
	"\t\t\t--) _command_offset $((i + 1)) 2>/dev/null; return ;;\n"
	"\t\t\t-*) _logongate_values \"${COMP_WORDS[i]}\" >/dev/null &&\n"
	"\t\t\t\t((i++)) ;;\n"
	"\t\t\t*) if [ -n \"$(_logongate_takes \\\n"
	"\t\t\t\t\"${command:+$command }${COMP_WORDS[i]}\")\" ] ||\n"
	"\t\t\t\t[ -z \"$command\" ]; then\n"
	"\t\t\t\tcommand=\"${command:+$command }${COMP_WORDS[i]}\"\n"
	"\t\t\tfi ;;\n"
	"\t\t\tesac\n"
	"\t\tdone\n"
	"\t\tcase $cur in\n"
	"\t\t-*) words=\"$(_logongate_takes \"$command\")"
	" $(_logongate_takes)\" ;;\n"
	"\t\t*) words=\"$(_logongate_words \"$command\")"
	" $(_logongate_operands \"$command\")\" ;;\n"
	"\t\tesac\n"
	"\tfi\n"
	"\tfor i in $words; do\n"
	"\t\tcase $i in\n"
	"\t\t@file) COMPREPLY+=($(compgen -f -- \"$cur\")) ;;\n"
	"\t\t@directory) COMPREPLY+=($(compgen -d -- \"$cur\")) ;;\n"
	"\t\t*) COMPREPLY+=($(compgen -W \"$(_logongate_choices \"$i\")\" \\\n"
	"\t\t\t-- \"$cur\")) ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"}\n"
	"complete -F _logongate logongate\n";

static const char zsh_reader[] =
	"_logongate() {\n"
	"\tlocal cur=$words[CURRENT] prev=$words[CURRENT-1]\n"
	"\tlocal i chosen='' wanted=''\n"
	"\tif wanted=$(_logongate_values \"$prev\"); then\n"
	"\t\t:\n"
	"\telse\n"
	"\t\tfor ((i = 2; i < CURRENT; i++)); do\n"
	"\t\t\tcase $words[i] in\n"
	"\t\t\t--) _normal; return ;;\n"
	"\t\t\t-*) _logongate_values \"$words[i]\" >/dev/null &&\n"
	"\t\t\t\t((i++)) ;;\n"
	"\t\t\t*) if [[ -z $chosen || -n $(_logongate_takes \\\n"
	"\t\t\t\t\"${chosen:+$chosen }$words[i]\") ]]; then\n"
	"\t\t\t\tchosen=\"${chosen:+$chosen }$words[i]\"\n"
	"\t\t\tfi ;;\n"
	"\t\t\tesac\n"
	"\t\tdone\n"
	"\t\tcase $cur in\n"
	"\t\t-*) wanted=\"$(_logongate_takes \"$chosen\")"
	" $(_logongate_takes)\" ;;\n"
	"\t\t*) wanted=\"$(_logongate_words \"$chosen\")"
	" $(_logongate_operands \"$chosen\")\" ;;\n"
	"\t\tesac\n"
	"\tfi\n"
	"\tfor i in ${=wanted}; do\n"
	"\t\tcase $i in\n"
	"\t\t@file) _files ;;\n"
	"\t\t@directory) _files -/ ;;\n"
	"\t\t*) compadd -- $(_logongate_choices \"$i\") ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"}\n"
	"_logongate \"$@\"\n";

/* 1 when no earlier entry has the same first word. */
static int begins_word(size_t index)
{
	const char *name = lg_commands[index].name;
	size_t len = strcspn(name, " ");

	for (size_t i = 0; i < index; i++) {
		if (strncmp(lg_commands[i].name, name, len) == 0 &&
		    strcspn(lg_commands[i].name, " ") == len)
			return 0;
	}
	return 1;
}

static void print_second_words(FILE *out, const char *group)
{
	size_t len = strcspn(group, " ");

	for (size_t i = 0; i < lg_command_count; i++) {
		const char *name = lg_commands[i].name;

		if (strncmp(name, group, len) == 0 && name[len] == ' ')
			fprintf(out, " %s", name + len + 1);
	}
}

static int is_group(const char *name)
{
	char word[32];
	size_t len = strcspn(name, " ");

	if (len >= sizeof(word))
		return 0;
	memcpy(word, name, len);
	word[len] = '\0';
	return lg_command_is_group(word);
}

/* What may stand as an operand: "bash|zsh|fish", PROFILE, a lock, FILE... */
static void print_operands(FILE *out, const struct lg_command *command)
{
	const char *shown = command->operands;

	if (shown[0] >= 'a' && shown[0] <= 'z' && strchr(shown, '|') != NULL) {
		for (; *shown != '\0' && *shown != ' '; shown++)
			putc(*shown == '|' ? ' ' : *shown, out);
	} else if (strncmp(shown, "PROFILE", 7) == 0) {
		fputs("@profile", out);
	} else if (strstr(shown, "PROFILE|ID") != NULL) {
		fputs("@lock", out);
	} else if (strstr(shown, "FILE") != NULL ||
		   strstr(shown, "BACKUP") != NULL) {
		fputs("@file", out);
	}
}

/* The tables as functions of the POSIX shell. */
static void print_tables(FILE *out)
{
	fputs("_logongate_words() {\n\tcase $1 in\n\t'') echo", out);
	for (size_t i = 0; i < lg_command_count; i++) {
		if (begins_word(i))
			fprintf(out, " %.*s",
				(int)strcspn(lg_commands[i].name, " "),
				lg_commands[i].name);
	}
	fputs(" ;;\n", out);
	for (size_t i = 0; i < lg_command_count; i++) {
		const char *name = lg_commands[i].name;

		if (!begins_word(i) || !is_group(name))
			continue;
		fprintf(out, "\t'%.*s') echo", (int)strcspn(name, " "), name);
		print_second_words(out, name);
		fputs(" ;;\n", out);
	}
	fputs("\tesac\n}\n_logongate_takes() {\n\tcase $1 in\n\t'') echo", out);
	for (size_t i = 0; i < lg_option_count; i++) {
		if (lg_option_is_common(&lg_options[i]))
			fprintf(out, " --%s", lg_options[i].name);
	}
	fputs(" ;;\n", out);
	for (size_t i = 0; i < lg_command_count; i++) {
		/* --help again: an answer that is never empty tells the
		 * readers that these words are a command. */
		fprintf(out, "\t'%s') echo --help", lg_commands[i].name);
		for (size_t j = 0; j < lg_option_count; j++) {
			if (lg_option_is_own(&lg_options[j], &lg_commands[i]))
				fprintf(out, " --%s", lg_options[j].name);
		}
		fputs(" ;;\n", out);
	}
	fputs("\tesac\n}\n_logongate_values() {\n\tcase $1 in\n", out);
	for (size_t i = 0; i < lg_option_count; i++) {
		if (lg_options[i].value != NULL)
			fprintf(out, "\t--%s) echo '%s' ;;\n",
				lg_options[i].name,
				lg_options[i].choices != NULL
					? lg_options[i].choices
					: "");
	}
	fputs("\t*) return 1 ;;\n\tesac\n}\n"
	      "_logongate_operands() {\n\tcase $1 in\n",
	      out);
	for (size_t i = 0; i < lg_command_count; i++) {
		fprintf(out, "\t'%s') echo '", lg_commands[i].name);
		print_operands(out, &lg_commands[i]);
		fputs("' ;;\n", out);
	}
	fputs("\tesac\n}\n", out);
	fputs(asking, out);
}

static void print_fish_text(FILE *out, const char *text)
{
	putc('\'', out);
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			putc('\\', out);
		putc(*text, out);
	}
	putc('\'', out);
}

static void print_fish_option(FILE *out, const char *condition,
			      const struct lg_option *option)
{
	const char *choices = option->choices;

	fprintf(out, "complete -c logongate%s -l %s", condition, option->name);
	if (option->value == NULL) {
		;
	} else if (choices == NULL) {
		fputs(" -x", out);
	} else if (strcmp(choices, "@file") == 0 ||
		   strcmp(choices, "@directory") == 0) {
		fputs(" -rF", out);
	} else if (strcmp(choices, "@lock") == 0) {
		fputs(" -xa '(_logongate_locks)'", out);
	} else if (choices[0] == '@') {
		fprintf(out, " -xa '(_logongate_listed %ss)'", choices + 1);
	} else {
		fprintf(out, " -xa '%s'", choices);
	}
	fputs(" -d ", out);
	print_fish_text(out, option->help);
	putc('\n', out);
}

static void print_fish_operands(FILE *out, const char *condition,
				const struct lg_command *command)
{
	const char *shown = command->operands;

	if (shown[0] >= 'a' && shown[0] <= 'z' && strchr(shown, '|') != NULL) {
		fprintf(out, "complete -c logongate%s -a '", condition);
		print_operands(out, command);
		fputs("'\n", out);
	} else if (strncmp(shown, "PROFILE", 7) == 0 &&
		   strstr(shown, "PROFILE|ID") == NULL) {
		fprintf(out,
			"complete -c logongate%s -a "
			"'(_logongate_listed profiles)'\n",
			condition);
	} else if (strstr(shown, "PROFILE|ID") != NULL) {
		fprintf(out,
			"complete -c logongate%s -a '(_logongate_locks)'\n",
			condition);
	} else if (strstr(shown, "FILE") != NULL ||
		   strstr(shown, "BACKUP") != NULL) {
		fprintf(out, "complete -c logongate%s -F\n", condition);
	}
}

static void print_fish_command(FILE *out, const struct lg_command *command)
{
	size_t len = strcspn(command->name, " ");
	char condition[160];

	if (command->name[len] == ' ') {
		fprintf(out,
			"complete -c logongate -n '__fish_seen_subcommand_from "
			"%.*s' -a %s -d ",
			(int)len, command->name, command->name + len + 1);
		snprintf(condition, sizeof(condition),
			 " -n '__fish_seen_subcommand_from %.*s; and "
			 "__fish_seen_subcommand_from %s'",
			 (int)len, command->name, command->name + len + 1);
	} else {
		fprintf(out,
			"complete -c logongate -n __fish_use_subcommand "
			"-a %s -d ",
			command->name);
		snprintf(condition, sizeof(condition),
			 " -n '__fish_seen_subcommand_from %s'", command->name);
	}
	print_fish_text(out, command->summary);
	putc('\n', out);
	for (size_t i = 0; i < lg_option_count; i++) {
		if (lg_option_is_own(&lg_options[i], command))
			print_fish_option(out, condition, &lg_options[i]);
	}
	print_fish_operands(out, condition, command);
}

/* What only logongate itself knows. */
static const char fish_asking[] =
	"function _logongate_listed\n"
	"    logongate $argv[1] list 2>/dev/null | tail -n +2 |\n"
	"        string match -rg '^(\\S+)'\n"
	"end\n"
	"function _logongate_locks\n"
	"    logongate status --json 2>/dev/null | tr ',{' '\\n\\n' |\n"
	"        string match -rg '^\"(?:id|profile)\":\"([^\"]+)\"' |\n"
	"        sort -u\n"
	"end\n"
	"complete -c logongate -f\n";

static void print_fish(FILE *out)
{
	fputs("# fish completion for logongate, from its own tables\n", out);
	fputs(fish_asking, out);
	for (size_t i = 0; i < lg_command_count; i++) {
		const char *name = lg_commands[i].name;
		size_t len = strcspn(name, " ");

		if (name[len] == ' ' && begins_word(i))
			fprintf(out,
				"complete -c logongate -n "
				"__fish_use_subcommand -a %.*s\n",
				(int)len, name);
		print_fish_command(out, &lg_commands[i]);
	}
	for (size_t i = 0; i < lg_option_count; i++) {
		if (lg_option_is_common(&lg_options[i]))
			print_fish_option(out, "", &lg_options[i]);
	}
}

int lg_cmd_completion(struct lg_cli *cli)
{
	const char *shell = cli->operand[0];

	if (strcmp(shell, "bash") == 0) {
		fputs("# bash completion for logongate, from its own tables\n",
		      cli->out);
		print_tables(cli->out);
		fputs(bash_reader, cli->out);
	} else if (strcmp(shell, "zsh") == 0) {
		fputs("#compdef logongate\n"
		      "# zsh completion for logongate, from its own tables\n",
		      cli->out);
		print_tables(cli->out);
		fputs(zsh_reader, cli->out);
	} else if (strcmp(shell, "fish") == 0) {
		print_fish(cli->out);
	} else {
		return lg_cli_usage(cli, "there is no completion for %s",
				    shell);
	}
	return LG_EXIT_DONE;
}
