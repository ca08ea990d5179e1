/* SPDX-License-Identifier: ISC */
/*
 * sweep_run.c - list, decide, cut, list again
 *
 * One round is: a worker lists; the loop fills in what it knows and decides; a
 * worker cuts; a moment later the next round begins. Somebody who was admitted
 * just before the policy changed shows up at the door up to Dovecot's policy
 * timeout later, so a sweep of a policy goes on until nobody was left for
 * longer than that. While the policy limits somebody it looks again every half
 * minute: a door that was open while the gate was gone let people in.
 *
 * What a worker fills stands in run->fresh until the loop has taken it; run->
 * list is the loop's, and a worker that cuts only reads it. A sweep that ends
 * stops its worker: what it has not told a door it never tells.
 */
#include "daemon/sweep_run.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/sessions.h"
#include "daemon/sweep_select.h"

#define ROUND_MS 100  /* between two rounds */
#define QUIET_MS 2500 /* over auth_policy_server_timeout (2 s) */
#define LOOK_MS 5000  /* between rounds where somebody does not go */
#define AGAIN_MS 30000
#define NOTES_MAX 100 /* kept and told */

static const char stays[] = "sessions that should be gone do not end";

static void free_run(uv_handle_t *handle)
{
	struct sweep_run *run = handle->data;

	if (--run->handles)
		return;
	door_places_release(&run->places);
	lg_session_list_release(&run->fresh.list);
	lg_strlist_release(&run->fresh.unasked);
	lg_strlist_release(&run->fresh.notes);
	lg_session_list_release(&run->list);
	lg_strlist_release(&run->unasked);
	lg_strlist_release(&run->notes);
	sweep_tries_release(&run->tries);
	free(run->marks);
	free((char *)run->selector.dn);
	lg_strlist_release(&run->selector.names);
	free((char *)run->selector.user);
	free((char *)run->selector.id);
	free(run);
}

/* Calls all of them, once. */
static void call_waiters(struct sweep_waiter **waiters,
			 const struct gate_sweep_report *report)
{
	struct sweep_waiter *waiter = *waiters;

	*waiters = NULL;
	while (waiter) {
		struct sweep_waiter *next = waiter->next;

		waiter->done(waiter->context, report);
		free(waiter);
		waiter = next;
	}
}

/* Tells those who wait, once: who is left, or all where only that was asked. */
static void tell(struct sweep_run *run)
{
	struct lg_session_list left = run->list;
	struct lg_strlist late = {0};
	struct gate_sweep_report report = {run->cut, &left, &run->unasked,
					   &run->notes};

	if (!run->waiters)
		return;
	if (run->kind != SWEEP_RUN_LIST)
		left.count = run->marks ? run->marked : 0;
	if (!run->is_listed && !run->unasked.count) {
		static const char text[] = "the doors have not said yet who is "
					   "logged on; cutting goes on";

		lg_strlist_add(&late, text, sizeof(text) - 1, NULL);
		report.unasked = &late;
	}
	call_waiters(&run->waiters, &report);
	lg_strlist_release(&late);
}

static void close_run(struct sweep_run *run)
{
	if (run->working || uv_is_closing((uv_handle_t *)&run->timer))
		return;
	uv_close((uv_handle_t *)&run->timer, free_run);
	uv_close((uv_handle_t *)&run->deadline, free_run);
}

void sweep_run_end(struct sweep_run *run)
{
	struct gate_sweeps *sweeps = run->gate->sweeps;

	if (sweeps->policy == run)
		sweeps->policy = NULL;
	if (!run->ended) {
		run->ended = 1;
		atomic_store(&run->stop, 1);
		run->counted = run->cutting;
		sweeps->cutting += run->counted != 0;
		if (run->is_stuck)
			gate_quiet(run->gate, stays);
		uv_timer_stop(&run->timer);
		uv_timer_stop(&run->deadline);
		tell(run);
	}
	close_run(run);
}

static void list_work(uv_work_t *work)
{
	struct sweep_run *run = work->data;
	struct door_set set = {0};

	door_set_open(&run->places, &run->stop, &set, &run->fresh.unasked);
	door_set_list(&set, &run->fresh.list, &run->fresh.unasked);
	door_set_close(&set);
}

static void cut_work(uv_work_t *work)
{
	struct sweep_run *run = work->data;
	struct lg_cut_order order = {run->list.session, run->marks,
				     run->list.count, &run->fresh.notes};
	struct door_set set = {0};

	if (atomic_load(&run->stop))
		return;
	door_set_open(&run->places, &run->stop, &set, &run->fresh.notes);
	door_set_cut(&set, &order);
	door_set_close(&set);
}

