/* SPDX-License-Identifier: ISC */
/*
 * servers_steps.h - what lg_servers_apply and lg_servers_lift are made of
 *
 * Layer: app, private to servers.c.
 * Source: conformance A3-A5.
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_STEPS_H
#define LOGONGATE_APP_CHANGE_SERVERS_STEPS_H

#include <pthread.h>
#include <stdatomic.h>

#include "app/change/servers.h"

/* Only the names of wanted, as they were: what a lift puts back. */
enum lg_status lg_servers_keep_before(const struct lg_registry *wanted,
				      const struct lg_registry *found,
				      struct lg_registry **out_before,
				      struct lg_error *err);

/* Names are those of wanted and of before. The first under which found does not
 * hold what is expected, or NULL. */
const char *lg_servers_differing(const struct lg_servers_member *member,
				 const struct lg_registry *found,
				 const struct lg_registry *expected);

/* The first name under which found holds what is neither wanted nor before nor
 * possible: it is somebody else's; NULL: none. A step that was interrupted
 * leaves some of this and some of that. */
const char *lg_servers_foreign(const struct lg_servers_member *member);

/* 1 where a lock is written, to a gate: it composes what is left by itself. */
int lg_servers_is_gate(const struct lg_servers_member *member);

/* A3: what was written is read back and compared. */
enum lg_status lg_servers_read_back(struct lg_servers_member *member,
				    const struct lg_registry *expected,
				    struct lg_error *err);

/* Every name gets what wanted (LG_TARGET_CHANGE) or before holds, or is
 * deleted. */
enum lg_status lg_servers_write_values(struct lg_servers_member *member,
				       enum lg_target_care care,
				       struct lg_error *err);

/* What every member does, and what the workers share meanwhile. */
struct lg_servers_round {
	struct lg_servers *servers;
	enum lg_status (*work)(struct lg_servers_round *round,
			       struct lg_servers_member *member,
			       struct lg_error *err);
	int stop_at_failure;
	atomic_size_t next;
	atomic_int failed;
	pthread_mutex_t mutex;
};

/* Writes the step down, then the member is at it. */
enum lg_status lg_servers_round_step(struct lg_servers_round *round,
				     struct lg_servers_member *member,
				     enum lg_servers_step step,
				     struct lg_error *err);

/*
 * Runs work on every member, several at once. A thread that cannot be started
 * is no failure: the calling thread works too.
 * Returns: 1 when it ended well on all; else their status and error say why.
 */
int lg_servers_round_run(struct lg_servers *servers,
			 enum lg_status (*work)(struct lg_servers_round *,
						struct lg_servers_member *,
						struct lg_error *),
			 int stop_at_failure);

/* The failure that is told: the first member that has one. */
enum lg_status lg_servers_first_failure(const struct lg_servers *servers,
					struct lg_error *err);

/*
 * Restarts the service where that is asked for and it runs. One that somebody
 * stopped or paused stays so, unless a restart of ours left it there.
 */
enum lg_status lg_servers_service_restart(struct lg_servers_round *round,
					  struct lg_servers_member *member,
					  struct lg_error *err);

/* What the service does now, into member->service.
 * Returns: also LG_ERR_CONFLICT, a service that we restarted does not run. */
enum lg_status lg_servers_service_look(struct lg_servers_member *member,
				       struct lg_error *err);

#endif
