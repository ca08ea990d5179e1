/* SPDX-License-Identifier: ISC */
/*
 * follower_inside.h - what the files of daemon/fleet share
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_FLEET_FOLLOWER_INSIDE_H
#define LOGONGATE_DAEMON_FLEET_FOLLOWER_INSIDE_H

#include "app/fleet/fleet_gate.h"
#include "daemon/fleet/follower.h"
#include "daemon/fleet/follower_beside.h"
#include "daemon/fleet/follower_doors.h"
#include "daemon/inside.h"

#define GATE_FLEET_HEARD_FILE "fleet.heard"

/* What the loop knows of the follower. */
struct gate_fleet_known {
	int connected;
	int64_t heard_s;
	int64_t lag_ms;
	size_t events;
	struct lg_fleet_trouble trouble[LG_FLEET_TROUBLES_MAX];
	size_t trouble_count;
	uint64_t rejected[LG_FLEET_CODE_COUNT];
	uint64_t reports;
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
	int acted;
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
