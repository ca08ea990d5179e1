/* SPDX-License-Identifier: ISC */
/*
 * servers_history.h - what was done on servers, and the gate does not know of
 *
 * Layer: cli. A lock that the gate of this machine is part of stands in the
 * gate's own history; here stand locks on servers alone, changes that were
 * undone before the gate had its part, and registries that were changed.
 * Shape: state_dir/fleet-audit.jsonl, lines as in app/change/journal.h.
 * Source: contract 4 history.
 */
#ifndef LOGONGATE_CLI_CHANGE_SERVERS_HISTORY_H
#define LOGONGATE_CLI_CHANGE_SERVERS_HISTORY_H

#include "app/change/journal.h"
#include "cli/command.h"

/* Writes one entry; what cannot be written is told and fails nothing. */
void lg_cli_servers_note(struct lg_cli *cli,
			 const struct lg_journal_entry *entry);

/* As lg_journal_read. */
enum lg_status lg_cli_servers_history(
	struct lg_cli *cli, int64_t since_s,
	int (*visit)(void *context, const struct lg_journal_entry *entry),
	void *context, size_t *out_damaged, struct lg_error *err);

#endif
