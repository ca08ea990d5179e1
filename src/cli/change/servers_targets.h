/* SPDX-License-Identifier: ISC */
/*
 * servers_targets.h - servers of the settings, opened
 *
 * Layer: cli: the place that knows all backends.
 * Source: contract 8 "Targets".
 */
#ifndef LOGONGATE_CLI_CHANGE_SERVERS_TARGETS_H
#define LOGONGATE_CLI_CHANGE_SERVERS_TARGETS_H

#include "port/target.h"
#include "core/settings/settings.h"

#include "cli/command.h"

/*
 * Opens one server that is not the gate of this machine; it is asked at its
 * first call. Owns: end with out_target->close(out_target->self).
 */
enum lg_status lg_cli_target_open(const struct lg_settings *all,
				  const struct lg_target_settings *settings,
				  struct lg_target *out_target,
				  struct lg_error *err);

/* Its credentials file follows the rule of secrets (contract 8 "Sockets"); else
 * LG_ERR_IO, which names the file. */
enum lg_status lg_cli_target_secret(const struct lg_target_settings *settings,
				    struct lg_error *err);

/* The directory that a target of backend directory writes to: [directory], or
 * its own server. Borrowed from the settings. */
struct lg_directory_settings
lg_cli_target_directory(const struct lg_settings *all,
			const struct lg_target_settings *settings);

/*
 * A5: the test accounts of a server (struct lg_target_settings) log on, and
 * what comes of it is what their files expect; for lg_servers_member's test.
 * Returns: LG_OK, also where it has none; LG_ERR_CONFLICT and others.
 */
enum lg_status lg_cli_target_test(const void *target, struct lg_error *err);

/* Before the lock: who is to be refused gets in; and the files alone. */
enum lg_status
lg_cli_target_test_before(const struct lg_target_settings *settings,
			  struct lg_error *err);
enum lg_status
lg_cli_target_test_files(const struct lg_target_settings *settings,
			 struct lg_error *err);

/* Opened servers in the order of names, and room for one more; release closes
 * them. */
struct lg_cli_targets {
	const struct lg_target_settings **settings;
	struct lg_target *port;
	size_t count;
};

/* The local gate is left out. LG_ERR_UNKNOWN_KEY: the settings have no server
 * of that name (any more). */
enum lg_status lg_cli_targets_open(const struct lg_settings *settings,
				   const char *const *name, size_t count,
				   struct lg_cli_targets *out_targets,
				   struct lg_error *err);
void lg_cli_targets_release(struct lg_cli_targets *targets);

#endif
