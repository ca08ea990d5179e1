/* SPDX-License-Identifier: ISC */
/*
 * open_fleet.h - the fleet of the settings, for a command
 *
 * Layer: cli.
 * Source: contract 10 [fleet], 13.
 */
#ifndef LOGONGATE_CLI_OPEN_OPEN_FLEET_H
#define LOGONGATE_CLI_OPEN_OPEN_FLEET_H

#include "app/fleet/fleet_ear.h"
#include "cli/open/open.h"

enum lg_cli_fleet_use {
	LG_CLI_FLEET_LOOK = 0, /* status, plan */
	LG_CLI_FLEET_SIGN /* apply, lift, extend, confirm: needs sign_key */
};

/* Zero-initialise; release with lg_cli_fleet_close, also on failure. key: the
 * name of sign_key. */
struct lg_cli_fleet {
	const struct lg_settings *settings;
	struct lg_fleet fleet; /* follows ou=gates */
	struct lg_signature signature;
	struct lg_clock clock;
	struct lg_fleet_ear ear;
	char *key;
	int is_cut; /* not all of ou=locks was read */
};

/* What is said where it was not. */
#define LG_CLI_FLEET_CUT                                                       \
	"ou=locks holds so many entries that nobody signed, that only those "  \
	"of keys and of the locks that gates name were read; the directory's " \
	"own administrator is to delete the others"

/* Where a fleet's directory is: --base, --uri, --as and --password-file where
 * the command takes them, else the settings. */
struct lg_fleet_settings
lg_cli_fleet_settings(const struct lg_cli *cli,
		      const struct lg_settings *settings);

/*
 * Opens it and reads all events.
 * Returns: an exit code; else the error is printed: 3 settings and keys, 4 the
 * directory could not be asked, 7.
 */
int lg_cli_fleet_open(struct lg_cli *cli, enum lg_cli_fleet_use use,
		      struct lg_cli_fleet *out_fleet);
/* Reads the events at each provider, as far as they answer: one that was
 * away may lack what another has. */
void lg_cli_fleet_ask_all(struct lg_cli_fleet *fleet);
void lg_cli_fleet_close(struct lg_cli_fleet *fleet);

/* Adds "fleet":{"name","base"}, null where this gate belongs to none; name
 * null: the host's. */
void lg_cli_add_fleet(struct lg_cli *cli, cJSON *object);

/* Says in words that this gate belongs to a fleet, where it does; not with
 * --json or --quiet. */
void lg_cli_say_fleet(struct lg_cli *cli);

/* Prints what port/fleet says; its exit code. */
int lg_cli_fleet_failed(struct lg_cli *cli, const struct lg_cli_fleet *fleet,
			const struct lg_error *err);

#endif
