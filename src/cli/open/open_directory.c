/* SPDX-License-Identifier: ISC */
/*
 * open_directory.c - opens the directory that the command line or the settings
 * name
 */
#include "cli/open/opened.h"
#include "wiring/directory_open.h"

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
