/* SPDX-License-Identifier: ISC */
/*
 * sweep_run.c - list, decide, cut, list again
 *
 * One round is: a worker lists; the judging lane fills in what is known and
 * decides (sweep_judge.c); a worker cuts; the judging lane counts; a moment
 * later the next round begins. Somebody who was admitted just before the policy
 * changed shows up at the door up to Dovecot's policy timeout later, so a sweep
 * of a policy goes on until nobody was left for longer than that. While the
 * policy limits somebody it looks again every half minute: a door that was open
 * while the gate was gone let people in.
 *
 * What a worker fills stands in run->fresh until the loop has taken it; run->
 * list is the loop's, and whoever cuts or counts only reads it. A sweep that
 * ends stops its worker: what it has not told a door it never tells.
 */
#include "daemon/sessions/sweep_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/listed.h"
#include "daemon/sessions/sweep_judge.h"
#include "daemon/sessions/sweep_wait.h"

#define ROUND_MS 100  /* between two rounds */
#define QUIET_MS 2500 /* over auth_policy_server_timeout (2 s) */
#define AGAIN_MS 30000
#define NOTES_MAX 100 /* kept and told */

static const char *const stays[SWEEP_PARTS] = {
	"sessions that should be gone do not end",
	"connections at HAProxy that should be gone do not end"};
static const char *const unlisted[SWEEP_PARTS] = {
	"open sessions could not be listed",
	"open connections at HAProxy could not be listed"};

static void free_run(uv_handle_t *handle)
{
	struct sweep_run *run = handle->data;

	if (--run->handles)
		return;
	door_places_release(&run->places);
	sweep_forget_list(run->gate, &run->fresh.list);
	lg_strlist_release(&run->fresh.unasked);
	lg_strlist_release(&run->fresh.notes);
	sweep_forget_list(run->gate, &run->list);
	lg_strlist_release(&run->unasked);
	lg_strlist_release(&run->notes);
	sweep_tries_drop(run->gate, run->tries);
	free(run->marks);
	free((char *)run->selector.dn);
	lg_strlist_release(&run->selector.names);
	free((char *)run->selector.user);
	free((char *)run->selector.id);
	free(run);
}

static void close_run(struct sweep_run *run)
{
	if (run->working || uv_is_closing((uv_handle_t *)&run->timer))
		return;
	uv_close((uv_handle_t *)&run->timer, free_run);
	uv_close((uv_handle_t *)&run->deadline, free_run);
	uv_close((uv_handle_t *)&run->pieces, free_run);
}

void sweep_run_end(struct sweep_run *run)
{
	struct gate_sweeps *sweeps = run->gate->sweeps;

	if (sweeps->policy[run->part] == run)
		sweeps->policy[run->part] = NULL;
	if (sweeps->listing == run)
		sweeps->listing = NULL;
	if (!run->ended) {
		run->ended = 1;
		atomic_store(&run->stop, 1);
		run->counted = run->cutting;
		sweeps->cutting += run->counted != 0;
		if (run->is_stuck)
			gate_quiet(run->gate, stays[run->part]);
		uv_timer_stop(&run->timer);
		uv_timer_stop(&run->deadline);
		sweep_tell(run);
	}
	close_run(run);
}

static void list_work(void *context)
{
	struct sweep_run *run = context;
	struct door_set set = {0};

	atomic_store(&run->is_begun, 1);
	door_set_open(&run->places, &run->stop, &set, &run->fresh.unasked);
	door_set_list(&set, &run->fresh.list, &run->fresh.unasked);
	door_set_close(&set);
}

static void cut_work(void *context)
{
	struct sweep_run *run = context;
	struct lg_cut_order order = {.session = run->list.session,
				     .cut = run->marks,
				     .count = run->list.count,
				     .notes = &run->fresh.notes};
	struct door_set set = {0};

	if (atomic_load(&run->stop))
		return;
	door_set_open(&run->places, &run->stop, &set, &run->fresh.notes);
	door_set_cut(&set, &order);
	door_set_close(&set);
	run->fresh.is_blind = order.is_blind;
}

static void next_round(struct sweep_run *run, uint64_t after_ms);

/* Keeps what doors said, each text once, and logs it. Of a sweep that ended
 * they are kept by the one that goes on. */
