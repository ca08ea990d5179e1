/* SPDX-License-Identifier: ISC */
/*
 * in_force.h - the policy that state_dir stands for, where no gate runs
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_OPEN_IN_FORCE_H
#define LOGONGATE_CLI_OPEN_IN_FORCE_H

#include <logongate/policy.h>
#include "core/settings/settings.h"

#include "app/lock/state.h"

/*
 * Compiles the values of state_dir with the findings saved beside them; state
 * NULL is a state_dir that does not exist: nothing is limited.
 * Returns: LG_OK; LG_ERR_DIRECTORY, names are listed and nobody knows what the
 * directory says of them; LG_ERR_IO, no copy of the values can be read; else
 * as lg_policy_compile. Owns: free with lg_policy_free.
 */
enum lg_status lg_cli_policy(const struct lg_settings *settings,
			     const struct lg_state *state,
			     struct lg_policy **out_policy,
			     struct lg_error *err);

#endif
