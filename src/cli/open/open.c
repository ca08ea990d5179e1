/* SPDX-License-Identifier: ISC */
/*
 * open.c - opens settings, directory, profiles and files that a command names
 *
 * What is opened is kept until main closes it, so that a command may ask for
 * it wherever it needs it. --dialect and --directory become part of the
 * settings: nothing later has to know where a value came from.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/system/durable.h"
#include "adapters/ini/profile_file.h"
#include "adapters/ini/settings_file.h"
#include "app/change/accounts_ask.h"
#include "cli/open/opened.h"
#include "wiring/directory_open.h"

#define SETTINGS_FILE "/etc/logongate/logongate.conf"

struct lg_cli_open *lg_cli_opened(struct lg_cli *cli)
{
	if (cli->open == NULL)
		cli->open = calloc(1, sizeof(*cli->open));
	return cli->open;
}

void lg_cli_close(struct lg_cli *cli)
{
	struct lg_cli_open *open = cli->open;

	if (open == NULL)
		return;
	lg_cli_hang_up(cli);
	cli->open = NULL;
	if (open->has_directory)
		open->directory.close(open->directory.self);
	lg_strlist_release(&open->set);
	lg_settings_free(&open->settings);
	free(open->caller);
	free(open->by);
	free(open);
}

static enum lg_status defaults(struct lg_settings **out_settings,
			       struct lg_error *err)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct lg_buffer path = {0};
	enum lg_status status;

	if (xdg != NULL && xdg[0] == '/')
		lg_buffer_text(&path, xdg);
	else
		lg_buffer_format(&path, "%s/.local/state",
				 home != NULL ? home : "");
	status = lg_buffer_status(&path, err);
	if (status == LG_OK)
		status = lg_settings_default(path.data, out_settings, err);
	lg_buffer_release(&path);
	return status;
}

static enum lg_status put_options_in(struct lg_cli *cli,
				     struct lg_settings *settings,
				     struct lg_error *err)
{
	const char *dialect = lg_cli_option(cli, "dialect");
	const char *directory = lg_cli_option(cli, "directory");
	const char *profiles = lg_cli_option(cli, "profiles");

	if (dialect != NULL &&
	    !lg_dialect_from_name(dialect, strlen(dialect), &settings->dialect))
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, "--dialect",
				    "there is no dialect %s; there are gate, "
				    "exchange5.5, exchange2000, exchange2003, "
				    "exchange2007",
				    dialect);
	if (directory != NULL)
		settings->directory_uri = directory;
	if (profiles != NULL)
		settings->profiles_dir = profiles;
	return LG_OK;
}

enum lg_status lg_cli_settings(struct lg_cli *cli,
			       const struct lg_settings **out_settings,
			       struct lg_error *err)
{
	struct lg_cli_open *open = lg_cli_opened(cli);
	const char *path = lg_cli_option(cli, "config");
	struct lg_settings *settings = NULL;
	enum lg_status status;

	if (open == NULL)
		return lg_no_memory(err);
	if (open->settings != NULL) {
		*out_settings = open->settings;
		return LG_OK;
	}
	if (path == NULL)
		path = getenv("LOGONGATE_CONFIG");
	if (path != NULL && path[0] == '\0')
		path = NULL;
	if (path == NULL &&
	    (access(SETTINGS_FILE, F_OK) == 0 || errno != ENOENT))
		path = SETTINGS_FILE;
	if (path != NULL)
		status = lg_settings_load(path, &settings, err);
	else
		status = defaults(&settings, err);
	if (status == LG_OK)
		status = put_options_in(cli, settings, err);
	if (status != LG_OK)
		lg_settings_free(&settings);
	else
		*out_settings = open->settings = settings;
	return status;
}

enum lg_status lg_cli_dialect(struct lg_cli *cli, enum lg_dialect *out_dialect,
			      struct lg_error *err)
{
	const struct lg_settings *settings;
	enum lg_status status = lg_cli_settings(cli, &settings, err);

	if (status == LG_OK)
		*out_dialect = settings->dialect;
	return status;
}

enum lg_status lg_cli_profiles_dir(struct lg_cli *cli, const char **out_dir,
				   struct lg_error *err)
{
	const struct lg_settings *settings;
	enum lg_status status = lg_cli_settings(cli, &settings, err);

	if (status == LG_OK)
		*out_dir = settings->profiles_dir;
	return status;
}

enum lg_status lg_cli_directory(struct lg_cli *cli,
				struct lg_directory **out_directory,
				struct lg_error *err)
{
	struct lg_cli_open *open = lg_cli_opened(cli);
	const struct lg_settings *settings;
	struct lg_directory_settings directory;
	enum lg_status status = lg_cli_settings(cli, &settings, err);

	if (status != LG_OK)
		return status;
	*out_directory = NULL;
	if (open->has_directory)
		*out_directory = &open->directory;
	if (open->has_directory || settings->directory_uri == NULL ||
	    settings->directory_uri[0] == '\0')
		return LG_OK;
	directory = lg_settings_directory(settings);
	status = lg_directory_open(&directory, &open->directory, err);
	if (status == LG_OK) {
		open->has_directory = 1;
		*out_directory = &open->directory;
	}
	return status;
}

enum lg_status
lg_cli_ask_filters(struct lg_cli *cli, const struct lg_profile *profile,
		   const char *lacking, const struct lg_progress *progress,
		   struct lg_findings **out_findings,
		   struct lg_findings **out_concerned, struct lg_error *err)
{
	const struct lg_ask ask = {.filter = profile->allow_filter};
	const struct lg_concerned who = {.filter = profile->applies_filter};
	struct lg_directory *directory = NULL;
	enum lg_status status;

	if (!ask.filter && !who.filter)
		return LG_OK;
	status = lg_cli_directory(cli, &directory, err);
	if (status == LG_OK && !directory)
		return lg_error_set(
			err, LG_ERR_DIRECTORY, profile->path, "%s %s",
			ask.filter ? "allow_filter" : "filter", lacking);
	if (status == LG_OK && ask.filter)
		status = lg_found_ask(directory, &ask, progress, out_findings,
				      NULL, err);
	if (status == LG_OK && who.filter)
		status = lg_concerned_ask(directory, &who, progress,
					  out_concerned, err);
	return status;
}

int lg_cli_profile(struct lg_cli *cli, const char *name,
		   struct lg_profile **out_profile)
{
	struct lg_cli_open *open = lg_cli_opened(cli);
	struct lg_profile_source source = {.name = name};
	struct lg_strlist usage = {0};
	struct lg_error err;
	enum lg_status status;
	int code;

	status = lg_cli_profiles_dir(cli, &source.dir, &err);
	if (status == LG_OK && open->set.count == 0)
		status = lg_cli_options(cli, "set", &open->set, &err);
	if (status != LG_OK)
		return lg_cli_fail(cli, &err);
	source.set = &open->set;
	status = lg_profile_load(&source, out_profile, &usage, &err);
	if (status == LG_OK)
		code = LG_EXIT_DONE;
	else if (usage.count == 0)
		code = lg_cli_fail(cli, &err);
	else
		code = lg_cli_fail_as(cli, LG_EXIT_USAGE, &err);
	lg_strlist_release(&usage);
	return code;
}

enum lg_version_form lg_cli_version_form(const struct lg_cli *cli)
{
	return lg_cli_option(cli, "four-part") ? LG_VERSION_FORM_FOUR_PART
					       : LG_VERSION_FORM_REGISTRY;
}

/* A pipe is as good as a file, so it is read to its end and not by its size. */
enum lg_status lg_cli_operand_read(const char *path, size_t most,
				   struct lg_buffer *out_bytes,
				   struct lg_error *err)
{
	int is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "rb");
	char part[4096];
	size_t len;
	enum lg_status status;

	if (!file)
		return lg_errno_unread(path, err);
	while (out_bytes->len <= most &&
	       (len = fread(part, 1, sizeof(part), file)) > 0)
		lg_buffer_append(out_bytes, part, len);
	if (ferror(file))
		status = lg_errno_unread(path, err);
	else
		status = lg_buffer_status(out_bytes, err);
	if (!is_stdin)
		fclose(file);
	return status;
}
