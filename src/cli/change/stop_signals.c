/* SPDX-License-Identifier: ISC */
/*
 * stop_signals.c - a change of servers that somebody stops is put back
 *
 * Signals are waited for rather than caught: nothing is interrupted in the
 * middle of a write, and what reaches a server inherits that, so that a key
 * of the terminal does not end its connection.
 */
#include "cli/change/stop_signals.h"

#include <time.h>

static const int stopping[] = {SIGHUP, SIGINT, SIGTERM};
#define STOPPING (sizeof(stopping) / sizeof(stopping[0]))

static void fill(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < STOPPING; i++)
		sigaddset(set, stopping[i]);
}

void lg_stop_signals_wait(struct lg_stop_signals *signals)
{
	sigset_t set;

	fill(&set);
	pthread_sigmask(SIG_BLOCK, &set, &signals->before);
	signals->ours = !sigismember(&signals->before, SIGINT);
}

int lg_stop_signals_came(void *context)
{
	const struct lg_stop_signals *signals = context;
	sigset_t pending;

	if (!signals->ours || sigpending(&pending) != 0)
		return 0;
	for (size_t i = 0; i < STOPPING; i++) {
		if (sigismember(&pending, stopping[i]) == 1)
			return 1;
	}
	return 0;
}

void lg_stop_signals_drop(struct lg_stop_signals *signals)
{
	const struct timespec at_once = {0};
	sigset_t set;

	fill(&set);
	while (signals->ours && sigtimedwait(&set, NULL, &at_once) > 0)
		continue;
}

void lg_stop_signals_end(struct lg_stop_signals *signals)
{
	pthread_sigmask(SIG_SETMASK, &signals->before, NULL);
}
