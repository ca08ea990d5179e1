/* SPDX-License-Identifier: ISC */
/*
 * stop_signals.h - a change of servers that somebody stops is put back
 *
 * Layer: cli.
 * Flow: the signals that end a command wait while servers are changed; the
 * change asks at each step whether one came.
 */
#ifndef LOGONGATE_CLI_CHANGE_STOP_SIGNALS_H
#define LOGONGATE_CLI_CHANGE_STOP_SIGNALS_H

#include <signal.h>

struct lg_stop_signals {
	sigset_t before;
	int ours; /* 0: who called waits for them already, and acts itself */
};

void lg_stop_signals_wait(struct lg_stop_signals *signals);

/* 1 when one came; context is a struct lg_stop_signals. */
int lg_stop_signals_came(void *context);

/* One that came and was acted on is over. */
void lg_stop_signals_drop(struct lg_stop_signals *signals);

/* From here on they end the command again, also one that came meanwhile. */
void lg_stop_signals_end(struct lg_stop_signals *signals);

#endif
