/* SPDX-License-Identifier: ISC */
/*
 * open_ways.h - doors that a lock does not close, or only while the gate runs
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_OPEN_OPEN_WAYS_H
#define LOGONGATE_CLI_OPEN_OPEN_WAYS_H

#include "app/records/status_record.h"
#include "cli/command.h"

/*
 * Adds to a status object "open_without_gate": the ways in that let everybody
 * in once the gate is gone, told while it is there; and while a lock is active
 * "not_closed": those that do not ask it. Where a gate is to run here only;
 * what this user may not look at is left out, `doors` says why.
 */
void lg_cli_add_open_ways(struct lg_cli *cli, cJSON *object);
void lg_cli_print_open_ways(struct lg_cli *cli,
			    const struct lg_status_said *said);

#endif
