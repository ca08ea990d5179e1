/* SPDX-License-Identifier: ISC */
/*
 * sweep_judge.h - who of those that a sweep listed goes, and what came of it
 *
 * Layer: daemon; for sweep_run.c alone.
 * Flow: a worker listed into run->fresh; the judging lane fills that in from
 * the book, marks by the policy that was in force when it was given to it who
 * goes, puts them first and plans whom this round tries. The loop takes that
 * over if it still counts. Another worker told the doors; the judging lane
 * counts it.
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SWEEP_JUDGE_H
#define LOGONGATE_DAEMON_SESSIONS_SWEEP_JUDGE_H

#include "daemon/sessions/sweep_run.h"

/* is_done is 0 where the run ended meanwhile, where another policy is in force,
 * and where there was no memory: nothing came of it. */
typedef void (*sweep_judged)(struct sweep_run *run, int is_done);

/* run->list, unasked, marks and marked are those of this round when it is done,
 * and the last round's until then. MAPI sessions have ended. */
void sweep_judge_begin(struct sweep_run *run, sweep_judged done);

/* Counts what the doors were told of run's marked sessions, also of one that
 * has ended. */
void sweep_count_begin(struct sweep_run *run, sweep_judged done);

/* 0 when the run has ended, or the policy that began it is over. */
int sweep_judge_goes_on(const struct sweep_run *run);

/* Frees what may be long on another thread. */
void sweep_forget_list(struct gate *gate, struct lg_session_list *list);

#endif
