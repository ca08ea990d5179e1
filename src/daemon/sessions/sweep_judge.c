/* SPDX-License-Identifier: ISC */
/*
 * sweep_judge.c - jobs on the judging lane, and the few things left to the loop
 *
 * The lane has the policy, the list and the tries; it looks at run->stop every
 * now and then. What it says of a run that ended meanwhile counts for nothing.
 * MAPI sessions end on the loop, where their next requests are judged: some in
 * a turn.
 */
#include "daemon/sessions/sweep_judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/listed.h"
#include "daemon/sessions/sweep_select.h"
#include "daemon/view.h"
#include "daemon/work.h"

/* Looks at stop after so many. */
#define PIECE 1024u
/* In a turn of the loop: far less than a millisecond. */
#define ENDS_PIECE 256u
/* Fewer are freed at once. */
#define FORGET_MIN 256u
#define LOOK_MS 5000 /* between rounds where somebody does not go */
#define NOTES_MAX 100

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

/* Marks the sessions from at on. */
static void mark_piece(struct sweep_run *run, size_t at, size_t count)
{
	const struct lg_session *session = run->fresh.list.session + at;
	struct sweep_judging *judging = &run->judging;
	unsigned char *marks = judging->marks + at;

	switch (run->kind) {
	case SWEEP_RUN_LIST:
		break;
	case SWEEP_RUN_POLICY:
		if (judging->cuts)
			lg_sweep_plan(judging->cuts, session, count, marks,
				      NULL);
		break;
	case SWEEP_RUN_RESTART:
		memset(marks, LG_CUT_NOW, count);
		break;
	case SWEEP_RUN_SELECTED:
		for (size_t i = 0; i < count; i++)
			marks[i] = (unsigned char)sweep_selects(&run->selector,
								&session[i]);
		break;
	}
}

/* MAPI sessions end here, not at a server. */
static int ends_here(struct sweep_judging *judging,
		     const struct lg_session *session)
{
	size_t head = strlen(GATE_SESSIONS_MAPI_ID);

	if (!session->id || strncmp(session->id, GATE_SESSIONS_MAPI_ID, head))
		return 0;
	judging->ends[judging->end_count++] = session->id;
	return 1;
}

