/* SPDX-License-Identifier: ISC */
/*
 * servers_backup.c - what a server held, kept before it is written
 */
#include <string.h>
#include <unistd.h>

#include "base/instant.h"

#include "cli/change/servers_lift.h"
#include "cli/open/open.h"
#include "cli/text/times.h"

/* backups/TIME.NAME.reg below state_dir; TIME.N.NAME.reg where that is taken. */
static enum lg_status backup_name(struct lg_cli *cli, const char *name,
				  struct lg_buffer *file, struct lg_error *err)
{
	struct lg_buffer path = {0};
	char stamp[LG_INSTANT_SIZE];
	enum lg_status status = LG_OK;

	lg_instant_format(lg_cli_now(), stamp);
	for (unsigned int n = 1; status == LG_OK; n++) {
		lg_buffer_clear(file);
		lg_buffer_clear(&path);
		if (n == 1)
			lg_buffer_format(file, LG_CLI_BACKUPS "/%s.%s.reg",
					 stamp, name);
		else
			lg_buffer_format(file, LG_CLI_BACKUPS "/%s.%u.%s.reg",
					 stamp, n, name);
		status = lg_buffer_status(file, err);
		if (status == LG_OK)
			status = lg_cli_servers_path(cli, file->data, &path,
						     err);
		if (status == LG_OK && access(path.data, F_OK) != 0)
			break;
	}
	lg_buffer_release(&path);
	return status;
}

enum lg_status lg_cli_servers_backup(struct lg_cli *cli, const char *name,
				     const struct lg_registry *values,
				     char **out_file, struct lg_error *err)
{
	struct lg_buffer below = {0}, text = {0};
	char *file = NULL;
	enum lg_status status = backup_name(cli, name, &below, err);

	if (status == LG_OK)
		status = lg_reg_text_render(values, LG_REG_ENCODING_UTF16,
					    &text, err);
	if (status == LG_OK)
		status = lg_cli_state_put(cli, below.data, text.data, text.len,
					  err);
	if (status == LG_OK && out_file != NULL) {
		file = strdup(strrchr(below.data, '/') + 1);
		if (file == NULL)
			status = lg_no_memory(err);
		else
			*out_file = file;
	}
	lg_buffer_release(&below);
	lg_buffer_release(&text);
	return status;
}
