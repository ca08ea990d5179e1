/* SPDX-License-Identifier: ISC */
/*
 * run_child.h - the command of `run`: started, waited for, ended
 *
 * Layer: cli, for cmd_run.c.
 */
#ifndef LOGONGATE_CLI_COMMANDS_RUN_CHILD_H
#define LOGONGATE_CLI_COMMANDS_RUN_CHILD_H

#include <signal.h>

#include "cli/commands/run_overrun.h"

/* What `run` exits with when it ended the command for its time. */
#define LG_RUN_OVERRUN 124

/* The signals that wait from before a lock is applied to after it is lifted. */
void lg_run_signals(sigset_t *out_signals);

/* Looks for a command as lg_run_child will find it: nobody is kept out for a
 * mistyped one. Returns: 0; an errno. */
int lg_run_look(const char *name);

/*
 * Runs cli->rest to its end with the signals of before, handing signals on
 * that somebody sends. With LG_OVERRUN_TERM it leads a process group of its
 * own, which has the terminal, and all of which is gone when this returns
 * LG_RUN_OVERRUN.
 * Returns: its status as a shell would say it; 6 where it cannot be started,
 * which is printed.
 */
int lg_run_child(struct lg_cli *cli, struct lg_overrun *overrun,
		 const sigset_t *signals, const sigset_t *before);

#endif