static void next_round(struct sweep_run *run, uint64_t after_ms);

/* Moves the marked ones to the front. */
static void marked_first(struct sweep_run *run)
{
	size_t front = 0;
	size_t i;

	for (i = 0; i < run->list.count; i++) {
		struct lg_session other = run->list.session[front];

		if (run->marks[i] == LG_CUT_SPARE)
			continue;
		run->list.session[front] = run->list.session[i];
		run->list.session[i] = other;
		run->marks[i] = run->marks[front];
		run->marks[front++] = LG_CUT_NOW;
	}
	run->marked = front;
}

/* MAPI sessions end here, not at a server. */
static void end_mapi(struct sweep_run *run)
{
	size_t i;

	for (i = 0; i < run->list.count; i++) {
		const char *id = run->list.session[i].id;

		if (run->marks[i] == LG_CUT_SPARE || !id ||
		    !gate_sessions_end_mapi(run->gate, id))
			continue;
		run->marks[i] = LG_CUT_SPARE;
		run->cut++;
		run->gate->cut++;
	}
}

/* Marks who goes. Gives 0 when there was no memory. */
static int decide(struct sweep_run *run)
{
	const struct lg_policy *policy = gate_cuts(run->gate);
	size_t i;

	free(run->marks);
	run->marks = calloc(run->list.count + 1, 1);
	run->marked = 0;
	if (!run->marks)
		return 0;
	switch (run->kind) {
	case SWEEP_RUN_LIST:
		break;
	case SWEEP_RUN_POLICY:
		if (policy)
			lg_sweep_plan(policy, run->list.session,
				      run->list.count, run->marks, NULL);
		break;
	case SWEEP_RUN_RESTART:
		memset(run->marks, LG_CUT_NOW, run->list.count);
		break;
	case SWEEP_RUN_SELECTED:
		for (i = 0; i < run->list.count; i++)
			run->marks[i] = (unsigned char)sweep_selects(
				&run->selector, &run->list.session[i]);
		break;
	}
	end_mapi(run);
	marked_first(run);
	return 1;
}

/* Keeps what doors said, each text once, and logs it. Of a sweep that ended
 * they are kept by the one that goes on. */
static void take_notes(struct sweep_run *run, struct lg_strlist *kept)
{
	const struct lg_strlist *notes = &run->fresh.notes;
	size_t i;
	size_t k;

	for (i = 0; i < notes->count; i++) {
		for (k = 0; k < kept->count; k++)
			if (!strcmp(kept->item[k], notes->item[i]))
				break;
		if (k < kept->count || kept->count >= NOTES_MAX)
			continue;
		lg_strlist_add(kept, notes->item[i], strlen(notes->item[i]),
			       NULL);
		gate_log("cutting: %s", notes->item[i]);
	}
	lg_strlist_release(&run->fresh.notes);
}

/* What a worker did with each that was to go. */
static void record(struct sweep_run *run, struct sweep_tries *tries)
{
	uint64_t now_ms = uv_now(&run->gate->loop);
	size_t i;

	for (i = 0; i < run->marked; i++) {
		struct sweep_try *try;

		if (run->marks[i] == LG_CUT_LATER ||
		    (run->ended && run->marks[i] == LG_CUT_NOW))
			continue;
		if (run->marks[i] == LG_CUT_TOLD)
			gate_sessions_ended(run->gate, &run->list.session[i],
					    run->asked_ms);
		try = sweep_tries_of(tries, &run->list.session[i]);
		if (!try)
			continue;
		sweep_tries_count(try, now_ms);
		try->is_told |= run->marks[i] == LG_CUT_TOLD;
	}
}

static void cut_done(uv_work_t *work, int cancelled)
{
	struct sweep_run *run = work->data;
	struct gate_sweeps *sweeps = run->gate->sweeps;
	static const struct lg_session_list no_sessions;
	static const struct lg_strlist no_texts;
	struct gate_sweep_report none = {0, &no_sessions, &no_texts, &no_texts};

	run->working = 0;
	run->cutting = 0;
	take_notes(run, run->ended && sweeps->policy &&
					run->kind != SWEEP_RUN_SELECTED
				? &sweeps->policy->notes
				: &run->notes);
	if (!run->ended) {
		record(run, &run->tries);
	} else {
		/* What it was at when another took over its waiters. */
		if (sweeps->policy && run->kind != SWEEP_RUN_SELECTED)
			record(run, &sweeps->policy->tries);
		if (run->counted && sweeps->policy && sweeps->policy->held) {
			sweeps->policy->held = 0;
			next_round(sweeps->policy, 0);
		}
		if (run->counted && !--sweeps->cutting)
			call_waiters(&sweeps->settled, &none);
	}
	if (run->kind == SWEEP_RUN_RESTART)
		run->kind = SWEEP_RUN_POLICY;
	if (run->ended || cancelled)
		sweep_run_end(run);
	else
		next_round(run, ROUND_MS);
}

