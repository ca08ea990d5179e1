/* SPDX-License-Identifier: ISC */
/*
 * fleet_admin.h - an administrator at the fleet's directory
 *
 * Layer: cli, private to the fleet commands.
 * Source: contract 13 "Set-up".
 */
#ifndef LOGONGATE_CLI_COMMANDS_FLEET_ADMIN_H
#define LOGONGATE_CLI_COMMANDS_FLEET_ADMIN_H

#include "adapters/ldap/ldap_fleet_setup.h"
#include "cli/open/open.h"

/* What of the settings and the command line names the directory. Borrowed. */
struct fleet_admin {
	const struct lg_settings *settings;
	struct lg_directory_settings directory;
};

/* --base, --uri, --as and --password-file, else the settings.
 * Returns: an exit code; 0, else it is printed. */
int fleet_admin_read(struct lg_cli *cli, struct fleet_admin *out_admin);

/* Connects. Returns: as above. */
int fleet_admin_open(struct lg_cli *cli, const struct fleet_admin *admin,
		     struct lg_ldap_setup *out_setup);

/* The exit code of what the directory said; printed. */
int fleet_admin_fail(struct lg_cli *cli, const struct lg_error *err);

/* Writes a file, unless text has failed; a secret is for the gate's user alone,
 * others may read what is none. */
enum lg_status fleet_admin_write(const char *path, const struct lg_buffer *text,
				 int secret, struct lg_error *err);

#endif
