/* SPDX-License-Identifier: ISC */
/*
 * run_overrun.h - what becomes of a lock whose command still runs at its end
 *
 * Layer: cli, for cmd_run.c and run_child.c.
 * Source: contract 11 "run", 12 "Times and run".
 */
#ifndef LOGONGATE_CLI_COMMANDS_RUN_OVERRUN_H
#define LOGONGATE_CLI_COMMANDS_RUN_OVERRUN_H

#include "app/lock/lock.h"
#include "cli/change/prepare.h"

enum lg_overrun_kind {
	LG_OVERRUN_EXTEND = 0,
	LG_OVERRUN_TERM,
	LG_OVERRUN_WARN
};

/* Times are milliseconds since boot: a stepped wall clock moves no end. */
struct lg_overrun {
	struct lg_cli *cli;
	enum lg_overrun_kind kind;
	char id[LG_LOCK_ID_SIZE];
	int64_t first_s;    /* how long the lock was to last */
	int64_t last_s;     /* the latest end, wall clock; 0: no limit */
	int64_t until_s;    /* the lock's end, wall clock */
	int64_t lock_ms;    /* the same */
	int64_t command_ms; /* when the command is to have ended */
	int64_t again_ms;   /* not before: after what failed */
	int is_held;        /* by TERM: the lock goes on for the ending */
	int is_over;        /* nothing more is to be done for it */
};

/* --on-overrun. Returns: an exit code; 2 is printed. */
int lg_overrun_read(struct lg_cli *cli, enum lg_overrun_kind *out_kind);

void lg_overrun_begin(struct lg_overrun *overrun, struct lg_cli *cli,
		      const char *id, int64_t until_s,
		      const struct lg_prepared *prepared);

/* Milliseconds until lg_overrun_act has something to do; -1: never. */
int64_t lg_overrun_wait_ms(const struct lg_overrun *overrun);

/* Whether the lock is over, whoever ended it. */
int lg_overrun_is_gone(struct lg_overrun *overrun);

/* Does what is due. 1 when the command is to be ended now. */
int lg_overrun_act(struct lg_overrun *overrun);

#endif