/* Whether the policy that began the sweep is still in force. */
static int is_current(const struct sweep_run *run)
{
	const struct lg_policy *policy = gate_policy(run->gate);

	if (run->kind == SWEEP_RUN_LIST || run->kind == SWEEP_RUN_SELECTED)
		return 1;
	return policy && lg_policy_generation(policy) == run->generation;
}

static void nobody_left(struct sweep_run *run, uint64_t now_ms)
{
	tell(run);
	if (run->kind == SWEEP_RUN_LIST || run->kind == SWEEP_RUN_SELECTED) {
		sweep_run_end(run);
		return;
	}
	if (!run->quiet_ms)
		run->quiet_ms = now_ms;
	next_round(run,
		   now_ms - run->quiet_ms < QUIET_MS ? ROUND_MS * 3 : AGAIN_MS);
}

/*
 * Which of those to go are tried in this round. Gives how many; *out_next_ms
 * is when the first of the others is due.
 */
static size_t plan_round(struct sweep_run *run, uint64_t now_ms,
			 uint64_t *out_next_ms)
{
	const struct lg_session *stuck = NULL;
	size_t due = 0;
	size_t i;

	*out_next_ms = now_ms + LOOK_MS;
	for (i = 0; i < run->marked; i++) {
		struct sweep_try *try =
			sweep_tries_of(&run->tries, &run->list.session[i]);

		if (!try)
			continue;
		try->round = run->round;
		if (try->next_ms > now_ms) {
			run->marks[i] = LG_CUT_LATER;
			if (try->next_ms < *out_next_ms)
				*out_next_ms = try->next_ms;
		} else {
			due++;
		}
		if (try->count >= SWEEP_TRIES_STUCK)
			stuck = &run->list.session[i];
	}
	if (!stuck && run->is_stuck)
		gate_quiet(run->gate, stays);
	if (stuck && !run->is_stuck)
		gate_loud(run->gate, "%s, among them that of %s from %s", stays,
			  stuck->user ? stuck->user : "somebody",
			  stuck->address ? stuck->address : "somewhere");
	run->is_stuck = stuck != NULL;
	return due;
}

/* What the worker listed becomes the loop's. */
static enum lg_status take_list(struct sweep_run *run)
{
	enum lg_status status;

	lg_session_list_release(&run->list);
	lg_strlist_release(&run->unasked);
	run->list = run->fresh.list;
	run->unasked = run->fresh.unasked;
	memset(&run->fresh.list, 0, sizeof(run->fresh.list));
	memset(&run->fresh.unasked, 0, sizeof(run->fresh.unasked));
	free(run->marks);
	run->marks = NULL;
	run->marked = 0;
	run->round++;
	status = gate_sessions_fill(run->gate, &run->list,
				    run->unasked.count ? 0 : run->asked_ms,
				    NULL);
	if (!status)
		status = gate_sessions_add_mapi(run->gate, &run->list, NULL);
	return status;
}

static void begin_cut(struct sweep_run *run)
{
	run->working = 1;
	run->cutting = run->kind != SWEEP_RUN_SELECTED;
	if (uv_queue_work(&run->gate->loop, &run->work, cut_work, cut_done)) {
		run->working = 0;
		run->cutting = 0;
		sweep_run_end(run);
	}
}