static void take_notes(struct sweep_run *run, struct lg_strlist *kept)
{
	const struct lg_strlist *notes = &run->fresh.notes;

	for (size_t i = 0; i < notes->count; i++) {
		if (kept->count >= NOTES_MAX || lg_listed(kept, notes->item[i]))
			continue;
		lg_list_text(kept, notes->item[i], NULL);
		gate_log("cutting: %s", notes->item[i]);
	}
	lg_strlist_release(&run->fresh.notes);
}

static void counted(struct sweep_run *run, int is_done)
{
	struct gate_sweeps *sweeps = run->gate->sweeps;
	static const struct lg_session_list no_sessions;
	static const struct lg_strlist no_texts;
	struct gate_sweep_report none = {0,         &no_sessions, 0,
					 &no_texts, &no_texts,    NULL};
	struct sweep_run *after = sweeps->policy[run->part];

	run->working = 0;
	run->cutting = 0;
	if (run->ended) {
		if (run->counted && after && after->held) {
			after->held = 0;
			next_round(after, 0);
		}
		if (run->counted && !--sweeps->cutting)
			sweep_call_waiters(&sweeps->settled, &none);
	}
	if (run->kind == SWEEP_RUN_RESTART)
		run->kind = SWEEP_RUN_POLICY;
	if (run->ended)
		sweep_run_end(run);
	else
		next_round(run, ROUND_MS);
}

static void cut_done(void *context)
{
	struct sweep_run *run = context;
	struct sweep_run *after = run->gate->sweeps->policy[run->part];

	if (run->fresh.is_blind)
		gate_loud(run->gate, GATE_ATTENTION_SESSIONS, "%s",
			  SWEEP_BLIND);
	take_notes(run, run->ended && after && run->kind != SWEEP_RUN_SELECTED
				? &after->notes
				: &run->notes);
	sweep_count_begin(run, counted);
}

static void nobody_left(struct sweep_run *run, uint64_t now_ms)
{
	sweep_tell(run);
	if (run->kind == SWEEP_RUN_LIST || run->kind == SWEEP_RUN_SELECTED) {
		sweep_run_end(run);
		return;
	}
	if (!run->quiet_ms)
		run->quiet_ms = now_ms;
	next_round(run,
		   now_ms - run->quiet_ms < QUIET_MS ? ROUND_MS * 3 : AGAIN_MS);
}

/* Where a door hangs, only those wait who want the same. */
static void add_work(struct sweep_run *run, void (*work)(void *),
		     void (*done)(void *))
{
	enum gate_lane lane = run->part == SWEEP_PART_HAPROXY
				      ? GATE_LANE_CUTTING_HAPROXY
				      : GATE_LANE_CUTTING;

	if (run->kind == SWEEP_RUN_LIST)
		lane = GATE_LANE_LISTING;
	else if (run->kind == SWEEP_RUN_SELECTED)
		lane = GATE_LANE_SELECTED;
	run->work = (struct gate_job){work, done, run, NULL};
	gate_work_add(run->gate, lane, &run->work);
}

static void begin_cut(struct sweep_run *run)
{
	run->working = 1;
	run->cutting = run->kind != SWEEP_RUN_SELECTED;
	add_work(run, cut_work, cut_done);
}

/* Says, and takes back, that somebody does not go. */
static void tell_stuck(struct sweep_run *run)
{
	const struct lg_session *stuck = &run->judging.stuck;

	if (!run->judging.is_stuck && run->is_stuck)
		gate_quiet(run->gate, stays[run->part]);
	if (run->judging.is_stuck && !run->is_stuck)
		gate_loud(run->gate, GATE_ATTENTION_SESSIONS,
			  "%s, among them that of %s from %s", stays[run->part],
			  stuck->user ? stuck->user : "somebody",
			  stuck->address ? stuck->address : "somewhere");
	run->is_stuck = run->judging.is_stuck;
}

/* How many there are, and whether that is known. */
static void note_listed(struct sweep_run *run)
{
	size_t at_haproxy = run->judging.pass.at_haproxy;
	struct gate *gate = run->gate;
	size_t *listed = gate->sweeps->listed;
	int is_part = sweep_run_is_of_policy(run);

	run->is_listed = 1;
	for (int part = 0; part < SWEEP_PARTS; part++) {
		if (is_part && part != (int)run->part)
			continue;
		listed[part] = part == SWEEP_PART_HAPROXY
				       ? at_haproxy
				       : run->list.count - at_haproxy;
		if (!run->unasked.count)
			gate_quiet(gate, unlisted[part]);
	}
	gate->sessions_listed =
		listed[SWEEP_PART_SESSIONS] + listed[SWEEP_PART_HAPROXY];
	if (run->unasked.count && run->kind == SWEEP_RUN_POLICY)
		gate_loud(gate, GATE_ATTENTION_SESSIONS, "%s: %s",
			  unlisted[run->part], run->unasked.item[0]);
}

