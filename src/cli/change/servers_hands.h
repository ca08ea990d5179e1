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
#include "cli/change/apply.h"
#include "app/change/servers_book.h"
#include "app/change/change_end.h"
#include "app/lock/state_target.h"
#include "cli/change/servers_targets.h"

struct lg_cli_hands {
	struct lg_cli *cli;
	struct lg_files files; /* of state_dir, while the journal is held */
	struct lg_journal_file *file;  /* the journal, meanwhile */
	struct lg_cli_targets targets; /* that are open */
	struct lg_target gate;         /* the one here; has_gate: it is open */
	int has_gate;
	struct lg_state_target state; /* in its place where none runs */
	int needs_no_gate; /* also where one should, and does not answer */
};

/* self begins with a struct lg_cli_hands whose cli is set. */
struct lg_change_hands lg_cli_hands(struct lg_cli_hands *self);

/* The journal alone: self is set as before. */
struct lg_change_journal lg_cli_journal(struct lg_cli_hands *self);

/* The exit code of what the gate here failed with. */
enum lg_exit lg_cli_gate_exit(const struct lg_servers_member *gate);

/* What it says nobody asked for. */
void lg_cli_gate_says(struct lg_cli *cli, const struct lg_servers_member *gate);

/* A path below state_dir. */
enum lg_status lg_cli_servers_path(struct lg_cli *cli, const char *name,
				   struct lg_buffer *out_path,
				   struct lg_error *err);

/* The exit code of what came of a change. */
int lg_cli_servers_exit(enum lg_servers_outcome outcome, enum lg_status status);

/* Names what could not be put back. */
void lg_cli_servers_tell(struct lg_cli *cli, const struct lg_servers *servers);

/* lg_change_book for who changes nothing. */
enum lg_status lg_cli_servers_book(struct lg_cli *cli,
				   struct lg_servers_book *out_book,
				   struct lg_error *err);

/* "logongate apply of anna (process 12, since 14:02)". */
void lg_cli_holder_words(const struct lg_change_holder *holder,
			 struct lg_buffer *text);

/* 1 when any server of the plan is not the gate of this machine. */
int lg_cli_servers_needed(const struct lg_prepared *prepared);

/*
 * Reads what the servers hold, for the plan: server[i].before.
 * Returns: an exit code: 7 a password is wrong or a right is missing, 6 a
 * server cannot be reached; the error is printed. Nothing is written.
 */
int lg_cli_servers_read(struct lg_cli *cli, struct lg_prepared *prepared);

/* Lifts one lock; --force is its mode. Returns: an exit code. */
int lg_cli_servers_lift(struct lg_cli *cli, struct lg_change_lift *what,
			struct lg_lift *lift);

/* Puts back what interrupted changes left, and what locks whose end is past
 * left, on servers and at the gate of this machine; says what damage took, and
 * keeps the damaged file. With --over only the locks whose end is past. */
int lg_cli_servers_recover(struct lg_cli *cli,
			   struct lg_change_recovered *out_recovered);

/* Puts back locks on servers whose end is past and that nobody ended: the next
 * command that may write does. What it cannot, it says. */
void lg_cli_servers_end_over(struct lg_cli *cli);

/* Moves the end of a lock, or confirms it; move->until_s is its end then. */
int lg_cli_move(struct lg_cli *cli, struct lg_change_move *move);

/*
 * Adds "targets" to a status object, each just asked, and what is unfinished
 * to "loud"; makes it active where a lock is only on servers. reachable:
 * whether the gate of this machine answered. Returns: an exit code.
 */
int lg_cli_servers_status(struct lg_cli *cli, cJSON *status, int reachable);

#endif
