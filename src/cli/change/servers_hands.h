/* SPDX-License-Identifier: ISC */
/*
 * servers_hands.h - what the machine of changes gets from the command line
 *
 * Layer: cli. A command's own struct begins with struct lg_cli_hands; what the
 * command has to say itself (begun, ended, the gate here) it adds.
 */
#ifndef LOGONGATE_CLI_CHANGE_SERVERS_HANDS_H
#define LOGONGATE_CLI_CHANGE_SERVERS_HANDS_H

#include "app/change/hands.h"
#include "cli/change/servers_targets.h"

struct lg_cli_hands {
	struct lg_cli *cli;
	struct lg_journal_file *file;
	struct lg_cli_targets targets;   /* that are open */
	const struct lg_gate_lock *lock; /* being applied; NULL: none */
};

/* self begins with a struct lg_cli_hands whose cli is set. */
struct lg_change_hands lg_cli_hands(struct lg_cli_hands *self);

#endif
