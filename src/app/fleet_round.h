/* SPDX-License-Identifier: ISC */
/*
 * fleet_round.h - the same step on every member, several at once
 *
 * Layer: app, private to the fleet.
 */
#ifndef LOGONGATE_APP_FLEET_ROUND_H
#define LOGONGATE_APP_FLEET_ROUND_H

#include <pthread.h>
#include <stdatomic.h>

#include "app/fleet.h"

/* What every member does, and what the workers share meanwhile. */
struct lg_fleet_round {
	struct lg_fleet *fleet;
	enum lg_status (*work)(struct lg_fleet_round *round,
			       struct lg_fleet_member *member,
			       struct lg_error *err);
	int stop_at_failure;
	atomic_size_t next;
	atomic_int failed;
	pthread_mutex_t mutex;
};

/* Writes the step down, then the member is at it. */
enum lg_status lg_fleet_round_step(struct lg_fleet_round *round,
				   struct lg_fleet_member *member,
				   enum lg_fleet_step step,
				   struct lg_error *err);

/*
 * Runs work on every member, several at once. A thread that cannot be started
 * is no failure: the calling thread works too.
 * Returns: 1 when it ended well on all; else their status and error say why.
 */
int lg_fleet_round_run(struct lg_fleet *fleet,
		       enum lg_status (*work)(struct lg_fleet_round *,
					      struct lg_fleet_member *,
					      struct lg_error *),
		       int stop_at_failure);

/* The failure that is told: the first member that has one. */
enum lg_status lg_fleet_first_failure(const struct lg_fleet *fleet,
				      struct lg_error *err);

#endif
