/* SPDX-License-Identifier: ISC */
/*
 * servers_record.c - one change of the journal: its targets, its clocks
 */
#include "app/change/servers_book.h"

#include <stdlib.h>
#include <string.h>

#include "app/lock/lock.h"

static void release_target(struct lg_servers_record_target *target)
{
	free((char *)target->name);
	free((char *)target->backup);
	lg_registry_free(&target->before);
	lg_registry_free(&target->wanted);
}

void lg_servers_record_release(struct lg_servers_record *record)
{
	const struct lg_target_lock *lock = &record->lock;
	const char *const text[] = {lock->id, lock->profile, lock->by,
				    lock->reason, lock->variables};

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		free((char *)text[i]);
	for (size_t i = 0; i < record->count; i++)
		release_target(&record->target[i]);
	free(record->target);
	*record = (struct lg_servers_record){0};
}

struct lg_servers_record_target *
lg_servers_record_target(const struct lg_servers_record *record,
			 const char *name)
{
	for (size_t i = 0; i < record->count; i++) {
		if (strcmp(record->target[i].name, name) == 0)
			return &record->target[i];
	}
	return NULL;
}

enum lg_status lg_servers_record_add(struct lg_servers_record *record,
				     const char *name, struct lg_error *err)
{
	struct lg_servers_record_target *target = realloc(
		record->target, (record->count + 1) * sizeof(*record->target));

	if (!target)
		return lg_no_memory(err);
	record->target = target;
	target += record->count;
	*target = (struct lg_servers_record_target){.name = strdup(name)};
	if (!target->name)
		return lg_no_memory(err);
	record->count++;
	return LG_OK;
}

int lg_servers_step_ends_restart(enum lg_servers_step step)
{
	return step == LG_SERVERS_TESTED || step == LG_SERVERS_RESTORED;
}

int lg_servers_is_anywhere(const struct lg_servers_record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		if (lg_servers_step_locks(record->target[i].step))
			return 1;
	}
	return 0;
}

static int is_same_boot(const struct lg_servers_record *record,
			const struct lg_now *now)
{
	return *record->boot_id && strcmp(record->boot_id, now->boot_id) == 0;
}

void lg_servers_record_ends(struct lg_servers_record *record, int64_t until_s,
			    const struct lg_now *now)
{
	record->lock.until_s = until_s;
	record->until_boot_ms = lg_deadline_at(until_s, now).boot_ms;
	record->offset_ms = until_s * 1000 - record->until_boot_ms;
	memcpy(record->boot_id, now->boot_id, sizeof(now->boot_id));
}

int64_t lg_servers_record_lasts_s(const struct lg_servers_record *record,
				  int64_t until_s, const struct lg_now *now)
{
	int64_t lasts_ms = (until_s - record->lock.since_s) * 1000;
	int64_t stepped_ms = now->wall_ms - now->boot_ms - record->offset_ms;

	if (is_same_boot(record, now))
		lasts_ms -= stepped_ms;
	/* Clocks are read one after the other. */
	return (lasts_ms + 500) / 1000;
}

int lg_servers_record_is_over(const struct lg_servers_record *record,
			      const struct lg_now *now)
{
	if (is_same_boot(record, now))
		return record->until_boot_ms <= now->boot_ms;
	return record->lock.until_s * 1000 <= now->wall_ms;
}

int lg_servers_is_unfinished(const struct lg_servers_record *record)
{
	return record->phase == LG_SERVERS_APPLYING ||
	       record->phase == LG_SERVERS_LIFTING;
}