static void list_done(uv_work_t *work, int cancelled)
{
	struct sweep_run *run = work->data;
	struct gate *gate = run->gate;
	uint64_t now_ms = uv_now(&gate->loop);
	uint64_t next_ms;
	size_t due;

	run->working = 0;
	if (run->ended || cancelled || !is_current(run) || take_list(run) ||
	    !decide(run)) {
		sweep_run_end(run);
		return;
	}
	run->is_listed = 1;
	gate->sessions_listed = run->list.count;
	if (!run->unasked.count)
		gate_quiet(gate, "open sessions could not be listed");
	if (run->unasked.count && run->kind == SWEEP_RUN_POLICY)
		gate_loud(gate, "open sessions could not be listed: %s",
			  run->unasked.item[0]);
	due = plan_round(run, now_ms, &next_ms);
	/* A door that did not answer says of nobody that he is gone. */
	if (!run->unasked.count) {
		size_t gone = sweep_tries_settle(&run->tries, run->round);

		run->cut += gone;
		gate->cut += gone;
	}
	if (!run->marked &&
	    (!run->unasked.count || run->kind == SWEEP_RUN_LIST)) {
		nobody_left(run, now_ms);
		return;
	}
	run->quiet_ms = 0;
	if (!run->marked) {
		tell(run);
		if (run->kind == SWEEP_RUN_SELECTED)
			sweep_run_end(run);
		else
			next_round(run, ROUND_MS * 10);
		return;
	}
	if (due) {
		begin_cut(run);
		return;
	}
	/* Others may still come in through the gap of the beginning. */
	if (now_ms - run->begun_ms < 2 * QUIET_MS &&
	    next_ms > now_ms + ROUND_MS * 3)
		next_ms = now_ms + ROUND_MS * 3;
	next_round(run,
		   next_ms > now_ms + ROUND_MS ? next_ms - now_ms : ROUND_MS);
}

static void on_round(uv_timer_t *timer)
{
	struct sweep_run *run = timer->data;

	if (run->ended || !is_current(run)) {
		sweep_run_end(run);
		return;
	}
	run->asked_ms = uv_now(&run->gate->loop);
	run->working = 1;
	if (uv_queue_work(&run->gate->loop, &run->work, list_work, list_done)) {
		run->working = 0;
		sweep_run_end(run);
	}
}

static void next_round(struct sweep_run *run, uint64_t after_ms)
{
	uv_timer_start(&run->timer, on_round, after_ms, 0);
}

/* Whoever waits is told now, whatever the doors are doing. */
static void on_deadline(uv_timer_t *timer)
{
	struct sweep_run *run = timer->data;

	if (run->kind == SWEEP_RUN_SELECTED)
		sweep_run_end(run);
	else
		tell(run);
}

enum lg_status sweep_run_begin(struct gate *gate, enum sweep_run_kind kind,
			       struct sweep_run **out_run, struct lg_error *err)
{
	struct sweep_run *run = calloc(1, sizeof(*run));
	enum lg_status status;

	if (!run)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	run->gate = gate;
	run->kind = kind;
	run->work.data = run;
	run->begun_ms = uv_now(&gate->loop);
	if (gate_policy(gate))
		run->generation = lg_policy_generation(gate_policy(gate));
	status = door_places_copy(gate->settings, &run->places, err);
	/* Neither fails where the loop stands. */
	if (!status && (uv_timer_init(&gate->loop, &run->timer) ||
			uv_timer_init(&gate->loop, &run->deadline)))
		status = lg_error_set(err, LG_ERR_BUG, NULL, "no timers");
	if (status) {
		door_places_release(&run->places);
		free(run);
		return status;
	}
	run->timer.data = run;
	run->deadline.data = run;
	run->handles = 2;
	next_round(run, 0);
	*out_run = run;
	return LG_OK;
}

enum lg_status sweep_waiter_add(struct sweep_waiter **waiters,
				gate_sweep_done done, void *context,
				struct lg_error *err)
{
	struct sweep_waiter *waiter = calloc(1, sizeof(*waiter));

	if (!waiter)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	waiter->done = done;
	waiter->context = context;
	waiter->next = *waiters;
	*waiters = waiter;
	return LG_OK;
}

/* Somebody waits for the run, until its deadline. */
enum lg_status sweep_run_wait(struct sweep_run *run, gate_sweep_done done,
			      void *context, struct lg_error *err)
{
	enum lg_status status =
		sweep_waiter_add(&run->waiters, done, context, err);

	if (!status && run->kind != SWEEP_RUN_LIST)
		uv_timer_start(&run->deadline, on_deadline, SWEEP_TELL_MS, 0);
	return status;
}

void sweep_run_take_over(struct sweep_run *run, struct sweep_run *before)
{
	run->waiters = before->waiters;
	run->cut = before->cut;
	/* Tries say in which round their session was seen. */
	run->round = before->round;
	before->waiters = NULL;
	run->notes = before->notes;
	memset(&before->notes, 0, sizeof(before->notes));
	sweep_tries_move(&before->tries, &run->tries);
	if (uv_is_active((uv_handle_t *)&before->deadline))
		uv_timer_start(&run->deadline, on_deadline,
			       uv_timer_get_due_in(&before->deadline), 0);
	/* What it has told already counts, and is known when it is back. */
	run->held = before->cutting || before->held;
	if (run->held)
		uv_timer_stop(&run->timer);
	sweep_run_end(before);
}
