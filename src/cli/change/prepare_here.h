/* SPDX-License-Identifier: ISC */
/*
 * prepare_here.h - what this machine and its journal know for a plan
 *
 * Layer: cli, private to prepare.
 */
#ifndef LOGONGATE_CLI_CHANGE_PREPARE_HERE_H
#define LOGONGATE_CLI_CHANGE_PREPARE_HERE_H

#include "cli/change/prepare.h"

/* Reads the journal of changes; the locks on each server of the plan. */
enum lg_status lg_prepare_locks_there(struct lg_cli *cli, struct lg_prepared *p,
				      struct lg_error *err);

/* What is in force at the gate here, or in state_dir, and who is logged on.
 * Returns: an exit code. */
int lg_prepare_before(struct lg_cli *cli, const struct lg_settings *settings,
		      enum lg_prepare_end end, struct lg_prepared *p);

/* The locks beside which this one comes: there are (returns an exit code), and
 * those on the servers of the plan that are not among them yet. */
int lg_prepare_beside(struct lg_cli *cli, struct lg_prepared *p);
enum lg_status lg_prepare_beside_there(struct lg_prepared *p,
				       struct lg_error *err);

/* The ways into this machine that do not ask its gate. */
enum lg_status lg_prepare_doors(const struct lg_settings *settings,
				struct lg_prepared *p, struct lg_error *err);

#endif
