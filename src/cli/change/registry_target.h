/* SPDX-License-Identifier: ISC */
/*
 * registry_target.h - registry show, import, restore ...: where, and by whom
 *
 * Layer: cli.
 * Flow: cmd_registry asks lg_cli_registry_server first; what is changed goes
 * through the machine of changes, the gate here as any other target.
 * Source: contract 4 registry, 7 "render, registry, targets"; A2, A3.
 */
#ifndef LOGONGATE_CLI_CHANGE_REGISTRY_TARGET_H
#define LOGONGATE_CLI_CHANGE_REGISTRY_TARGET_H

#include <logongate/buffer.h>
#include <logongate/registry.h>
#include "core/settings/settings.h"

#include "cli/command.h"

/* The one server of --target; NULL without it and for the gate here.
 * Returns: an exit code, the error is printed. */
int lg_cli_registry_server(struct lg_cli *cli,
			   const struct lg_target_settings **out_server);

/* What it holds. Owns: lg_registry_free. Returns: as above. */
int lg_cli_registry_read(struct lg_cli *cli,
			 const struct lg_target_settings *server,
			 struct lg_registry **out_values);

/*
 * Merges a Registry Editor file into what the server holds (NULL: the gate
 * here), as regedit does, after a back-up, and reads it back. names gets what
 * changed.
 * Returns: an exit code: 5 a lock is on the server, 6 it failed and was put
 * back, 9 it was not.
 */
int lg_cli_registry_merge(struct lg_cli *cli,
			  const struct lg_target_settings *server,
			  const char *path, const struct lg_buffer *bytes,
			  struct lg_strlist *names);

/*
 * Puts a back-up of backups/ on the server it was made of (NULL: one that the
 * gate here made, whole): every value that
 * it holds, and none of the names that logongate writes and it does not hold.
 * Other values that came since stay. Returns: as lg_cli_registry_merge.
 */
int lg_cli_registry_put_back(struct lg_cli *cli,
			     const struct lg_target_settings *server,
			     const char *name, struct lg_strlist *names);

#endif
