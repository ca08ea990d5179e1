/* SPDX-License-Identifier: ISC */
/*
 * change_lock.h - another end for a lock
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_COMMANDS_CHANGE_LOCK_H
#define LOGONGATE_CLI_COMMANDS_CHANGE_LOCK_H

#include <stdint.h>

#include "cli/command.h"

/*
 * Confirms ("confirm") or extends ("extend": for_s from now, else to *until_s)
 * the lock with this id at the gate here, or in state_dir. *until_s is its end
 * then. Returns: an exit code; what is not 0 is printed.
 */
int lg_cli_change_lock(struct lg_cli *cli, const char *op, const char *id,
		       int64_t for_s, int64_t *until_s);

#endif
