/* SPDX-License-Identifier: ISC */
/*
 * sweep_judge.h - who of those that a sweep listed goes, and what came of it
 *
 * Layer: daemon; for sweep_run.c alone.
 * Flow: a worker listed into run->fresh; this fills in, marks who goes, puts
 * them first and plans whom this round tries. Another worker told the doors;
 * this counts it. Each goes a piece in a turn of the loop, so that a list of
 * ten thousand keeps no logon waiting, and asks sweep_run.c whether to go on.
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SWEEP_JUDGE_H
#define LOGONGATE_DAEMON_SESSIONS_SWEEP_JUDGE_H

#include "daemon/sessions/sweep_run.h"

/* What comes after the last piece, or where goes_on said 0: is_done is 0 then,
 * and where there was no memory. */
typedef void (*sweep_judged)(struct sweep_run *run, int is_done);

/* run->list, unasked, marks and marked are those of this round when it is done,
 * and the last round's until then. */
void sweep_judge_begin(struct sweep_run *run, sweep_judged done);

/* Counts what the doors were told of run's marked sessions: to its own tries,
 * or to those of the sweep that goes on where it has ended. */
void sweep_count_begin(struct sweep_run *run, sweep_judged done);

/* 0 when the run has ended, or the policy that began it is over. */
int sweep_judge_goes_on(const struct sweep_run *run);

/* Frees what may be long on another thread. */
void sweep_forget_list(struct gate *gate, struct lg_session_list *list);

#endif
