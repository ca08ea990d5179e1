/* SPDX-License-Identifier: ISC */
/*
 * sweep_run.h - one sweep: rounds at the doors until nobody is left
 *
 * Layer: daemon; for sweep.c alone.
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SWEEP_RUN_H
#define LOGONGATE_DAEMON_SESSIONS_SWEEP_RUN_H

#include "daemon/doors/door_set.h"
#include "daemon/sessions/session_book.h"
#include "daemon/sessions/sessions.h"
#include "daemon/sessions/sweep.h"
#include "daemon/sessions/sweep_tries.h"
#include "daemon/work.h"

#define SWEEP_TELL_MS 2800 /* when the one who waits is told: within 3 s */

enum sweep_run_kind {
	SWEEP_RUN_POLICY,
	SWEEP_RUN_RESTART,
	SWEEP_RUN_SELECTED,
	SWEEP_RUN_LIST
};

/* Where a sweep of a policy goes; those that people ask for go everywhere. */
enum sweep_part {
	SWEEP_PART_SESSIONS, /* Dovecot, and MAPI, which is cut here */
	SWEEP_PART_HAPROXY
};
#define SWEEP_PARTS 2

struct sweep_waiter {
	gate_sweep_done done;
	void *context;
	struct sweep_waiter *next;
};

struct sweep_run;

/* A list that is judged, or what was cut that is counted: the judging lane's
 * until done is called. */
struct sweep_judging {
	struct gate_job job;
	struct session_book *book;
	struct session_turn turn;
	struct session_pass pass;
	const struct lg_policy *cuts; /* or NULL: nobody */
	uint64_t round;
	unsigned char *marks;
	size_t marked;
	const char **ends; /* ids of MAPI sessions that go */
	size_t end_count;
	size_t ended; /* of them, by the loop */
	uint64_t now_ms;
	uint64_t next_ms; /* when the first of those not tried now is due */
	size_t due;       /* tried now */
	size_t gone;      /* told, and found no more */
	int is_late;      /* the run had ended when it was given to count */
	int is_stuck;
	struct lg_session stuck; /* one that does not end */
	enum lg_status status;
	void (*done)(struct sweep_run *run, int is_done);
};

struct sweep_run {
	struct gate *gate;
	enum sweep_run_kind kind;
	enum sweep_part part;
	uint64_t generation;
	struct gate_job work;
	uv_timer_t timer;    /* the next round */
	uv_timer_t deadline; /* of those who wait */
	uv_idle_t pieces;    /* of MAPI sessions that end */
	struct sweep_judging judging;
	int handles;
	int working;         /* a lane is, or pieces are left */
	int is_shared;       /* several may wait for its list */
	atomic_int is_begun; /* a worker lists, or did */
	int cutting;
	int counted; /* in sweeps->cutting */
	int held;    /* until the worker of the one before is back */
	int ended;
	atomic_int stop;
	uint64_t begun_ms;
	uint64_t quiet_ms; /* since when nobody is left; 0: somebody is */
	uint64_t round;
	uint64_t asked_ms; /* when the round began */
	uint64_t cut;
	int is_listed; /* once at least */
	int is_stuck;  /* was said */
	struct door_places places;
	struct {
		struct lg_session_list list;
		struct lg_strlist unasked;
		struct lg_strlist notes;
		int is_blind; /* Dovecot forgot whom it had */
	} fresh;              /* the worker's while it works */
	struct lg_session_list list;
	unsigned char *marks; /* enum lg_cut of each; those to go stand first */
	size_t marked;
	struct lg_strlist unasked;
	struct lg_strlist notes;
	struct sweep_tries *tries;     /* NULL where nobody is cut */
	struct gate_selector selector; /* texts are its own */
	struct sweep_waiter *waiters;
};

struct gate_sweeps {
	struct sweep_run *policy[SWEEP_PARTS]; /* of the policy in force */
	size_t listed[SWEEP_PARTS];            /* sessions, when last asked */
	unsigned int cutting; /* workers of ended ones that are at doors */
	struct sweep_waiter *settled;
	struct sweep_run *listing; /* the last that several may wait for */
	int looking;
};

/* Is said until the lock is over. */
#define SWEEP_BLIND                                                            \
	"Dovecot forgot who was logged on; they may still be, unseen: "        \
	"restart Dovecot"

/* Begins the first round at once. */
enum lg_status sweep_run_begin(struct gate *gate, enum sweep_run_kind kind,
			       enum sweep_part part, struct sweep_run **out_run,
			       struct lg_error *err);

/* 1 for a sweep of a policy, which has one part. */
int sweep_run_is_of_policy(const struct sweep_run *run);

/* Ends it, tells those who wait, and frees it when its worker is back. */
void sweep_run_end(struct sweep_run *run);

/* What before has, who waits for it too, is run's from now on; before ends. */
void sweep_run_take_over(struct sweep_run *run, struct sweep_run *before);

#endif
