/* SPDX-License-Identifier: ISC */
/*
 * known_locks.c - the locks there are, and which of them somebody means
 *
 * A lock that is on servers and at the gate here has one id at both. Of one
 * from an earlier version only its profile and its beginning tell.
 */
#include "app/change/known_locks.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/grow.h"
#include "base/listed.h"

void lg_known_locks_release(struct lg_known_locks *locks)
{
	for (size_t i = 0; i < locks->count; i++)
		free((char *)locks->lock[i].profile);
	free(locks->lock);
	*locks = (struct lg_known_locks){0};
}

struct lg_known_lock *lg_known_locks_add(struct lg_known_locks *locks,
					 const struct lg_known_lock *lock)
{
	struct lg_known_lock *added;
	char *profile = strdup(lock->profile ? lock->profile : "");

	if (!profile || lg_grow(&locks->lock, &locks->capacity, locks->count,
				sizeof(*locks->lock), NULL) != LG_OK) {
		free(profile);
		return NULL;
	}
	added = &locks->lock[locks->count++];
	*added = *lock;
	added->profile = profile;
	return added;
}

/* 1 where this lock of the gate here is that one of servers. */
static int is_lock_of(const struct lg_known_lock *lock,
		      const struct lg_servers_record *record)
{
	if (record->lock.id)
		return strcmp(lock->id, record->lock.id) == 0;
	return record->with_gate && record->lock.profile &&
	       strcmp(lock->profile, record->lock.profile) == 0 &&
	       lock->since_s >= record->lock.since_s;
}

/* The one of the gate here that is this one. */
static struct lg_known_lock *same(const struct lg_known_locks *locks,
				  const struct lg_servers_record *record)
{
	for (size_t i = 0; i < locks->count; i++) {
		if (locks->lock[i].is_here &&
		    is_lock_of(&locks->lock[i], record))
			return &locks->lock[i];
	}
	return NULL;
}

static int is_named(const struct lg_servers_record *record,
		    const struct lg_strlist *servers)
{
	for (size_t i = 0; i < record->count; i++) {
		if (lg_servers_step_locks(record->target[i].step) &&
		    (!servers || lg_listed(servers, record->target[i].name)))
			return 1;
	}
	return !servers;
}

enum lg_status lg_known_locks_add_book(struct lg_known_locks *locks,
				       const struct lg_servers_book *book,
				       const struct lg_strlist *servers,
				       struct lg_error *err)
{
	for (size_t i = 0; i < book->count; i++) {
		const struct lg_servers_record *record = &book->record[i];
		struct lg_known_lock *lock = same(locks, record);
		struct lg_known_lock there = {
			.profile = record->lock.profile,
			.since_s = record->lock.since_s,
			.until_s = record->lock.until_s,
		};

		/* what damage took is no lock that anybody could name */
		if (!lock && record->phase == LG_SERVERS_LOST)
			continue;
		snprintf(there.id, sizeof(there.id), "%s",
			 record->lock.id ? record->lock.id : "");
		if (!lock)
			lock = lg_known_locks_add(locks, &there);
		if (!lock)
			return lg_no_memory(err);
		lock->is_there = 1;
		lock->is_here |= record->with_gate;
		lock->is_named = is_named(record, servers);
		memcpy(lock->there_id, there.id, sizeof(there.id));
	}
	return LG_OK;
}

int lg_known_lock_is_meant(const struct lg_known_lock *lock,
			   const struct lg_lock_wish *wish)
{
	if (wish->name)
		return strcmp(lock->id, wish->name) == 0 ||
		       lg_lock_profile_is(lock->profile, wish->name);
	if (wish->places && !lock->is_named &&
	    !(lock->is_here && wish->with_gate))
		return 0;
	return wish->meant == LG_MEANT_ANY || lock->unconfirmed;
}

size_t lg_known_locks_choose(const struct lg_known_locks *locks,
			     const struct lg_lock_wish *wish,
			     const struct lg_known_lock **out_lock)
{
	size_t count = 0;

	for (size_t i = 0; i < locks->count; i++) {
		if (!lg_known_lock_is_meant(&locks->lock[i], wish))
			continue;
		*out_lock = &locks->lock[i];
		count++;
	}
	return count;
}

struct lg_change_lift lg_known_lock_lift(const struct lg_known_lock *lock,
					 int with_gate)
{
	int gate = with_gate && lock->is_here;

	return (struct lg_change_lift){
		.id = lock->is_there ? lock->there_id : NULL,
		.gate_id = gate ? lock->id : NULL,
		.with_gate = gate,
	};
}

struct lg_change_move lg_known_lock_move(const struct lg_known_lock *lock)
{
	return (struct lg_change_move){
		.id = lock->is_there ? lock->there_id : NULL,
		.gate_id = lock->is_here ? lock->id : NULL,
	};
}
