/* SPDX-License-Identifier: ISC */
/*
 * ends_there.c - whether the gate here can end a lock on a server
 *
 * What root wrote the gate puts back, as the user whom state_dir belongs to
 * (decisions/11-expiry.md): a password for root's eyes alone would be found
 * out when the lock's time is over and nobody is awake.
 */
#include "cli/change/ends_there.h"

#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

enum right {
	MAY_READ = 4,
	MAY_WRITE = 2
};

/* 1 where the owner of the gate's folder has that right, by his own name or
 * his group's. */
static int may(const struct stat *gate, const struct stat *is, enum right right)
{
	mode_t bit = (mode_t)right;

	if (gate->st_uid == 0)
		return 1;
	if (is->st_uid == gate->st_uid)
		bit <<= 6;
	else if (is->st_gid == gate->st_gid)
		bit <<= 3;
	return (is->st_mode & bit) != 0;
}

static void put_user(uid_t uid, struct lg_buffer *out)
{
	const struct passwd *user = getpwuid(uid);

	if (user != NULL)
		lg_buffer_text(out, user->pw_name);
	else
		lg_buffer_format(out, "user %lu", (unsigned long)uid);
}

/* The folder of a file, which is written anew beside itself. */
static int stat_folder(const char *file, struct stat *out_is)
{
	const char *slash = strrchr(file, '/');
	struct lg_buffer folder = {0};
	int result = -1;

	if (slash != NULL)
		lg_buffer_append(&folder, file, (size_t)(slash - file) + 1);
	else
		lg_buffer_text(&folder, ".");
	if (lg_buffer_status(&folder, NULL) == LG_OK)
		result = stat(folder.data, out_is);
	lg_buffer_release(&folder);
	return result;
}

void lg_cli_ends_there(const struct lg_settings *all,
		       const struct lg_target_settings *settings,
		       struct lg_buffer *out_why)
{
	const struct lg_backend_row *row = lg_backend_row(settings->backend);
	const char *secret =
		row->keeps_secret ? settings->credentials_file : NULL;
	const char *file =
		row->place == LG_BACKEND_AT_FILE ? settings->file : NULL;
	struct stat gate, is;

	if (all->state_dir == NULL || stat(all->state_dir, &gate) != 0)
		return;
	if (secret != NULL && stat(secret, &is) == 0 &&
	    !may(&gate, &is, MAY_READ)) {
		put_user(gate.st_uid, out_why);
		lg_buffer_format(out_why,
				 ", whom it runs as, may not read %s; chown it",
				 secret);
	} else if (file != NULL && stat_folder(file, &is) == 0 &&
		   !may(&gate, &is, MAY_WRITE)) {
		put_user(gate.st_uid, out_why);
		lg_buffer_format(out_why,
				 ", whom it runs as, may not write to the "
				 "folder of %s",
				 file);
	}
}
