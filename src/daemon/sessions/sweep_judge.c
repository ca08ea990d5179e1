/* SPDX-License-Identifier: ISC */
/*
 * sweep_judge.c - an idle handle: the loop polls between two pieces
 */
#include "daemon/sessions/sweep_judge.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/sessions/sweep_select.h"
#include "daemon/work.h"

/* In a turn of the loop: a millisecond or less. */
#define PIECE 256u
#define PIECE_BUCKETS (SWEEP_TRIES_BUCKETS / 8)
/* Fewer are freed at once. */
#define FORGET_MIN 256u
#define LOOK_MS 5000 /* between rounds where somebody does not go */

struct forgotten {
	struct gate_job job;
	struct lg_session_list list;
};

static void free_forgotten(void *context)
{
	struct forgotten *forgotten = context;

	lg_session_list_release(&forgotten->list);
	free(forgotten);
}

void sweep_forget_list(struct gate *gate, struct lg_session_list *list)
{
	struct forgotten *forgotten = NULL;

	if (list->capacity > FORGET_MIN)
		forgotten = calloc(1, sizeof(*forgotten));
	if (!forgotten) {
		lg_session_list_release(list);
		return;
	}
	forgotten->list = *list;
	*list = (struct lg_session_list){0};
	forgotten->job.run = free_forgotten;
	forgotten->job.context = forgotten;
	gate_work_add(gate, GATE_LANE_TEXTS, &forgotten->job);
}

int sweep_judge_goes_on(const struct sweep_run *run)
{
	const struct lg_policy *policy = gate_policy(run->gate);

	if (run->ended)
		return 0;
	if (run->kind == SWEEP_RUN_LIST || run->kind == SWEEP_RUN_SELECTED)
		return 1;
	return policy && lg_policy_generation(policy) == run->generation;
}

/* MAPI sessions end here, not at a server. */
static int ends_here(struct sweep_run *run, const struct lg_session *session)
{
	if (!session->id || !gate_sessions_end_mapi(run->gate, session->id))
		return 0;
	run->cut++;
	run->gate->cut++;
	return 1;
}

/* Marks the sessions from at on. */
static void mark_piece(struct sweep_run *run, size_t at, size_t count)
{
	const struct lg_session *session = run->fresh.list.session + at;
	const struct lg_policy *policy = gate_cuts(run->gate);
	unsigned char *marks = run->judging.marks + at;
	size_t i;

	switch (run->kind) {
	case SWEEP_RUN_LIST:
		break;
	case SWEEP_RUN_POLICY:
		if (policy)
			lg_sweep_plan(policy, session, count, marks, NULL);
		break;
	case SWEEP_RUN_RESTART:
		memset(marks, LG_CUT_NOW, count);
		break;
	case SWEEP_RUN_SELECTED:
		for (i = 0; i < count; i++)
			marks[i] = (unsigned char)sweep_selects(&run->selector,
								&session[i]);
		break;
	}
}

/* Moves those of the piece that go to the front. */
static void put_first(struct sweep_run *run, size_t at, size_t count)
{
	struct lg_session *session = run->fresh.list.session;
	struct sweep_judging *judging = &run->judging;
	size_t i;

	for (i = at; i < at + count; i++) {
		struct lg_session other = session[judging->marked];

		if (judging->marks[i] == LG_CUT_SPARE)
			continue;
		if (ends_here(run, &session[i])) {
			judging->marks[i] = LG_CUT_SPARE;
			continue;
		}
		session[judging->marked] = session[i];
		session[i] = other;
		judging->marks[i] = judging->marks[judging->marked];
		judging->marks[judging->marked++] = LG_CUT_NOW;
	}
}

/* Which of those to go are tried in this round. */
static void plan_one(struct sweep_run *run, size_t i)
{
	struct sweep_judging *judging = &run->judging;
	const struct lg_session *session = &run->fresh.list.session[i];
	struct sweep_try *try = sweep_tries_of(&run->tries, session);

	if (!try)
		return;
	try->round = run->round;
	if (try->next_ms > judging->now_ms) {
		judging->marks[i] = LG_CUT_LATER;
		if (try->next_ms < judging->next_ms)
			judging->next_ms = try->next_ms;
	} else {
		judging->due++;
	}
	if (try->count >= SWEEP_TRIES_STUCK) {
		judging->is_stuck = 1;
		judging->stuck = *session;
	}
}

/* How many of the rest belong to this piece. */
static size_t piece_of(size_t at, size_t end)
{
	return end - at < PIECE ? end - at : PIECE;
}

static enum lg_status begin_marking(struct sweep_judging *judging,
				    const struct lg_session_list *list)
{
	judging->marks = calloc(list->count + 1, 1);
	judging->step = SWEEP_STEP_MARK;
	judging->at = 0;
	return judging->marks ? LG_OK : LG_ERR_NO_MEMORY;
}