/* Moves those of the piece that go to the front. */
static void put_first(struct sweep_run *run, size_t at, size_t count)
{
	struct lg_session *session = run->fresh.list.session;
	struct sweep_judging *judging = &run->judging;

	for (size_t i = at; i < at + count; i++) {
		struct lg_session other = session[judging->marked];

		if (judging->marks[i] == LG_CUT_SPARE)
			continue;
		if (ends_here(judging, &session[i])) {
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
	struct sweep_try *try = sweep_tries_of(run->tries, session);

	if (!try)
		return;
	try->round = judging->round;
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

static int is_stopped(const struct sweep_run *run)
{
	return atomic_load(&run->stop);
}

static enum lg_status mark_all(struct sweep_run *run)
{
	struct sweep_judging *judging = &run->judging;
	size_t all = run->fresh.list.count;

	judging->marks = calloc(all + 1, 1);
	if (!judging->marks)
		return LG_ERR_NO_MEMORY;
	/* Nobody goes. */
	if (run->kind == SWEEP_RUN_LIST)
		return LG_OK;
	judging->ends = calloc(all + 1, sizeof(*judging->ends));
	if (!judging->ends)
		return LG_ERR_NO_MEMORY;
	for (size_t at = 0; at < all && !is_stopped(run); at += PIECE) {
		size_t count = all - at < PIECE ? all - at : PIECE;

		mark_piece(run, at, count);
		put_first(run, at, count);
	}
	return LG_OK;
}

static void judge_work(void *context)
{
	struct sweep_run *run = context;
	struct sweep_judging *judging = &run->judging;

	session_book_hear(judging->book, &judging->turn);
	judging->status = session_book_fill(judging->book, &judging->turn,
					    &judging->pass, NULL);
	if (judging->status == LG_OK && !is_stopped(run))
		judging->status = mark_all(run);
	for (size_t i = 0; judging->status == LG_OK && !is_stopped(run) &&
			   i < judging->marked;
	     i++)
		plan_one(run, i);
	/* A door that did not answer says of nobody that he is gone. */
	if (judging->status == LG_OK && !is_stopped(run) && run->tries &&
	    !run->fresh.unasked.count)
		judging->gone = sweep_tries_settle(run->tries, judging->round);
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

static void judge_end(struct sweep_run *run, int is_done)
{
	if (is_done)
		take_round(run);
	free(run->judging.marks);
	free(run->judging.ends);
	run->judging.marks = NULL;
	run->judging.ends = NULL;
	run->judging.done(run, is_done);
}

/* The next of the MAPI sessions that end; 0: there are more. */
static int end_some(struct sweep_run *run)
{
	struct sweep_judging *judging = &run->judging;

	for (size_t piece = 0;
	     piece < ENDS_PIECE && judging->ended < judging->end_count;
	     piece++) {
		gate_sessions_end_mapi(run->gate,
				       judging->ends[judging->ended++]);
		run->cut++;
		run->gate->cut++;
	}
	return judging->ended == judging->end_count;
}

static void on_ends(uv_idle_t *idle)
{
	struct sweep_run *run = idle->data;
	int goes_on = sweep_judge_goes_on(run);

	if (goes_on && !end_some(run))
		return;
	uv_idle_stop(idle);
	judge_end(run, goes_on);
}

static void judge_done(void *context)
{
	struct sweep_run *run = context;
	struct sweep_judging *judging = &run->judging;

	gate_sessions_turned(run->gate, &judging->turn);
	gate_policy_drop(judging->pass.policy);
	gate_policy_drop(judging->cuts);
	if (judging->status != LG_OK || !sweep_judge_goes_on(run))
		judge_end(run, 0);
	else if (end_some(run))
		judge_end(run, 1);
	else
		uv_idle_start(&run->pieces, on_ends);
}

static void begin(struct sweep_run *run, sweep_judged done,
		  void (*work)(void *context), void (*worked)(void *context))
{
	struct sweep_judging *judging = &run->judging;

	*judging = (struct sweep_judging){
		.job = {work, worked, run, NULL},
		.book = gate_sessions_book(run->gate),
		.round = run->round,
		.now_ms = uv_now(&run->gate->loop),
		.done = done,
	};
	gate_sessions_turn(run->gate, &judging->turn);
}

void sweep_judge_begin(struct sweep_run *run, sweep_judged done)
{
	struct sweep_judging *judging = &run->judging;
	const struct lg_policy *policy = gate_policy(run->gate);
	const struct lg_policy *cuts = gate_cuts(run->gate);
	int is_at_haproxy =
		run->part == SWEEP_PART_HAPROXY && sweep_run_is_of_policy(run);

	run->round++;
	begin(run, done, judge_work, judge_done);
	judging->pass = (struct session_pass){
		.list = &run->fresh.list,
		.begun_ms = run->fresh.unasked.count || is_at_haproxy
				    ? 0
				    : run->asked_ms,
		.is_at_haproxy = is_at_haproxy,
		.has_frontends = run->places.haproxy_frontends.count != 0,
		.policy = policy ? lg_policy_share(policy) : NULL,
		.stop = &run->stop,
	};
	judging->cuts = cuts ? lg_policy_share(cuts) : NULL;
	judging->next_ms = judging->now_ms + LOOK_MS;
	gate_work_add(run->gate, GATE_LANE_JUDGING, &judging->job);
}

/* What a worker did with one that was to go. */
static void count_one(struct sweep_run *run, size_t i)
{
	struct sweep_judging *judging = &run->judging;
	const struct lg_session *session = &run->list.session[i];
	struct sweep_try *try;

	if (run->marks[i] == LG_CUT_LATER ||
	    (judging->is_late && run->marks[i] == LG_CUT_NOW))
		return;
	if (run->marks[i] == LG_CUT_TOLD)
		session_book_ended(judging->book, &judging->turn, session,
				   run->asked_ms);
	try = sweep_tries_of(run->tries, session);
	if (!try)
		return;
	if (run->marks[i] == LG_CUT_HANGS)
		sweep_tries_hangs(try, judging->now_ms);
	else
		sweep_tries_count(try, judging->now_ms);
	try->is_told |= run->marks[i] == LG_CUT_TOLD ||
			run->marks[i] == LG_CUT_ASKED ||
			run->marks[i] == LG_CUT_HANGS;
}

/* Each text once, and not more than are told. */
static void shorten(struct lg_strlist *notes)
{
	struct lg_strlist kept = {0};

	for (size_t i = 0; i < notes->count && kept.count < NOTES_MAX; i++)
		if (!lg_listed(&kept, notes->item[i]))
			lg_list_text(&kept, notes->item[i], NULL);
	lg_strlist_release(notes);
	*notes = kept;
}

static void count_work(void *context)
{
	struct sweep_run *run = context;

	session_book_hear(run->judging.book, &run->judging.turn);
	for (size_t i = 0; i < run->marked; i++)
		count_one(run, i);
	shorten(&run->fresh.notes);
}

static void count_done(void *context)
{
	struct sweep_run *run = context;

	gate_sessions_turned(run->gate, &run->judging.turn);
	run->judging.done(run, 1);
}

void sweep_count_begin(struct sweep_run *run, sweep_judged done)
{
	begin(run, done, count_work, count_done);
	run->judging.is_late = run->ended;
	gate_work_add(run->gate, GATE_LANE_JUDGING, &run->judging.job);
}