static void judged(struct sweep_run *run, int is_done)
{
	struct gate *gate = run->gate;
	uint64_t now_ms = uv_now(&gate->loop);
	uint64_t next_ms = run->judging.next_ms;

	run->working = 0;
	if (!is_done) {
		sweep_run_end(run);
		return;
	}
	note_listed(run);
	tell_stuck(run);
	run->cut += run->judging.gone;
	gate->cut += run->judging.gone;
	if (!run->marked &&
	    (!run->unasked.count || run->kind == SWEEP_RUN_LIST)) {
		nobody_left(run, now_ms);
		return;
	}
	run->quiet_ms = 0;
	if (!run->marked) {
		sweep_tell(run);
		if (run->kind == SWEEP_RUN_SELECTED)
			sweep_run_end(run);
		else
			next_round(run, ROUND_MS * 10);
		return;
	}
	if (run->judging.due) {
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

static void list_done(void *context)
{
	struct sweep_run *run = context;

	if (sweep_judge_goes_on(run)) {
		sweep_judge_begin(run, judged);
		return;
	}
	run->working = 0;
	sweep_run_end(run);
}

static void on_round(uv_timer_t *timer)
{
	struct sweep_run *run = timer->data;

	if (!sweep_judge_goes_on(run)) {
		sweep_run_end(run);
		return;
	}
	run->asked_ms = uv_now(&run->gate->loop);
	run->working = 1;
	add_work(run, list_work, list_done);
}

static void next_round(struct sweep_run *run, uint64_t after_ms)
{
	uv_timer_start(&run->timer, on_round, after_ms, 0);
}

int sweep_run_is_of_policy(const struct sweep_run *run)
{
	return run->kind == SWEEP_RUN_POLICY || run->kind == SWEEP_RUN_RESTART;
}

static void keep_part(const struct sweep_run *run, struct door_places *places)
{
	char **other = run->part == SWEEP_PART_HAPROXY
			       ? &places->doveadm
			       : &places->haproxy_stats_socket;

	free(*other);
	*other = NULL;
}

enum lg_status sweep_run_begin(struct gate *gate, enum sweep_run_kind kind,
			       enum sweep_part part, struct sweep_run **out_run,
			       struct lg_error *err)
{
	struct sweep_run *run = calloc(1, sizeof(*run));
	enum lg_status status;

	if (!run)
		return lg_no_memory(err);
	run->gate = gate;
	run->kind = kind;
	run->part = part;
	run->begun_ms = uv_now(&gate->loop);
	if (gate_policy(gate))
		run->generation = lg_policy_generation(gate_policy(gate));
	status = door_places_copy(gate->settings, &run->places, err);
	if (status == LG_OK && kind != SWEEP_RUN_LIST &&
	    !(run->tries = sweep_tries_new()))
		status = lg_no_memory(err);
	if (status == LG_OK && sweep_run_is_of_policy(run))
		keep_part(run, &run->places);
	/* Neither fails where the loop stands. */
	if (status == LG_OK && (uv_timer_init(&gate->loop, &run->timer) ||
				uv_timer_init(&gate->loop, &run->deadline) ||
				uv_idle_init(&gate->loop, &run->pieces)))
		status = lg_error_set(err, LG_ERR_BUG, NULL, "no timers");
	if (status != LG_OK) {
		door_places_release(&run->places);
		free(run->tries);
		free(run);
		return status;
	}
	run->timer.data = run;
	run->deadline.data = run;
	run->pieces.data = run;
	run->handles = 3;
	next_round(run, 0);
	*out_run = run;
	return LG_OK;
}

void sweep_run_take_over(struct sweep_run *run, struct sweep_run *before)
{
	/* Nobody waits: what was cut for an earlier lock is told. */
	run->cut = before->waiters ? before->cut : 0;
	/* Tries say in which round their session was seen. */
	run->round = before->round;
	run->notes = before->notes;
	memset(&before->notes, 0, sizeof(before->notes));
	sweep_tries_drop(run->gate, run->tries);
	run->tries = sweep_tries_share(before->tries);
	sweep_wait_instead(run, before);
	/* What it has told already counts, and is known when it is back. */
	run->held = before->cutting || before->held;
	if (run->held)
		uv_timer_stop(&run->timer);
	sweep_run_end(before);
}
