/* SPDX-License-Identifier: ISC */
/*
 * schedule_command.c - the command line of logongate that the calendar starts
 */
#include "cli/commands/schedule.h"

#include <stdlib.h>
#include <string.h>

#include <logongate/buffer.h>

#include "base/listed.h"

#include "cli/options.h"

/* A file of a command line stays the same one wherever it is read from. */
static enum lg_status add_path(struct lg_strlist *command, const char *path,
			       struct lg_error *err)
{
	char *whole = realpath(path, NULL);
	const char *text = whole != NULL ? whole : path;
	enum lg_status status = lg_list_text(command, text, err);

	free(whole);
	return status;
}

/* A command by its path here would not be found from where the calendar
 * starts it. What it is a link to is another command. */
static enum lg_status add_program(struct lg_strlist *command, const char *name,
				  struct lg_error *err)
{
	char *here = realpath(".", NULL);
	struct lg_buffer whole = {0};
	enum lg_status status;

	if (name[0] == '/' || strchr(name, '/') == NULL || here == NULL) {
		status = lg_list_text(command, name, err);
	} else {
		if (strncmp(name, "./", 2) == 0)
			name += 2;
		lg_buffer_format(&whole, "%s/%s", here, name);
		status = lg_list_buffer(command, &whole, err);
	}
	lg_buffer_release(&whole);
	free(here);
	return status;
}

/* An export is a file, too. */
static enum lg_status add_directory(struct lg_strlist *command, const char *uri,
				    struct lg_error *err)
{
	static const char ldif[] = "ldif:";
	const size_t len = sizeof(ldif) - 1;
	struct lg_buffer whole = {0};
	enum lg_status status;
	char *path =
		strncmp(uri, ldif, len) == 0 ? realpath(uri + len, NULL) : NULL;

	lg_buffer_format(&whole, "%s%s", path != NULL ? ldif : uri,
			 path != NULL ? path : "");
	status = lg_list_buffer(command, &whole, err);
	lg_buffer_release(&whole);
	free(path);
	return status;
}

static int is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (strcmp(name, *names) == 0)
			return 1;
	}
	return 0;
}

static enum lg_status add_option(struct lg_strlist *command,
				 const struct lg_cli_given *given,
				 struct lg_error *err)
{
	static const char *const own[] = {"on-calendar", "json", "no-progress",
					  NULL};
	static const char *const paths[] = {"config", "profiles", NULL};
	const char *name = given->option->name;
	struct lg_buffer word = {0};
	enum lg_status status;

	if (is_one_of(name, own))
		return LG_OK;
	lg_buffer_format(&word, "--%s", name);
	status = lg_list_buffer(command, &word, err);
	if (status == LG_OK && given->option->value != NULL)
		status = is_one_of(name, paths)
				 ? add_path(command, given->value, err)
			 : strcmp(name, "directory") == 0
				 ? add_directory(command, given->value, err)
				 : lg_list_text(command, given->value, err);
	lg_buffer_release(&word);
	return status;
}

enum lg_status lg_schedule_command(const struct lg_cli *cli,
				   struct lg_strlist *command,
				   struct lg_error *err)
{
	const char *profile = cli->operand[1];
	const char *config = getenv("LOGONGATE_CONFIG");
	size_t len = strlen(profile);
	int is_path = strchr(profile, '/') != NULL ||
		      (len > 4 && strcmp(profile + len - 4, ".ini") == 0);
	enum lg_status status = add_path(command, "/proc/self/exe", err);

	if (status == LG_OK)
		status = lg_list_text(command,
				      cli->rest != NULL ? "run" : "apply", err);
	if (status == LG_OK)
		status = is_path ? add_path(command, profile, err)
				 : lg_list_text(command, profile, err);
	for (size_t i = 0; status == LG_OK && i < cli->given_count; i++)
		status = add_option(command, &cli->given[i], err);
	if (status == LG_OK && config != NULL && *config != '\0' &&
	    lg_cli_option(cli, "config") == NULL) {
		status = lg_list_text(command, "--config", err);
		if (status == LG_OK)
			status = add_path(command, config, err);
	}
	if (status == LG_OK && cli->rest != NULL)
		status = lg_list_text(command, "--", err);
	for (int i = 0; status == LG_OK && i < cli->rest_count; i++)
		status = i == 0 ? add_program(command, cli->rest[i], err)
				: lg_list_text(command, cli->rest[i], err);
	return status;
}
