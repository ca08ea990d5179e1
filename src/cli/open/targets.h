/* SPDX-License-Identifier: ISC */
/*
 * targets.h - the servers that --target and --group name
 *
 * Layer: cli.
 * Source: contract 3 [target.*], [group.*], 8 "Targets".
 */
#ifndef LOGONGATE_CLI_OPEN_TARGETS_H
#define LOGONGATE_CLI_OPEN_TARGETS_H

#include <logongate/profile.h>
#include "core/settings/settings.h"

#include "app/change/plan.h"
#include "cli/command.h"

/* NULL where the settings have none of that name. */
const struct lg_target_settings *
lg_cli_target(const struct lg_settings *settings, const char *name);
/* Says that there is none of this name, and which was probably meant; 2. */
int lg_cli_no_target(struct lg_cli *cli, const struct lg_settings *settings,
		     const char *name);

/* The gate of these settings: backend gate without a server. */
int lg_cli_target_is_local(const struct lg_target_settings *target);

/* What the profile is rendered for. Borrows texts of the target. */
struct lg_render_target
lg_cli_render_target(const struct lg_target_settings *target);

/* Adds the names of a list with commas that are not there yet. */
enum lg_status lg_cli_add_names(const char *list, struct lg_strlist *names,
				struct lg_error *err);

/* The names that the options mean, each once, in order; without them none.
 * Returns: an exit code; 2 for a name that the settings do not have. */
int lg_cli_target_names(struct lg_cli *cli, const struct lg_settings *settings,
			struct lg_strlist *out_names);

/* The same as servers of a plan; the caller frees *out_server. */
int lg_cli_find_targets(struct lg_cli *cli, const struct lg_settings *settings,
			struct lg_plan_server **out_server, size_t *out_count);

#endif
