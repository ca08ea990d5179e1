/* SPDX-License-Identifier: ISC */
/*
 * servers_round.c - the same step on every member, several at once
 *
 * Workers take one member after the other. With stop_at_failure the first
 * failure lets nobody begin with another.
 */
#include "app/change/servers_steps.h"

#include <stdlib.h>
#include <string.h>

#include "app/change/servers_journal.h"

#define PARALLEL_DEFAULT 8

static const char *const step_names[] = {
	[LG_SERVERS_UNTOUCHED] = "untouched",
	[LG_SERVERS_WRITING] = "writing",
	[LG_SERVERS_WROTE] = "wrote",
	[LG_SERVERS_RESTARTING] = "restarting",
	[LG_SERVERS_TESTED] = "tested",
	[LG_SERVERS_RESTORING] = "restoring",
	[LG_SERVERS_RESTORED] = "restored",
	[LG_SERVERS_FORGOTTEN] = "forgotten",
};

const char *lg_servers_step_name(enum lg_servers_step step)
{
	return step_names[step];
}

int lg_servers_step_locks(enum lg_servers_step step)
{
	return step != LG_SERVERS_UNTOUCHED && step != LG_SERVERS_RESTORED &&
	       step != LG_SERVERS_FORGOTTEN;
}

enum lg_status lg_servers_round_step(struct lg_servers_round *round,
				     struct lg_servers_member *member,
				     enum lg_servers_step step,
				     struct lg_error *err)
{
	enum lg_status status;

	pthread_mutex_lock(&round->mutex);
	status = lg_servers_journal_step(
		round->servers, lg_servers_step_name(step), member->name, err);
	if (status == LG_OK) {
		member->step = step;
		if (lg_servers_step_ends_restart(step))
			member->in_restart = 0;
		if (round->servers->watch.moved)
			round->servers->watch.moved(
				round->servers->watch.context, member);
	}
	pthread_mutex_unlock(&round->mutex);
	return status;
}

static void *round_worker(void *argument)
{
	struct lg_servers_round *round = argument;
	struct lg_servers_member *member;
	enum lg_status status;
	size_t i;

	for (;;) {
		i = atomic_fetch_add(&round->next, 1);
		if (i >= round->servers->count)
			return NULL;
		if (round->stop_at_failure && atomic_load(&round->failed))
			return NULL;
		member = &round->servers->member[i];
		status = round->work(round, member, &member->error);
		if (status != LG_OK) {
			member->status = status;
			atomic_store(&round->failed, 1);
		}
	}
}

int lg_servers_round_run(struct lg_servers *servers,
			 enum lg_status (*work)(struct lg_servers_round *,
						struct lg_servers_member *,
						struct lg_error *),
			 int stop_at_failure)
{
	struct lg_servers_round round = {.servers = servers,
					 .work = work,
					 .stop_at_failure = stop_at_failure};
	pthread_t *thread;
	size_t wanted =
		servers->parallel ? servers->parallel : PARALLEL_DEFAULT;
	size_t started = 0;

	if (wanted > servers->count)
		wanted = servers->count;
	pthread_mutex_init(&round.mutex, NULL);
	thread = wanted > 1 ? calloc(wanted, sizeof(*thread)) : NULL;
	while (thread && started + 1 < wanted &&
	       pthread_create(&thread[started], NULL, round_worker, &round) ==
		       0)
		started++;
	round_worker(&round);
	while (started > 0)
		pthread_join(thread[--started], NULL);
	free(thread);
	pthread_mutex_destroy(&round.mutex);
	return !atomic_load(&round.failed);
}

enum lg_status lg_servers_member_failure(const struct lg_servers_member *member,
					 struct lg_error *err)
{
	const char *place = member->error.place;

	/* a host, or a file that names the account */
	if (*place && strcmp(place, member->name) != 0)
		return lg_error_set(err, member->status, member->name, "%s: %s",
				    place, member->error.text);
	return lg_error_set(err, member->status, member->name, "%s",
			    member->error.text);
}

enum lg_status lg_servers_first_failure(const struct lg_servers *servers,
					struct lg_error *err)
{
	const struct lg_servers_member *member;

	for (size_t i = 0; i < servers->count; i++) {
		member = &servers->member[i];
		if (member->status == LG_OK)
			continue;
		return lg_servers_member_failure(member, err);
	}
	if (servers->unwritten.status == LG_OK)
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "a change failed on no target");
	if (err)
		*err = servers->unwritten;
	return servers->unwritten.status;
}
