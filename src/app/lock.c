/* SPDX-License-Identifier: ISC */
/*
 * lock.c - a lock and its deadlines
 *
 * Every deadline is kept as wall clock time and as time since boot. Within one
 * boot only the second counts: a stepped wall clock neither lifts early nor
 * holds longer (contract 7 "Locks"). After a reboot the first is all there is,
 * and lg_lock_stamp starts the second anew.
 */
#include "app/lock.h"

#include <stdlib.h>
#include <string.h>

#include "app/logon_log.h"

#define STEP_NOTICED_S 2

static enum lg_status no_memory(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
}

enum lg_status lg_lock_new(struct lg_lock **out_lock, struct lg_error *err)
{
	struct lg_lock *lock = calloc(1, sizeof(*lock));

	if (!lock)
		return no_memory(err);
	lock->max_duration_s = -1;
	*out_lock = lock;
	return LG_OK;
}

void lg_lock_free(struct lg_lock **lock)
{
	if (!lock || !*lock)
		return;
	free((*lock)->profile);
	free((*lock)->by);
	free((*lock)->reason);
	free((*lock)->backup);
	free((*lock)->earlier);
	free(*lock);
	*lock = NULL;
}

static int copy_text(const char *from, char **to)
{
	*to = from ? strdup(from) : NULL;
	return !from || *to;
}

enum lg_status lg_lock_copy(const struct lg_lock *lock,
			    struct lg_lock **out_copy, struct lg_error *err)
{
	struct lg_lock *copy = NULL;
	enum lg_status status = lg_lock_new(&copy, err);

	if (status)
		return status;
	*copy = *lock;
	copy->profile = copy->by = copy->reason = NULL;
	copy->backup = copy->earlier = NULL;
	if (!copy_text(lock->profile, &copy->profile) ||
	    !copy_text(lock->by, &copy->by) ||
	    !copy_text(lock->reason, &copy->reason) ||
	    !copy_text(lock->backup, &copy->backup) ||
	    !copy_text(lock->earlier, &copy->earlier)) {
		lg_lock_free(&copy);
		return no_memory(err);
	}
	*out_copy = copy;
	return LG_OK;
}

struct lg_deadline lg_deadline_at(int64_t wall_s, const struct lg_now *now)
{
	struct lg_deadline deadline = {0};

	if (wall_s) {
		deadline.wall_s = wall_s;
		deadline.boot_ms = now->boot_ms + wall_s * 1000 - now->wall_ms;
	}
	return deadline;
}

void lg_lock_stamp(struct lg_lock *lock, const struct lg_now *now)
{
	lock->start = lg_deadline_at(lock->start.wall_s, now);
	lock->until = lg_deadline_at(lock->until.wall_s, now);
	lock->confirm = lg_deadline_at(lock->confirm.wall_s, now);
	lock->cut = lg_deadline_at(lock->cut.wall_s, now);
	memcpy(lock->boot_id, now->boot_id, sizeof(lock->boot_id));
	lock->offset_ms = now->wall_ms - now->boot_ms;
}

int lg_lock_same_boot(const struct lg_lock *lock, const struct lg_now *now)
{
	return *now->boot_id && !strcmp(lock->boot_id, now->boot_id);
}

int64_t lg_lock_left_ms(const struct lg_lock *lock,
			const struct lg_deadline *deadline,
			const struct lg_now *now)
{
	int64_t left_ms;

	if (!deadline->wall_s)
		return -1;
	if (lg_lock_same_boot(lock, now))
		left_ms = deadline->boot_ms - now->boot_ms;
	else
		left_ms = deadline->wall_s * 1000 - now->wall_ms;
	return left_ms > 0 ? left_ms : 0;
}

int64_t lg_lock_stepped_s(const struct lg_lock *lock, const struct lg_now *now)
{
	int64_t moved_s;

	if (!lg_lock_same_boot(lock, now))
		return 0;
	moved_s = (now->wall_ms - now->boot_ms - lock->offset_ms) / 1000;
	if (moved_s > -STEP_NOTICED_S && moved_s < STEP_NOTICED_S)
		return 0;
	return moved_s;
}

int64_t lg_lock_gone_s(const struct lg_lock *lock, const struct lg_now *now)
{
	int64_t gone_s = now->wall_ms / 1000 - lock->since_s;

	return gone_s - lg_lock_stepped_s(lock, now);
}

struct counting {
	uint64_t generation;
	uint64_t count;
};

static int count_one(void *context, const struct lg_logon *logon)
{
	struct counting *counting = context;

	/* Whose session ends is refused when he comes back, or let in. */
	if (logon->generation == counting->generation &&
	    logon->reason != LG_REASON_SESSION_ENDED)
		counting->count += logon->count;
	return 0;
}

enum lg_status lg_lock_refused(const struct lg_lock *lock,
			       const struct lg_files *files,
			       const struct lg_now *now, uint64_t *out_count,
			       struct lg_error *err)
{
	struct counting counting = {lock->generation, 0};
	int64_t stepped_s = lg_lock_stepped_s(lock, now);
	int64_t since_s = lock->since_s;
	enum lg_status status;

	/* Stepped back, what came later was written with an earlier time;
	 * which seconds those are is known by a second or two. */
	if (stepped_s < 0)
		since_s += stepped_s - STEP_NOTICED_S;
	status = lg_logon_log_read(files, LG_REFUSED_FOLDER, since_s, count_one,
				   &counting, NULL, err);
	if (!status)
		*out_count = counting.count;
	return status;
}

const char *lg_lock_phase_name(enum lg_lock_phase phase)
{
	switch (phase) {
	case LG_LOCK_NONE:
		return "none";
	case LG_LOCK_PENDING:
		return "pending";
	case LG_LOCK_APPLYING:
		return "applying";
	case LG_LOCK_ACTIVE:
		return "active";
	case LG_LOCK_LIFTING:
		return "lifting";
	}
	return "none";
}
