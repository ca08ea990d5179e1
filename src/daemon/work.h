/* SPDX-License-Identifier: ISC */
/*
 * work.h - everything that may take time, away from the loop that decides
 *
 * Layer: daemon.
 * Flow: the loop adds a job to a lane; the lane's thread runs the jobs one
 * after the other in the order they were added; what a job made is handed back
 * to the loop, in the same order. A lane that waits for a disk or a name
 * service keeps only its own jobs waiting.
 */
#ifndef LOGONGATE_DAEMON_WORK_H
#define LOGONGATE_DAEMON_WORK_H

#include "daemon/gate.h"

enum gate_lane {
	GATE_LANE_STATE = 0, /* the lock: state_dir, values, policies */
	GATE_LANE_RECORDS,   /* who was refused, who came in, the audit */
	GATE_LANE_NAMES,     /* users and groups of this machine */
	GATE_LANE_NOTICES,   /* programs that tell people */
	GATE_LANE_TEXTS,     /* long answers: asks nobody, waits for nothing */
	GATE_LANE_JUDGING,   /* who of those listed goes; waits for nothing */
	GATE_LANE_DIRECTORY, /* what a directory says of names */
	/* Servers' sessions; each of them may hang for seconds. */
	GATE_LANE_CUTTING, /* whom the policy in force refuses */
	GATE_LANE_CUTTING_HAPROXY,
	GATE_LANE_SELECTED, /* whom somebody with the right to it cuts */
	GATE_LANE_LISTING   /* who is there: everybody may ask for status */
};
#define GATE_LANE_COUNT 11

/*
 * One job; it stands in what it works on and is the work's from gate_work_add
 * until done is called. run is called on the lane's thread, done on the
 * loop's. Where done is NULL nobody waits, and run may free the job.
 */
struct gate_job {
	void (*run)(void *context);
	void (*done)(void *context);
	void *context;
	struct gate_job *next;
};

enum lg_status gate_work_open(struct gate *gate, struct lg_error *err);

/* Never fails and never waits; after gate_work_close the job is still run. */
void gate_work_add(struct gate *gate, enum gate_lane lane,
		   struct gate_job *job);

/* The loop ends when the jobs that were added are done. */
void gate_work_close(struct gate *gate);

/* Ends the threads; the loop has ended. */
void gate_work_free(struct gate *gate);

#endif
