/* SPDX-License-Identifier: ISC */
/*
 * status_changes.c - what `status` says of the journal of changes
 *
 * A lock that is on servers alone is a lock like one of the gate; what was
 * interrupted, is lost or should be over is said loudly.
 */
#include "app/records/status_changes.h"

#include <stdio.h>

#include "app/records/json_member.h"

void lg_status_add_damage(cJSON *status, const struct lg_error *err)
{
	struct lg_buffer text = {0};

	lg_buffer_format(&text, "%s: %s", err->place, err->text);
	lg_status_add_loud(status, lg_buffer_status(&text, NULL) == LG_OK
					   ? text.data
					   : err->text);
	lg_buffer_release(&text);
}

/* item NULL: it does not apply. */
static void set(cJSON *status, const char *name, cJSON *item)
{
	cJSON_DeleteItemFromObjectCaseSensitive(status, name);
	lg_json_add(status, name, item ? item : cJSON_CreateNull());
}

/* What it was that broke off, and what recover does about it. */
static const char *broken_off(const struct lg_servers_record *record)
{
	if (record->phase == LG_SERVERS_APPLIED)
		return ") stays in force, but may not end at the same time "
		       "everywhere: logongate recover brings the earlier end "
		       "back";
	return record->phase == LG_SERVERS_APPLYING
		       ? ") was interrupted while it was applied: logongate "
			 "recover puts the earlier values back, and logongate "
			 "recover --forget NAME gives up a server that will "
			 "not return"
		       : ") was not put back everywhere: logongate recover "
			 "puts the earlier values back, and logongate recover "
			 "--forget NAME gives up a server that will not return";
}

/* Half done, and nobody is at it any more. */
static void show_interrupted(cJSON *status,
			     const struct lg_servers_record *record,
			     lg_status_clock *clock)
{
	cJSON *object = cJSON_CreateObject();
	struct lg_buffer text = {0};

	lg_json_text(object, "profile", record->lock.profile);
	lg_json_text(object, "by", record->lock.by);
	lg_json_time(object, "since", record->lock.since_s);
	set(status, "interrupted", object);
	lg_buffer_format(&text,
			 "a change over several servers (%s of %s, begun ",
			 record->lock.profile, record->lock.by);
	clock(record->lock.since_s, &text);
	lg_buffer_text(&text, broken_off(record));
	lg_status_add_loud(status,
			   lg_buffer_status(&text, NULL) == LG_OK
				   ? text.data
				   : "a change over several servers was "
				     "interrupted: logongate recover");
	lg_buffer_release(&text);
}

/* What stands outside of "locks" is of the lock that ends last. */
static int ends_later(const struct lg_status_said *said,
		      const struct lg_servers_record *record)
{
	return !record->with_gate && said->speaks.until_s > 0 &&
	       record->lock.until_s > said->speaks.until_s;
}

/* The record as a lock of this machine, as far as it is one. Borrows. */
static struct lg_lock lock_of(const struct lg_servers_record *record)
{
	const char *reason = record->lock.reason;
	struct lg_lock lock = {
		.profile = (char *)record->lock.profile,
		.by = (char *)record->lock.by,
		.reason = reason && *reason ? (char *)reason : NULL,
		.since_s = record->lock.since_s,
		.until = {.wall_s = record->lock.until_s},
		.origin = LG_ORIGIN_REMOTE,
	};

	snprintf(lock.id, sizeof(lock.id), "%s",
		 record->lock.id ? record->lock.id : "");
	return lock;
}

/* What damage took, for each server. */
static void show_lost(cJSON *status, const struct lg_servers_record *record)
{
	struct lg_buffer text = {0};

	for (size_t i = 0; i < record->count; i++) {
		const char *name = record->target[i].name;

		if (!lg_servers_step_locks(record->target[i].step))
			continue;
		lg_buffer_clear(&text);
		lg_buffer_format(&text,
				 "what a lock wrote on %s is lost with the "
				 "damaged journal of changes: logongate "
				 "registry restore puts the back-up back, and "
				 "logongate recover --forget %s ends this",
				 name, name);
		lg_status_add_loud(status,
				   lg_buffer_status(&text, NULL) == LG_OK
					   ? text.data
					   : name);
	}
	lg_buffer_release(&text);
}

/* A lock that is on servers alone is a lock all the same. */
static void show_record(cJSON *status, const struct lg_change_now *now,
			const struct lg_servers_record *record,
			const struct lg_now *clocks, lg_status_clock *clock)
{
	const struct lg_lock lock = lock_of(record);
	struct lg_status_said said;

	if (now->state == LG_CHANGE_INTERRUPTED &&
	    (lg_servers_is_unfinished(record) || record->moving))
		show_interrupted(status, record, clock);
	if (record->phase == LG_SERVERS_LOST)
		show_lost(status, record);
	if (record->phase != LG_SERVERS_APPLIED)
		return;
	if (lg_servers_record_is_over(record, clocks)) {
		if (now->state == LG_CHANGE_UNDER_WAY)
			return;
		lg_status_add_loud(
			status,
			"the end of the lock on the servers is past and their "
			"values are still there: logongate recover; one that "
			"will not return: logongate recover --forget NAME");
		return;
	}
	if (!record->with_gate)
		lg_status_add_lock(status, &lock);
	lg_status_read(status, &said);
	if (!said.is_active || ends_later(&said, record))
		lg_status_speak_of(status, &lock);
}

void lg_status_add_changes(cJSON *status, struct lg_change_now *now,
			   const struct lg_now *clocks, lg_status_clock *clock)
{
	set(status, "changing", NULL);
	set(status, "interrupted", NULL);
	if (now->state == LG_CHANGE_UNDER_WAY) {
		set(status, "changing",
		    now->holder ? now->holder : cJSON_CreateObject());
		now->holder = NULL;
	}
	if (now->book.damaged > 0)
		lg_status_add_damage(status, &now->book.damage);
	for (size_t i = 0; i < now->book.count; i++)
		show_record(status, now, &now->book.record[i], clocks, clock);
}
