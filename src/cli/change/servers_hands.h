/* SPDX-License-Identifier: ISC */
/*
 * servers_hands.h - what the machine of changes gets from the command line
 *
 * Layer: cli. A command's own struct begins with struct lg_cli_hands; what the
 * command has to say itself (begun, ended) it adds.
 */
#ifndef LOGONGATE_CLI_CHANGE_SERVERS_HANDS_H
#define LOGONGATE_CLI_CHANGE_SERVERS_HANDS_H

#include "adapters/system/journal_file.h"
#include "app/change/hands.h"
#include "app/lock/state_target.h"
#include "cli/change/servers_targets.h"

struct lg_cli_hands {
	struct lg_cli *cli;
	struct lg_files files; /* of state_dir, while the journal is held */
	struct lg_cli_targets targets; /* that are open */
	struct lg_target gate;         /* the one here; has_gate: it is open */
	int has_gate;
	struct lg_state_target state; /* in its place where none runs */
	int needs_no_gate; /* also where one should, and does not answer */
};

/* self begins with a struct lg_cli_hands whose cli is set. */
struct lg_change_hands lg_cli_hands(struct lg_cli_hands *self);

/*
 * What was done on servers and the gate does not know of, as lg_journal_read: a
 * lock that the gate of this machine is part of stands in the gate's own
 * history; here stand locks on servers alone, changes that were undone before
 * the gate had its part, and registries that were changed.
 */
enum lg_status lg_cli_servers_history(
	struct lg_cli *cli, int64_t since_s,
	int (*visit)(void *context, const struct lg_journal_entry *entry),
	void *context, size_t *out_damaged, struct lg_error *err);

/* The exit code of what the gate here failed with. */
enum lg_exit lg_cli_gate_exit(const struct lg_servers_member *gate);

/* What it says nobody asked for. */
void lg_cli_gate_says(struct lg_cli *cli, const struct lg_servers_member *gate);

/* A path below state_dir. */
enum lg_status lg_cli_servers_path(struct lg_cli *cli, const char *name,
				   struct lg_buffer *out_path,
				   struct lg_error *err);

/*
 * The journal, to be written, and what it says; nobody else may write
 * meanwhile. One of an earlier version is carried over, a damaged one is kept
 * below files, those of state_dir, and told.
 */
enum lg_status lg_cli_servers_begin(struct lg_cli *cli,
				    const struct lg_files *files,
				    struct lg_servers_journal *out_journal,
				    struct lg_servers_book *out_book,
				    struct lg_error *err);

void lg_cli_servers_finish(struct lg_servers_journal *journal);

/* The exit code of what came of a change. */
int lg_cli_servers_exit(enum lg_servers_outcome outcome, enum lg_status status);

/* Names what could not be put back. */
void lg_cli_servers_tell(struct lg_cli *cli, const struct lg_servers *fleet);

#endif
