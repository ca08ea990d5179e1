/* SPDX-License-Identifier: ISC */
/*
 * servers_round.h - the same step on every member, several at once
 *
 * Layer: app, private to the fleet.
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_ROUND_H
#define LOGONGATE_APP_CHANGE_SERVERS_ROUND_H

#include <pthread.h>
#include <stdatomic.h>

#include "app/change/servers.h"

/* What every member does, and what the workers share meanwhile. */
struct lg_servers_round {
	struct lg_servers *fleet;
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
int lg_servers_round_run(struct lg_servers *fleet,
			 enum lg_status (*work)(struct lg_servers_round *,
						struct lg_servers_member *,
						struct lg_error *),
			 int stop_at_failure);

/* The failure that is told: the first member that has one. */
enum lg_status lg_servers_first_failure(const struct lg_servers *fleet,
					struct lg_error *err);

#endif
