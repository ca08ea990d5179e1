/* SPDX-License-Identifier: ISC */
/*
 * status_record.c - what `status` says of locks, wherever it is asked
 *
 * A lock that waits is no lock in force: it has starts and no since, and where
 * it is the only one the members outside tell of it with active false.
 */
#include "app/records/status_record.h"

#include "app/records/json_member.h"

static cJSON *concerns_object(const struct lg_lock_concerns *concerns)
{
	cJSON *object = cJSON_CreateObject();

	lg_json_names(object, "domains", &concerns->domains);
	lg_json_number(object, "accounts", (int64_t)concerns->accounts);
	return object;
}

static cJSON *lock_object(const struct lg_status_lock *status)
{
	const struct lg_lock *lock = status->lock;
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "id", lock->id);
	lg_json_text(object, "profile", lock->profile);
	lg_json_time(object, "since", lock->since_s);
	lg_json_time(object, "until", lock->until.wall_s);
	lg_json_text(object, "by", lock->by);
	lg_json_text(object, "reason", lock->reason);
	lg_json_text(object, "gate", status->gate);
	if (status->concerns && status->concerns->some)
		lg_json_add(object, "applies_to",
			    concerns_object(status->concerns));
	else
		lg_json_text(object, "applies_to", NULL);
	lg_json_time(object, "starts", lock->start.wall_s);
	lg_json_time(object, "confirm_by", lock->confirm.wall_s);
	lg_json_time(object, "cut_at", lock->cut.wall_s);
	lg_json_text(object, "origin", lg_lock_origin_name(lock->origin));
	lg_json_text(object, "variables", lock->variables);
	lg_json_bool(object, "replaces", lock->place == LG_LOCK_REPLACES);
	return object;
}

cJSON *lg_status_locks(const struct lg_status_facts *facts)
{
	cJSON *array = cJSON_CreateArray();
	size_t i;

	for (i = 0; i < facts->count; i++)
		lg_json_append(array, lock_object(&facts->lock[i]));
	return array;
}

/* In force and ends last; where none is in force, of those that wait. */
static const struct lg_lock *last_of(const struct lg_status_facts *facts)
{
	const struct lg_lock *last = NULL;
	size_t i;

	for (i = 0; i < facts->count; i++) {
		const struct lg_lock *lock = facts->lock[i].lock;
		int begins =
			last && lg_lock_waits(last) && !lg_lock_waits(lock);

		if (!last || begins ||
		    (lg_lock_waits(lock) == lg_lock_waits(last) &&
		     lg_lock_compare_ends(lock, last) > 0))
			last = lock;
	}
	return last;
}

cJSON *lg_status_object(const struct lg_status_facts *facts)
{
	static const struct lg_lock none;
	const struct lg_lock *last = last_of(facts);
	const struct lg_lock *lock = last ? last : &none;
	int active = last && !lg_lock_waits(last);
	cJSON *object = cJSON_CreateObject();

	lg_json_bool(object, "active", active);
	lg_json_text(object, "profile", lock->profile);
	lg_json_time(object, "since", lock->since_s);
	lg_json_time(object, "until", lock->until.wall_s);
	lg_json_text(object, "by", lock->by);
	lg_json_text(object, "reason", lock->reason);
	lg_json_text(object, "gate", facts->gate);
	lg_json_text(object, "dialect", lg_dialect_name(facts->dialect));
	lg_json_number(object, "generation", (int64_t)facts->generation);
	lg_json_number(object, "sessions", (int64_t)facts->sessions);
	lg_json_text(object, "sessions_note", facts->sessions_note);
	lg_json_number(object, "refused", (int64_t)facts->refused);
	lg_json_time(object, "confirm_by", lock->confirm.wall_s);
	lg_json_time(object, "cut_at", lock->cut.wall_s);
	lg_json_time(object, "starts", lock->start.wall_s);
	lg_json_number(object, "stepped",
		       last ? lg_lock_stepped_s(last, &facts->now) : 0);
	lg_json_add(object, "locks", lg_status_locks(facts));
	return object;
}
