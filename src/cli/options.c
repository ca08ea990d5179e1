/* SPDX-License-Identifier: ISC */
/*
 * options.c - the options of every command, and reading them
 *
 * Options are read before the command is known, since they may stand before
 * it; so a name means the same to every command, and lg_options_check says
 * afterwards which ones the command does not take.
 */
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cli/options.h"

#define DIALECTS "gate exchange5.5 exchange2000 exchange2003 exchange2007"
#define PROTOCOLS "mapi http imap pop3 smtp login"
/* What completes the place of a surveyed server. */
#define FILE_CHOICES "@file"
#define DIR_CHOICES "@directory"

struct lg_option lg_options[] = {
#define LG_SURVEYED(id, name, kind, file, help)                                \
	{#name, #kind, kind##_CHOICES, LG_OPTION_PLACE, help},
#include "app/doors/doors.def"
	{"accept-open", .help = "apply although the lock would fail open"},
	{"accept-warnings", .help = "apply although there are warnings"},
	{"address", "IP", .help = "the client's address"},
	{"admin", "DN", .kind = LG_OPTION_REPEATED,
	 .help = "who may lock the fleet; group:DN for a group"},
	{"all", .help = "every lock, or every session"},
	{"apply", .help = "make the changes that are otherwise only shown"},
	{"as", "DN", .help = "the account to bind with at the directory"},
	{"at", "T",
	 .help = "begin then: 22:00, Sat 22:00, RFC 3339, +30m (schedule add: only that)"},
	{"base", "DN",
	 .help = "where the entries of the directory, or of the fleet, begin"},
	{"batch", .help = "SPEC<TAB>VERSION lines on standard input"},
	{"bind-dn", "DN",
	 .help = "as whom the directory is asked (default: anonymously)"},
	{"by", "WHAT", "user reason client door lock",
	 .help = "add up by user, reason, client, door or lock"},
	{"ca-file", "FILE", "@file",
	 .help = "CA certificates to trust (default: the system's)"},
	{"check", .help = "one line and the exit code of a Nagios plugin"},
	{"client-version", "V", .help = "the version that the client names"},
	{"codepage", "N", .help = "code page of a REGEDIT4 file (1252)"},
	{"config", "FILE", "@file", .kind = LG_OPTION_COMMON,
	 .help = "settings (also LOGONGATE_CONFIG)"},
	{"config-as", "DN",
	 .help = "the account to bind with at cn=config (default: EXTERNAL)"},
	{"config-dir", "DIR", "@directory",
	 .help = "the server's folder, where it is not the usual one"},
	{"config-password-file", "FILE", "@file", .help = "its password, 0600"},
	{"config-uri", "URI",
	 .help = "cn=config of a provider, for schema and access: ldapi:///"},
	{"confirm-within", "D", .help = "lift after D unless confirmed"},
	{"dialect", "D", DIALECTS, .kind = LG_OPTION_COMMON,
	 .help = "semantics to follow"},
	{"directory", "URI", "@file", .kind = LG_OPTION_COMMON,
	 .help = "directory to ask: ldif:FILE, ldap:, ldaps:, ldapi:"},
	{"dn", "DN", .help = "a legacyExchangeDN"},
	{"dry-run", .help = "show the difference; change nothing"},
	{"ensure",
	 .help = "if it is so already, change nothing and exit with 0"},
	{"explain", .help = "list every rule asked and its answer"},
	{"fail2ban", "DIR", "@file",
	 .help = "read fail2ban's configuration there"},
	{"file", "F", "@file", .help = "a file of DNs, one a line"},
	{"fleet", .help = "at all gates of the fleet, or those of --group"},
	{"for", "D", .help = "end after D: 90s 15m 2h30m 1d 1w"},
	{"force", .help = "even where somebody has changed a value since"},
	{"forget", "T", "@target", .kind = LG_OPTION_REPEATED,
	 .help = "give this server up, as it is, without asking it"},
	{"format", "F", "reg reg4 powershell ldif",
	 .help = "reg, reg4, powershell or ldif"},
	{"four-part", .help = "versions in the setting may have four parts"},
	{"grace", "D",
	 .help = "refuse new logons now, cut open sessions after D"},
	{"group", "G", .help = "the servers of this group of the settings"},
	{"groups", "LIST",
	 .help = "the groups of this gate, as in \"imap, frontends\""},
	{"help", .kind = LG_OPTION_COMMON, .help = "show help"},
	{"id", "ID", .help = "a session's id"},
	{"json", .kind = LG_OPTION_COMMON, .help = "results as JSON"},
	{"listen", "HOST:PORT",
	 .help = "where the gate is to listen for this door"},
	{"no-progress", .kind = LG_OPTION_COMMON, .help = "show no progress"},
	{"on-calendar", "C", .help = "when, as systemd writes it: Sun 02:00"},
	{"on-overrun", "WHAT", "extend term warn",
	 .help = "when the end comes and the command still runs: extend, term or "
		 "warn"},
	{"over",
	 .help = "end what is past its end, and leave what was interrupted"},
	{"password-file", "FILE", "@file",
	 .help = "the password of --bind-dn, or of --as, 0600"},
	{"probe", .help = "try each way in with a real logon"},
	{"process", "P", .help = "the program that the client names"},
	{"profile", "P", "@profile",
	 .help = "under this profile, not under what is in force"},
	{"profiles", "DIR", "@directory", .kind = LG_OPTION_COMMON,
	 .help = "folder of the profiles"},
	{"protocol", "P", PROTOCOLS, .help = "the protocol"},
	{"quiet", .kind = LG_OPTION_COMMON, .help = "say only what went wrong"},
	{"reason", "TEXT", .help = "why, for status, history and %{reason}"},
	{"replace",
	 .help = "instead of the values set by hand, not beside them"},
	{"replica", "DN", .kind = LG_OPTION_REPEATED,
	 .help = "who copies the database to another provider"},
	{"require", "N", "all",
	 .help = "how many gates must do it: all, N or N%"},
	{"send", .help = "send it through sendmail"},
	{"set", "NAME=VALUE", .kind = LG_OPTION_COMMON_REPEATED,
	 .help = "a variable of the profile"},
	{"settings", "FILE", "@file",
	 .help = "the gate's settings, where they are not those of --config"},
	{"since", "D|T",
	 .help = "look back so long (7d, 2w) or to then (22:00, today)"},
	{"site", "NAMES",
	 .help = "which of the server's sites lead to mail: NAME,NAME or all"},
	{"skip-unsupported", .kind = LG_OPTION_COMMON,
	 .help = "leave out what a dialect cannot express"},
	{"target", "T", "@target", .kind = LG_OPTION_REPEATED,
	 .help = "a server of the settings"},
	{"template", "FILE", "@file",
	 .help = "another letter: Subject: ..., an empty line, the text"},
	{"to", "WHOM", "concerned @file",
	 .help = "concerned, or a file of addresses"},
	{"undo", .help = "the way back instead: as it was before"},
	{"until", "T", .help = "end then: 06:00, tomorrow 06:00, RFC 3339"},
	{"uri", "LIST",
	 .help = "the fleet's directory: ldaps://ldap1 ldaps://ldap2"},
	{"user", "NAME", .help = "a logon name"},
	{"variant", "V",
	 "combined dict policy submission hold closed open nobody "
	 "basic-checked-by-backend basic-checked-on-every-request "
	 "basic-checked-here client-certificate",
	 .help = "which of the ways the door has to ask"},
	{"verify-keys", "FILE", "@file",
	 .help = "the keys that the gate is to believe"},
	{"version", .kind = LG_OPTION_COMMON, .help = "show the version"},
	{"watch", .help = "show it again every 2 s, until Ctrl-C"},
	{"within", "D", .help = "how long gates have to answer (10s)"},
	{"yes", .help = "go ahead without asking"},
};
const size_t lg_option_count = sizeof(lg_options) / sizeof(lg_options[0]);

/* NULL where there is none of that name. */
static const struct lg_option *find_option(const char *name, size_t len)
{
	for (size_t i = 0; i < lg_option_count; i++) {
		if (strncmp(lg_options[i].name, name, len) == 0 &&
		    lg_options[i].name[len] == '\0')
			return &lg_options[i];
	}
	return NULL;
}

int lg_option_is_common(const struct lg_option *option)
{
	return option->kind == LG_OPTION_COMMON ||
	       option->kind == LG_OPTION_COMMON_REPEATED;
}

int lg_option_is_own(const struct lg_option *option,
		     const struct lg_command *command)
{
	const char *word =
		option->kind == LG_OPTION_PLACE ? "@places" : option->name;
	size_t len = strlen(word);
	const char *at = command->options;

	while ((at = strstr(at, word)) != NULL) {
		if ((at == command->options || at[-1] == ' ') &&
		    (at[len] == ' ' || at[len] == '\0'))
			return 1;
		at += len;
	}
	return 0;
}

const char *lg_cli_option(const struct lg_cli *cli, const char *name)
{
	for (size_t i = cli->given_count; i > 0; i--) {
		if (strcmp(cli->given[i - 1].option->name, name) == 0)
			return cli->given[i - 1].value;
	}
	return NULL;
}

enum lg_status lg_cli_options(const struct lg_cli *cli, const char *name,
			      struct lg_strlist *out_values,
			      struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < cli->given_count && status == LG_OK; i++) {
		if (strcmp(cli->given[i].option->name, name) == 0)
			status = lg_strlist_add(out_values, cli->given[i].value,
						strlen(cli->given[i].value),
						err);
	}
	return status;
}

