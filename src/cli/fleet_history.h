/* SPDX-License-Identifier: ISC */
/*
 * fleet_history.h - what was done to locks that are on servers alone
 *
 * Layer: cli. A lock that the gate of this machine is part of stands in the
 * gate's own history.
 * Shape: state_dir/fleet-audit.jsonl, lines as in app/journal.h.
 * Source: contract 4 history.
 */
#ifndef LOGONGATE_CLI_FLEET_HISTORY_H
#define LOGONGATE_CLI_FLEET_HISTORY_H

#include "app/journal.h"
#include "cli/command.h"

/* Writes one entry; what cannot be written is told and fails nothing. */
void lg_cli_fleet_note(struct lg_cli *cli,
		       const struct lg_journal_entry *entry);

/* As lg_journal_read. */
enum lg_status lg_cli_fleet_history(
	struct lg_cli *cli, int64_t since_s,
	int (*visit)(void *context, const struct lg_journal_entry *entry),
	void *context, size_t *out_damaged, struct lg_error *err);

#endif
