/* SPDX-License-Identifier: ISC */
/*
 * follower_inside.h - what the files of daemon/fleet share
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_FLEET_FOLLOWER_INSIDE_H
#define LOGONGATE_DAEMON_FLEET_FOLLOWER_INSIDE_H

#include "app/fleet/fleet_gate.h"
#include "core/settings/fleet_settings.h"
#include "daemon/fleet/follower.h"
#include "daemon/inside.h"

/*
 * A second provider, followed beside the first: a thread of its own polls one
 * that the follower is not at, and hands over what it tells, entry by entry;
 * the follower's thread takes them. It waits where they are not taken, so that
 * nothing piles up.
 */
struct gate_beside;

/*
 * Begins, where the settings name more than one provider; NULL otherwise, and
 * where there are no threads: a gate does without. how is borrowed while it
 * runs; news is called on the thread when there is something to take.
 */
struct gate_beside *gate_beside_begin(const struct lg_fleet_settings *how,
				      void (*news)(void *context),
				      void *context);

/* On the follower's thread: takes what came, and says where the follower is,
 * so that this one is elsewhere. */
enum lg_status gate_beside_take(struct gate_beside *beside,
				struct lg_fleet_gate *gate,
				struct lg_error *err);

/* Writes the gate's report through this provider, on its thread; a later one
 * takes the place of one that still waits. */
void gate_beside_report(struct gate_beside *beside, const char *report,
			size_t len);

/* Ends it, as soon as its provider lets it. NULL is fine. */
void gate_beside_end(struct gate_beside *beside);

/*
 * Which doors of this machine do not ask its gate: a thread of its own surveys
 * the doors now and then, and soon after a lock was prepared; the follower puts
 * what it found into the gate's report. Nobody waits for it.
 */
struct gate_doors;

/*
 * Begins; NULL where there are no threads: the report then says that nobody
 * looked. config: the settings' file, read anew each time, borrowed. news is
 * called on the thread when something else was found.
 */
struct gate_doors *gate_doors_begin(const char *config,
				    void (*news)(void *context), void *context);

/* A lock is coming: once more, unless that was just done. NULL is fine. */
void gate_doors_look(struct gate_doors *doors);

/* Copies what was found last into a report. */
enum lg_status gate_doors_fill(struct gate_doors *doors,
			       struct lg_fleet_report *report,
			       struct lg_error *err);

/* Ends it, as soon as a program that it asked does. NULL is fine. */
void gate_doors_end(struct gate_doors *doors);

#define GATE_FLEET_HEARD_FILE "fleet.heard"

/* What the loop knows of the follower. */
struct gate_fleet_known {
	int connected;
	int64_t heard_s;
	size_t events;
	struct lg_fleet_trouble trouble[LG_FLEET_TROUBLES_MAX];
	size_t trouble_count;
	uint64_t rejected[LG_FLEET_CODE_COUNT];
	char report_failed[256]; /* "": it is written */
};

/*
 * own, fleet, signature, hold are the thread's (the main thread's before it
 * begins). mutex guards what stands below it; wake tells the loop, told the
 * thread.
 */
struct gate_fleet {
	struct gate *gate;
	struct lg_settings *settings; /* as they were at the start */
	char name[LG_FLEET_NAME_SIZE];
	struct lg_fleet fleet;
	struct lg_signature signature;
	struct lg_clock clock;
	struct lg_fleet_host host;
	struct lg_fleet_gate hold;
	struct gate_beside *beside; /* NULL: there is one provider */
	struct gate_doors *doors;   /* NULL: nobody looks */
	int unheard;                /* never, and nothing is on disk */
	int heard_kept; /* the directory was heard once, and that is on disk */

	uv_thread_t thread;
	uv_async_t wake;
	int has_thread;
	uv_mutex_t mutex;
	uv_cond_t told;
	int stops;
	int ended;
	int looks;
	struct lg_fleet_task *task; /* to be run; NULL: none */
	size_t task_count;
	int running; /* the state lane has them */
	int64_t sessions;
	int lets_in; /* the directory was heard: the policy counts */
	struct gate_fleet_known known;

	struct gate_fleet_known shown; /* the loop's copy */
	struct lg_strlist loud;        /* what it says loudly now */
};

/* The thread's side of the host. */
enum lg_status gate_fleet_make(void *context,
			       const struct lg_fleet_event *prepare,
			       struct lg_fleet_made *out_made,
			       struct lg_error *err);
enum lg_status gate_fleet_hand_over(void *context, struct lg_fleet_task *task,
				    size_t count, int64_t *out_sessions,
				    struct lg_error *err);

/* The thread knows something new. */
void gate_fleet_tell(struct gate_fleet *fleet);
/* On the loop: takes it over, and says what is loud. */
void gate_fleet_take(struct gate_fleet *fleet);

/* The loop was woken: tasks, news, the end. */
void gate_fleet_woken(uv_async_t *wake);

#endif
