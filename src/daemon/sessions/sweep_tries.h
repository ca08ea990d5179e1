/* SPDX-License-Identifier: ISC */
/*
 * sweep_tries.h - what was tried with each session that should go
 *
 * Layer: daemon.
 * Flow: a round of a sweep notes each session that it finds; one that was told
 * to end and is not found by the next round is gone. What is there still is
 * told again with growing pauses.
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SWEEP_TRIES_H
#define LOGONGATE_DAEMON_SESSIONS_SWEEP_TRIES_H

#include "core/policy/session.h"
#include "daemon/work.h"

/* After so many tries a session counts as one that does not end. */
#define SWEEP_TRIES_STUCK 6

struct sweep_try {
	struct sweep_try *chain;
	uint64_t hash;
	uint64_t round;   /* it was found in last */
	uint64_t next_ms; /* not to be tried before */
	unsigned int count;
	int is_told; /* its server was told to end it */
	size_t len;
	char key[]; /* door, TAB, id */
};

#define SWEEP_TRIES_BUCKETS 4096u

/* The judging lane's. A sweep that goes on where another ended holds the same,
 * so that what that one was at counts; the loop counts who holds it. */
struct sweep_tries {
	unsigned int holders;
	struct gate_job job;
	struct sweep_try *bucket[SWEEP_TRIES_BUCKETS];
};

/* Held once; NULL without memory. */
struct sweep_tries *sweep_tries_new(void);
struct sweep_tries *sweep_tries_share(struct sweep_tries *tries);
void sweep_tries_drop(struct gate *gate, struct sweep_tries *tries);

/* Finds it, or adds it; NULL where there is no memory. */
struct sweep_try *sweep_tries_of(struct sweep_tries *tries,
				 const struct lg_session *session);

/* One more try that did not show yet; says when the next may be. */
void sweep_tries_count(struct sweep_try *try, uint64_t now_ms);

/* Told, and it ends when it no longer hangs: it is not told again soon. */
void sweep_tries_hangs(struct sweep_try *try, uint64_t now_ms);

/* Forgets what the round did not find; gives how many of them had been told. */
size_t sweep_tries_settle(struct sweep_tries *tries, uint64_t round);

#endif
