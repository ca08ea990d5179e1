/* SPDX-License-Identifier: ISC */
/*
 * refusals.c - how many logons were refused since each lock began
 *
 * One number only grows; each lock remembers what it was when the lock came.
 * For the locks that a gate finds at its start the records on disk tell what
 * was before.
 */
#include "daemon/refusals.h"

#include <stdlib.h>
#include <string.h>

#include "app/lock/refused_count.h"
#include "daemon/view.h"
#include "daemon/work.h"

struct mark {
	char id[LG_LOCK_ID_SIZE];
	uint64_t generation;
	uint64_t before; /* the total when it came */
	uint64_t kept;   /* what the records say of before that */
};

struct gate_refusals {
	uint64_t total;
	size_t counting; /* recounts under way */
	struct gate_records_waiter *waiting;
	struct mark mark[LG_LOCKS_MAX];
	size_t count;
};

struct recount {
	struct gate_job job;
	struct gate *gate;
	char id[LG_LOCK_ID_SIZE];
	struct lg_refused_since since;
	uint64_t count;
	enum lg_status status;
};

static struct gate_refusals *refusals_of(struct gate *gate)
{
	if (!gate->refusals)
		gate->refusals = calloc(1, sizeof(*gate->refusals));
	return gate->refusals;
}

static struct mark *find(struct mark *mark, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(mark[i].id, id))
			return &mark[i];
	return NULL;
}

void gate_refusals_add(struct gate *gate)
{
	struct gate_refusals *refusals = refusals_of(gate);

	if (refusals)
		refusals->total++;
}

void gate_refusals_follow(struct gate *gate)
{
	struct gate_refusals *refusals = refusals_of(gate);
	struct mark mark[LG_LOCKS_MAX];
	size_t count = 0;

	if (!refusals)
		return;
	for (size_t i = 0; i < gate->view->lock_count; i++) {
		const struct lg_lock *lock = gate->view->lock[i].lock;
		const struct mark *was =
			find(refusals->mark, refusals->count, lock->id);

		if (lg_lock_waits(lock))
			continue;
		mark[count] =
			was ? *was : (struct mark){.before = refusals->total};
		memcpy(mark[count].id, lock->id, sizeof(lock->id));
		mark[count++].generation = lock->generation;
	}
	memcpy(refusals->mark, mark, count * sizeof(*mark));
	refusals->count = count;
}

uint64_t gate_refusals(const struct gate *gate)
{
	const struct gate_refusals *refusals = gate->refusals;
	const struct mark *oldest = NULL;

	for (size_t i = 0; refusals && i < refusals->count; i++)
		if (!oldest ||
		    refusals->mark[i].generation < oldest->generation)
			oldest = &refusals->mark[i];
	return oldest ? refusals->total - oldest->before + oldest->kept : 0;
}

static void run_recount(void *context)
{
	struct recount *recount = context;

	recount->status = lg_refused_count(
		&recount->gate->files, &recount->since, &recount->count, NULL);
}

static void recount_done(void *context)
{
	struct recount *recount = context;
	struct gate_refusals *refusals = recount->gate->refusals;
	struct mark *mark =
		refusals ? find(refusals->mark, refusals->count, recount->id)
			 : NULL;

	if (recount->status != LG_OK)
		gate_loud(recount->gate, GATE_ATTENTION_RECORDS,
			  "the refusals kept on disk could not "
			  "be counted");
	else
		gate_quiet(recount->gate, "the refusals kept on disk");
	if (recount->status == LG_OK && mark)
		mark->kept = recount->count;
	free(recount);
	if (!refusals || --refusals->counting)
		return;
	while (refusals->waiting) {
		struct gate_records_waiter *waiter = refusals->waiting;

		refusals->waiting = waiter->next;
		waiter->ready(waiter->context);
	}
}

void gate_refusals_counted(struct gate *gate,
			   struct gate_records_waiter *waiter)
{
	struct gate_refusals *refusals = gate->refusals;

	if (!refusals || !refusals->counting) {
		waiter->ready(waiter->context);
		return;
	}
	waiter->next = refusals->waiting;
	refusals->waiting = waiter;
}

void gate_refusals_recount(struct gate *gate)
{
	struct gate_refusals *refusals = refusals_of(gate);
	struct lg_now now = gate_now(gate);

	for (size_t i = 0; refusals && i < gate->view->lock_count; i++) {
		const struct lg_lock *lock = gate->view->lock[i].lock;
		struct recount *recount;

		if (lg_lock_waits(lock))
			continue;
		recount = calloc(1, sizeof(*recount));
		if (!recount) {
			gate_loud(gate, GATE_ATTENTION_RECORDS,
				  "the refusals kept on disk could not "
				  "be counted");
			return;
		}
		recount->gate = gate;
		memcpy(recount->id, lock->id, sizeof(lock->id));
		recount->since = lg_refused_since(lock, &now);
		recount->job.run = run_recount;
		recount->job.done = recount_done;
		recount->job.context = recount;
		refusals->counting++;
		gate_work_add(gate, GATE_LANE_RECORDS, &recount->job);
	}
}

void gate_refusals_free(struct gate *gate)
{
	free(gate->refusals);
	gate->refusals = NULL;
}