static enum lg_status unknown(const char *name, size_t len,
			      struct lg_error *err)
{
	struct lg_nearest nearest = {0};
	char written[64];

	if (len < sizeof(written)) {
		memcpy(written, name, len);
		written[len] = '\0';
		for (size_t i = 0; i < lg_option_count; i++)
			lg_nearest_try(&nearest, written, lg_options[i].name);
	}
	if (nearest.name != NULL)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "there is no option --%.*s; did you mean "
				    "--%s?",
				    (int)len, name, nearest.name);
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "there is no option --%.*s", (int)len, name);
}

static enum lg_status take(struct lg_cli *cli, const struct lg_option *option,
			   const char *value, struct lg_error *err)
{
	if ((option->kind == LG_OPTION_ONCE ||
	     option->kind == LG_OPTION_PLACE ||
	     option->kind == LG_OPTION_COMMON) &&
	    option->value != NULL && lg_cli_option(cli, option->name) != NULL)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "--%s is given twice", option->name);
	cli->given[cli->given_count].option = option;
	cli->given[cli->given_count].value = value;
	cli->given_count++;
	return LG_OK;
}

/* Reads the option at argv[i]; *out_used is 2 where its value is the next. */
static enum lg_status read_one(struct lg_cli *cli, char *word, char *next,
			       int *out_used, struct lg_error *err)
{
	const char *name = word + 2;
	size_t len = strcspn(name, "=");
	const struct lg_option *option = find_option(name, len);
	enum lg_status status;

	if (option == NULL || len == 0)
		return unknown(name, len, err);
	if (option->value == NULL) {
		if (name[len] == '=')
			return lg_error_set(err, LG_ERR_SYNTAX, NULL,
					    "--%s takes no value",
					    option->name);
		status = take(cli, option, "", err);
		*out_used = 1;
	} else if (name[len] == '=') {
		status = take(cli, option, name + len + 1, err);
		*out_used = 1;
	} else if (next == NULL || strncmp(next, "--", 2) == 0) {
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "--%s needs a value: --%s %s", option->name,
				    option->name, option->value);
	} else {
		status = take(cli, option, next, err);
		*out_used = 2;
	}
	return status;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct lg_option *)a)->name,
		      ((const struct lg_option *)b)->name);
}

