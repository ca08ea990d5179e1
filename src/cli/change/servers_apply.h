/* SPDX-License-Identifier: ISC */
/*
 * servers_apply.h - locks on servers of the settings: applied, lifted, recovered, seen
 *
 * Layer: cli.
 * Flow: prepare reads the servers for the plan, apply writes them and then
 * locks the gate of this machine where it is one of them; the journal
 * state_dir/fleet.jsonl is the record of the lock.
 * Source: contract 4 apply, lift, recover, status; 8 "Targets".
 */
#ifndef LOGONGATE_CLI_CHANGE_SERVERS_APPLY_H
#define LOGONGATE_CLI_CHANGE_SERVERS_APPLY_H

#include "app/change/change_end.h"
#include "app/change/change_move.h"
#include "app/change/servers_book.h"
#include "cli/change/servers_targets.h"
#include "cli/change/apply.h"

/* What the journal says; a damaged one as far as it can be read. */
enum lg_status lg_cli_servers_book(struct lg_cli *cli,
				   struct lg_servers_book *out_book,
				   struct lg_error *err);

/* Whether the book is what there is, or becomes something else. */
enum lg_servers_state {
	LG_SERVERS_SETTLED = 0,
	LG_SERVERS_CHANGING,   /* a command is at it right now */
	LG_SERVERS_INTERRUPTED /* the command is gone: logongate recover */
};

/* The book, and who changes it: {"command","by","pid","since"}; NULL where
 * that is not known. Owns: lg_servers_now_release. */
struct lg_servers_now {
	struct lg_servers_book book;
	enum lg_servers_state state;
	cJSON *holder;
};
enum lg_status lg_cli_servers_now(struct lg_cli *cli,
				  struct lg_servers_now *out_now,
				  struct lg_error *err);
void lg_servers_now_release(struct lg_servers_now *now);

/* "logongate apply of anna (process 12, since 14:02)". */
void lg_cli_servers_holder_words(const cJSON *holder, struct lg_buffer *text);

/* 1 when any server of the plan is not the gate of this machine. */
int lg_cli_servers_needed(const struct lg_prepared *prepared);

/*
 * Reads what the servers hold, for the plan: server[i].before.
 * Returns: an exit code: 7 a password is wrong or a right is missing, 6 a
 * server cannot be reached; the error is printed. Nothing is written.
 */
int lg_cli_servers_read(struct lg_cli *cli, struct lg_prepared *prepared);

/* A lift: gate_id is the lock's at the gate of this machine, which is lifted
 * last; NULL: it has none. lift is the caller's. */
struct lg_cli_lifted {
	const char *gate_id;
	struct lg_lift *lift;
	size_t count; /* how many servers; 0 with exit 0: none was locked */
	int gate;     /* the gate here had it */
};

/* Lifts the lock with this id in the journal, NULL: it is at the gate here
 * alone: all of it, or the servers that --target and --group name. */
int lg_cli_servers_lift(struct lg_cli *cli, const char *id,
			struct lg_cli_lifted *lifted);

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
