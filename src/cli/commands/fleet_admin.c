/* SPDX-License-Identifier: ISC */
/*
 * fleet_admin.c - an administrator at the fleet's directory
 *
 * Passwords come from files: a command line is everybody's to read.
 */
#include "cli/commands/fleet_admin.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/system/atomic_file.h"
#include "cli/open/open_fleet.h"
#include "core/fleet/fleet_event.h"

#define GATE_USER "logongate"

int fleet_admin_read(struct lg_cli *cli, struct fleet_admin *out_admin)
{
	struct fleet_admin admin = {0};
	struct lg_buffer normal = {0};
	struct lg_error err;
	enum lg_status status = lg_cli_settings(cli, &admin.settings, &err);

	if (status != LG_OK)
		return lg_cli_fail(cli, &err);
	admin.directory = lg_cli_fleet_settings(cli, admin.settings).directory;
	if (!admin.directory.base)
		return lg_cli_usage(
			cli, "say where the fleet's entries are: --base "
			     "ou=logongate,dc=example,dc=org, or base in "
			     "[fleet] of the settings");
	if (!admin.directory.uri || !*admin.directory.uri)
		return lg_cli_usage(cli,
				    "say which directory: --uri "
				    "\"ldaps://ldap1.example.org "
				    "ldaps://ldap2.example.org\", or uri in "
				    "[fleet] of the settings");
	status = lg_fleet_base_normalize(admin.directory.base, &normal, &err);
	lg_buffer_release(&normal);
	if (status != LG_OK)
		return lg_cli_fail(cli, &err);
	*out_admin = admin;
	return LG_EXIT_DONE;
}

int fleet_admin_fail(struct lg_cli *cli, const struct lg_error *err)
{
	if (err->status == LG_ERR_UNKNOWN_KEY)
		return lg_cli_fail_as(cli, LG_EXIT_INVALID, err);
	return lg_cli_fail(cli, err);
}

int fleet_admin_open(struct lg_cli *cli, const struct fleet_admin *admin,
		     struct lg_ldap_setup *out_setup)
{
	struct lg_error err;

	if (lg_ldap_setup_open(&admin->directory, out_setup, &err) != LG_OK)
		return fleet_admin_fail(cli, &err);
	return LG_EXIT_DONE;
}

enum lg_status fleet_admin_write(const char *path, const struct lg_buffer *text,
				 int secret, struct lg_error *err)
{
	struct stat before;
	int is_new = lstat(path, &before) != 0;
	const struct passwd *user;
	enum lg_status status = lg_buffer_status(text, err);

	if (status == LG_OK)
		status = lg_atomic_file_replace(path, text->data, text->len,
						err);
	if (status != LG_OK || (!is_new && !secret))
		return status;
	user = secret && geteuid() == 0 ? getpwnam(GATE_USER) : NULL;
	if (chmod(path, secret ? 0600 : 0644) != 0 ||
	    (user && is_new && chown(path, user->pw_uid, user->pw_gid) != 0))
		return lg_error_set(err, LG_ERR_IO, path,
				    "its rights cannot be set: %s",
				    strerror(errno));
	return LG_OK;
}
