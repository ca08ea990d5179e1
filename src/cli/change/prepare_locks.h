/* SPDX-License-Identifier: ISC */
/*
 * prepare_locks.h - the locks on servers beside which a plan is made
 *
 * Layer: cli, private to prepare.
 */
#ifndef LOGONGATE_CLI_CHANGE_PREPARE_LOCKS_H
#define LOGONGATE_CLI_CHANGE_PREPARE_LOCKS_H

#include "cli/change/prepare.h"

/* Reads the journal of changes; the locks on each server of the plan. */
enum lg_status lg_prepare_locks_there(struct lg_cli *cli, struct lg_prepared *p,
				      struct lg_error *err);

/* One of the locks beside which this one comes. */
enum lg_status lg_prepare_add_beside(struct lg_prepared *p, const char *id,
				     const char *profile, int64_t until_s,
				     struct lg_error *err);

/* Those on the servers of the plan that are not among them yet. */
enum lg_status lg_prepare_beside_there(struct lg_prepared *p,
				       struct lg_error *err);

/* Has directories listed as they would be without the locks there. */
enum lg_status lg_prepare_without_locks(struct lg_prepared *p,
					struct lg_error *err);

#endif