/* What was judged becomes the round's. */
static void take_round(struct sweep_run *run)
{
	sweep_forget_list(run->gate, &run->list);
	lg_strlist_release(&run->unasked);
	free(run->marks);
	run->list = run->fresh.list;
	run->unasked = run->fresh.unasked;
	run->marks = run->judging.marks;
	run->marked = run->judging.marked;
	memset(&run->fresh.list, 0, sizeof(run->fresh.list));
	memset(&run->fresh.unasked, 0, sizeof(run->fresh.unasked));
	run->judging.marks = NULL;
}

/* One piece; *out_done is 1 after the last one. */
static enum lg_status judge_piece(struct sweep_run *run, int *out_done)
{
	struct sweep_judging *judging = &run->judging;
	enum lg_status status = LG_OK;
	size_t count;
	size_t end;
	int filled;

	switch (judging->step) {
	case SWEEP_STEP_FILL:
		status = gate_sessions_fill(run->gate, &judging->filling,
					    &filled, NULL);
		if (!status && filled)
			status = begin_marking(judging, &run->fresh.list);
		break;
	case SWEEP_STEP_MARK:
		count = piece_of(judging->at, run->fresh.list.count);
		mark_piece(run, judging->at, count);
		put_first(run, judging->at, count);
		judging->at += count;
		if (judging->at < run->fresh.list.count)
			break;
		judging->step = SWEEP_STEP_PLAN;
		judging->at = 0;
		break;
	case SWEEP_STEP_PLAN:
		end = judging->at + piece_of(judging->at, judging->marked);
		while (judging->at < end)
			plan_one(run, judging->at++);
		if (judging->at < judging->marked)
			break;
		judging->step = SWEEP_STEP_SETTLE;
		judging->at = 0;
		break;
	case SWEEP_STEP_SETTLE:
		/* A door that did not answer says of nobody that he is gone. */
		if (run->fresh.unasked.count)
			judging->at = SWEEP_TRIES_BUCKETS;
		else
			judging->gone +=
				sweep_tries_settle(&run->tries, run->round,
						   judging->at, PIECE_BUCKETS);
		judging->at += PIECE_BUCKETS;
		*out_done = judging->at >= SWEEP_TRIES_BUCKETS;
		break;
	}
	return status;
}

static void on_judge(uv_idle_t *idle)
{
	struct sweep_run *run = idle->data;
	int done = 0;

	if (sweep_judge_goes_on(run) && !judge_piece(run, &done) && !done)
		return;
	uv_idle_stop(idle);
	gate_sessions_fill_end(run->gate, &run->judging.filling);
	if (done)
		take_round(run);
	free(run->judging.marks);
	run->judging.marks = NULL;
	run->judging.done(run, done);
}

void sweep_judge_begin(struct sweep_run *run, sweep_judged done)
{
	uint64_t now_ms = uv_now(&run->gate->loop);
	int is_at_haproxy =
		run->part == SWEEP_PART_HAPROXY && sweep_run_is_of_policy(run);

	run->round++;
	run->judging = (struct sweep_judging){
		.filling = {.list = &run->fresh.list,
			    .begun_ms =
				    run->fresh.unasked.count || is_at_haproxy
					    ? 0
					    : run->asked_ms,
			    .is_at_haproxy = is_at_haproxy},
		.now_ms = now_ms,
		.next_ms = now_ms + LOOK_MS,
		.done = done,
	};
	uv_idle_start(&run->pieces, on_judge);
}

/* What a worker did with one that was to go. */
static void count_one(struct sweep_run *run, struct sweep_tries *tries,
		      size_t i)
{
	struct sweep_try *try;

	if (run->marks[i] == LG_CUT_LATER ||
	    (run->ended && run->marks[i] == LG_CUT_NOW))
		return;
	if (run->marks[i] == LG_CUT_TOLD)
		gate_sessions_ended(run->gate, &run->list.session[i],
				    run->asked_ms);
	try = sweep_tries_of(tries, &run->list.session[i]);
	if (!try)
		return;
	sweep_tries_count(try, uv_now(&run->gate->loop));
	try->is_told |= run->marks[i] == LG_CUT_TOLD;
}

static void on_count(uv_idle_t *idle)
{
	struct sweep_run *run = idle->data;
	struct sweep_judging *judging = &run->judging;
	struct sweep_run *other = run->gate->sweeps->policy[run->part];
	size_t end = judging->at + piece_of(judging->at, run->marked);
	struct sweep_tries *tries = &run->tries;

	/* Another took over its waiters, and what it was at counts there. */
	if (run->ended)
		tries = other && run->kind != SWEEP_RUN_SELECTED ? &other->tries
								 : NULL;
	if (!tries)
		judging->at = run->marked;
	while (tries && judging->at < end)
		count_one(run, tries, judging->at++);
	if (judging->at < run->marked)
		return;
	uv_idle_stop(idle);
	judging->done(run, 1);
}

void sweep_count_begin(struct sweep_run *run, sweep_judged done)
{
	run->judging = (struct sweep_judging){.done = done};
	uv_idle_start(&run->pieces, on_count);
}
