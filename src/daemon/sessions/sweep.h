/* SPDX-License-Identifier: ISC */
/*
 * sweep.h - cutting open sessions until those who should be out are out
 *
 * Layer: daemon.
 * Flow: workers list and cut at the doors, the judging lane says who goes; the
 * loop takes its word if the policy is still the one that it was asked by. A
 * sweep belongs to the policy that began it and ends with it. HAProxy has one
 * of its own, so that a Dovecot that hangs keeps nobody in there, and the
 * other way round.
 * Source: contract 8 "Sessions"; facts/enforcement 1.5 (the race).
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SWEEP_H
#define LOGONGATE_DAEMON_SESSIONS_SWEEP_H

#include "port/door.h"

#include "daemon/gate.h"

enum lg_status gate_sweeps_open(struct gate *gate, struct lg_error *err);
void gate_sweeps_close(struct gate *gate);

enum gate_sweep_kind {
	GATE_SWEEP_REFUSED = 0, /* whom the policy in force refuses */
	GATE_SWEEP_ALL          /* a store restart ends all sessions (T1) */
};

/* Begins the sweep of the policy in force; an older one ends. */
void gate_sweeps_begin(struct gate *gate, enum gate_sweep_kind kind);
void gate_sweeps_end(struct gate *gate);

/*
 * What came of listing or cutting. cut were told to end and are gone. sessions
 * are those that should be gone and are there, or all that are open (list);
 * of left in all it may be the first GATE_SWEEP_LEFT_MAX of each server alone.
 * unasked: doors that did not answer, with the reason; notes: what doors said
 * while cutting. Borrowed for the call, but for whole, the same list where it
 * is one's own: it may be moved away.
 */
#define GATE_SWEEP_LEFT_MAX 200u
struct gate_sweep_report {
	uint64_t cut;
	const struct lg_session_list *sessions;
	size_t left;
	const struct lg_strlist *unasked;
	const struct lg_strlist *notes;
	struct lg_session_list *whole; /* or NULL */
};
typedef void (*gate_sweep_done)(void *context,
				const struct gate_sweep_report *report);

/* Calls done when the running sweep finds nobody left, or after three seconds
 * with those who are, whatever the doors do; at once where no sweep runs. */
void gate_sweeps_wait(struct gate *gate, gate_sweep_done done, void *context);

/* Calls done when no sweep of a policy that is no longer in force is at a door
 * any more; at once where none is. Such a sweep ends within a second or so. */
void gate_sweeps_settled(struct gate *gate, gate_sweep_done done,
			 void *context);

/* Whom to cut by hand; one of the others than names is set. Copied. */
struct gate_selector {
	const char *dn;
	struct lg_strlist names; /* that the directory has for dn */
	const char *user;
	const char *id;
	int all;
};

/* Cuts, and lists again until they are gone or three seconds are over. */
enum lg_status gate_sweeps_cut(struct gate *gate,
			       const struct gate_selector *selector,
			       gate_sweep_done done, void *context,
			       struct lg_error *err);

/* Lists for the gate's own knowledge; nothing where it is doing so. */
void gate_sweeps_look(struct gate *gate);

/* Lists what is open at all doors now; those who ask before it is begun share
 * it. */
enum lg_status gate_sweeps_list(struct gate *gate, gate_sweep_done done,
				void *context, struct lg_error *err);

/* The same for one alone, who may move the list away. */
enum lg_status gate_sweeps_list_whole(struct gate *gate, gate_sweep_done done,
				      void *context, struct lg_error *err);

#endif