enum lg_status lg_options_read(struct lg_cli *cli, int argc, char **argv,
			       struct lg_error *err)
{
	enum lg_status status = LG_OK;
	int used;

	qsort(lg_options, lg_option_count, sizeof(lg_options[0]),
	      compare_names);
	cli->words = calloc((size_t)argc + 1, sizeof(*cli->words));
	cli->given = calloc((size_t)argc + 1, sizeof(*cli->given));
	cli->operand = cli->words;
	if (cli->words == NULL || cli->given == NULL)
		return lg_no_memory(err);
	for (int i = 1; i < argc && status == LG_OK; i += used) {
		used = 1;
		if (strcmp(argv[i], "--") == 0) {
			cli->rest = argv + i + 1;
			cli->rest_count = argc - i - 1;
			break;
		}
		if (strcmp(argv[i], "-h") == 0)
			status = take(cli, find_option("help", 4), "", err);
		else if (strncmp(argv[i], "--", 2) == 0)
			status = read_one(cli, argv[i],
					  i + 1 < argc ? argv[i + 1] : NULL,
					  &used, err);
		else if (argv[i][0] == '-' && argv[i][1] != '\0' &&
			 (argv[i][1] < '0' || argv[i][1] > '9'))
			status = lg_error_set(err, LG_ERR_SYNTAX, NULL,
					      "there is no option %s; options "
					      "begin with two dashes",
					      argv[i]);
		else
			cli->operand[cli->operand_count++] = argv[i];
	}
	return status;
}

void lg_options_release(struct lg_cli *cli)
{
	free(cli->words);
	free(cli->given);
	free(cli->meter);
	cli->words = NULL;
	cli->given = NULL;
	cli->meter = NULL;
}

enum lg_status lg_options_check(const struct lg_cli *cli, struct lg_error *err)
{
	for (size_t i = 0; i < cli->given_count; i++) {
		const struct lg_option *option = cli->given[i].option;

		if (!lg_option_is_common(option) &&
		    !lg_option_is_own(option, cli->command))
			return lg_error_set(err, LG_ERR_SYNTAX, NULL,
					    "%s takes no --%s",
					    cli->command->name, option->name);
	}
	return LG_OK;
}
