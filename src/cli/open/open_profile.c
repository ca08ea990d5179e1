/* SPDX-License-Identifier: ISC */
/*
 * open_profile.c - reads a profile with the variables of --set
 */
#include "adapters/ini/profile_file.h"
#include "cli/open/opened.h"

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
