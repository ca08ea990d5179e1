/* SPDX-License-Identifier: ISC */
/*
 * notices.c - telling people what happens to locks
 *
 * A reminder is given once: each lock has a mark with what was already told.
 * What a lock is too short for is never told, nor again after a restart.
 */
#include "daemon/notices.h"

#include <stdlib.h>
#include <string.h>

#include "base/listed.h"

/* What was told of one lock. */
struct mark {
	char id[LG_LOCK_ID_SIZE];
	int64_t until_s;
	int unconfirmed;
	int starting[LG_NOTIFY_BEFORE_MAX];
	int ending[LG_NOTIFY_BEFORE_MAX];
};

struct gate_notices {
	struct mark mark[LG_LOCKS_MAX];
	size_t count;
	struct lg_strlist loud; /* what attention was asked for */
};

static const struct gate_view_lock *find(const struct gate_view *view,
					 const char *id)
{
	for (size_t i = 0; view && i < view->lock_count; i++)
		if (!strcmp(view->lock[i].lock->id, id))
			return &view->lock[i];
	return NULL;
}

/* Which of the reminders are due with so much time left. */
static int is_near(const struct gate *gate, size_t i, int64_t left_ms)
{
	return left_ms >= 0 &&
	       left_ms <= gate->settings->notify_before.seconds[i] * 1000;
}

static void arm(const struct gate *gate, const struct lg_lock *lock,
		struct mark *mark)
{
	struct lg_now now = gate_now(gate);
	int64_t left_ms = lg_lock_left_ms(lock, &lock->until, &now);

	int64_t starts_ms = lg_lock_left_ms(lock, &lock->start, &now);

	mark->until_s = lock->until.wall_s;
	for (size_t i = 0; i < gate->settings->notify_before.count; i++)
		mark->ending[i] = is_near(gate, i, left_ms);
	for (size_t i = 0; i < gate->settings->notify_before.count; i++)
		mark->starting[i] = is_near(gate, i, starts_ms);
}

/* The marks of those that are there, the new ones armed. */
static void mark_locks(struct gate *gate, const struct gate_view *view)
{
	struct gate_notices *notices = gate->notices;
	struct mark kept[LG_LOCKS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < view->lock_count; i++) {
		const struct lg_lock *lock = view->lock[i].lock;
		struct mark mark = {.until_s = -1};

		for (size_t k = 0; k < notices->count; k++)
			if (!strcmp(notices->mark[k].id, lock->id))
				mark = notices->mark[k];
		memcpy(mark.id, lock->id, sizeof(mark.id));
		if (mark.until_s != lock->until.wall_s)
			arm(gate, lock, &mark);
		kept[count++] = mark;
	}
	memcpy(notices->mark, kept, count * sizeof(kept[0]));
	notices->count = count;
}

/* Why one is gone, by its own times: nothing else ends a lock but a lift. */
static enum gate_notice why_over(const struct gate *gate,
				 const struct lg_lock *lock)
{
	struct lg_now now = gate_now(gate);

	if (lg_lock_waits(lock))
		return GATE_NOTICE_LIFTED;
	if (lg_lock_left_ms(lock, &lock->confirm, &now) == 0)
		return GATE_NOTICE_UNDONE;
	if (lg_lock_left_ms(lock, &lock->until, &now) == 0)
		return GATE_NOTICE_EXPIRED;
	return GATE_NOTICE_LIFTED;
}

void gate_notices_follow(struct gate *gate, const struct gate_view *before,
			 const struct gate_view *view)
{
	if (!gate->notices)
		return;
	for (size_t i = 0; before && i < before->lock_count; i++)
		if (!find(view, before->lock[i].lock->id))
			gate_notice_send(gate,
					 why_over(gate, before->lock[i].lock),
					 &before->lock[i], NULL);
	for (size_t i = 0; before && i < view->lock_count; i++) {
		const struct gate_view_lock *lock = &view->lock[i];
		const struct gate_view_lock *was = find(before, lock->lock->id);

		if (!was && lg_lock_waits(lock->lock))
			gate_notice_send(gate, GATE_NOTICE_SCHEDULED, lock,
					 NULL);
		else if (!was || (lg_lock_waits(was->lock) &&
				  !lg_lock_waits(lock->lock)))
			gate_notice_send(gate, GATE_NOTICE_APPLIED, lock, NULL);
		else if (was->lock->until.wall_s != lock->lock->until.wall_s)
			gate_notice_send(gate, GATE_NOTICE_EXTENDED, lock,
					 NULL);
	}
	mark_locks(gate, view);
}

/* 1 once for each of the times before it that have come. */
static int is_due(const struct gate *gate, int64_t left_ms, int *told)
{
	int due = 0;

	for (size_t i = 0; i < gate->settings->notify_before.count; i++) {
		if (left_ms <= 0 || told[i] || !is_near(gate, i, left_ms))
			continue;
		told[i] = 1;
		due = 1;
	}
	return due;
}

static void remind(struct gate *gate, const struct gate_view_lock *lock,
		   struct mark *mark, const struct lg_now *now)
{
	const struct lg_lock *of = lock->lock;
	int64_t left_ms = lg_lock_left_ms(of, &of->until, now);
	int64_t starts_ms = lg_lock_left_ms(of, &of->start, now);
	int64_t confirm_ms = lg_lock_left_ms(of, &of->confirm, now);

	if (lg_lock_waits(of)) {
		if (is_due(gate, starts_ms, mark->starting))
			gate_notice_send(gate, GATE_NOTICE_STARTING, lock,
					 NULL);
		return;
	}
	if (is_due(gate, left_ms, mark->ending))
		gate_notice_send(gate, GATE_NOTICE_ENDING, lock, NULL);
	if (!mark->unconfirmed && confirm_ms > 0 &&
	    confirm_ms <= (of->confirm.wall_s - of->since_s) * 500) {
		mark->unconfirmed = 1;
		gate_notice_send(gate, GATE_NOTICE_UNCONFIRMED, lock, NULL);
	}
}

static void look_at_loud(struct gate *gate)
{
	struct gate_notices *notices = gate->notices;
	struct lg_strlist loud = {0};

	gate_louds(gate, &loud);
	for (size_t i = 0; i < loud.count; i++)
		if (!lg_listed(&notices->loud, loud.item[i]))
			gate_notice_send(gate, GATE_NOTICE_ATTENTION, NULL,
					 loud.item[i]);
	if (notices->loud.count && !loud.count)
		gate_notice_send(gate, GATE_NOTICE_QUIET, NULL, NULL);
	lg_strlist_release(&notices->loud);
	notices->loud = loud;
}

void gate_notices_tick(struct gate *gate)
{
	struct gate_notices *notices = gate->notices;
	struct lg_now now = gate_now(gate);

	if (!notices)
		return;
	for (size_t i = 0; i < notices->count; i++) {
		const struct gate_view_lock *lock =
			find(gate->view, notices->mark[i].id);

		if (lock)
			remind(gate, lock, &notices->mark[i], &now);
	}
	look_at_loud(gate);
}

enum lg_status gate_notices_open(struct gate *gate, struct lg_error *err)
{
	gate->notices = calloc(1, sizeof(*gate->notices));
	return gate->notices ? LG_OK : lg_no_memory(err);
}

void gate_notices_free(struct gate *gate)
{
	if (!gate->notices)
		return;
	lg_strlist_release(&gate->notices->loud);
	free(gate->notices);
	gate->notices = NULL;
}
