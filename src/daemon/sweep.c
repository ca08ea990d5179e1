/* SPDX-License-Identifier: ISC */
/*
 * sweep.c - list, decide, cut, list again
 *
 * One round is: a worker lists; the loop fills in what it knows and decides; a
 * worker cuts; a moment later the next round begins. Somebody who was admitted
 * just before the policy changed shows up at the door up to Dovecot's policy
 * timeout later, so a sweep of a policy goes on until nobody was left for
 * longer than that. While the policy limits somebody it looks again every half
 * minute: a door that was open while the gate was gone let people in.
 */
#include "daemon/sweep.h"

#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>
#include <logongate/name.h>

#include "daemon/door_set.h"
#include "daemon/sessions.h"

#define ROUND_MS 100  /* between two rounds */
#define QUIET_MS 2500 /* over auth_policy_server_timeout (2 s) */
#define TELL_MS 3000  /* when the one who waits is told */
#define AGAIN_MS 30000

enum run_kind {
	RUN_POLICY,
	RUN_RESTART,
	RUN_SELECTED,
	RUN_LIST
};

struct waiter {
	gate_sweep_done done;
	void *context;
	struct waiter *next;
};

struct run {
	struct gate *gate;
	enum run_kind kind;
	uint64_t generation;
	uv_work_t work;
	uv_timer_t timer;
	int working;
	int ended;
	uint64_t begun_ms;
	uint64_t quiet_ms; /* since when nobody is left; 0: somebody is */
	uint64_t cut;
	uint64_t cut_now; /* in the round that a worker is at */
	struct door_places places;
	struct lg_session_list list;
	unsigned char *marks; /* list.session[i] is to be cut */
	size_t marked;
	struct lg_strlist unasked;
	struct lg_strlist notes;
	char *dn;
	char *user;
	char *id;
	int all;
	struct waiter *waiters;
};

struct gate_sweeps {
	struct run *policy; /* the sweep of the policy in force */
	unsigned int runs;
};

static void free_run(uv_handle_t *handle)
{
	struct run *run = handle->data;

	run->gate->sweeps->runs--;
	door_places_release(&run->places);
	lg_session_list_release(&run->list);
	lg_strlist_release(&run->unasked);
	lg_strlist_release(&run->notes);
	free(run->marks);
	free(run->dn);
	free(run->user);
	free(run->id);
	free(run);
}

/* Moves the marked ones to the front. */
static void marked_first(struct run *run)
{
	size_t front = 0;
	size_t i;

	for (i = 0; run->marks && i < run->list.count; i++) {
		struct lg_session other = run->list.session[front];

		if (!run->marks[i])
			continue;
		run->list.session[front] = run->list.session[i];
		run->list.session[i] = other;
		run->marks[i] = run->marks[front];
		run->marks[front++] = 1;
	}
}

/* Tells those who wait, once: who is left, or all where only that was asked. */
static void tell(struct run *run)
{
	struct lg_session_list left = run->list;
	struct gate_sweep_report report = {run->cut, &left, &run->unasked,
					   &run->notes};
	struct waiter *waiter = run->waiters;

	if (!waiter)
		return;
	if (run->kind != RUN_LIST) {
		marked_first(run);
		left.count = run->marks ? run->marked : 0;
	}
	run->waiters = NULL;
	while (waiter) {
		struct waiter *next = waiter->next;

		waiter->done(waiter->context, &report);
		free(waiter);
		waiter = next;
	}
}

static void end_run(struct run *run)
{
	if (run->gate->sweeps->policy == run)
		run->gate->sweeps->policy = NULL;
	run->ended = 1;
	if (run->working || uv_is_closing((uv_handle_t *)&run->timer))
		return;
	tell(run);
	uv_close((uv_handle_t *)&run->timer, free_run);
}

static void list_work(uv_work_t *work)
{
	struct run *run = work->data;
	struct door_set set = {0};

	door_set_open(&run->places, &set, &run->unasked);
	door_set_list(&set, &run->list, &run->unasked);
	door_set_close(&set);
}

static void cut_work(uv_work_t *work)
{
	struct run *run = work->data;
	struct door_set set = {0};
	size_t i;

	door_set_open(&run->places, &set, &run->unasked);
	for (i = 0; i < run->list.count; i++)
		if (run->marks[i] &&
		    !door_set_cut(&set, &run->list.session[i], &run->notes))
			run->cut_now++;
	door_set_close(&set);
}

static void next_round(struct run *run, uint64_t after_ms);

/* 1 when one of the names that the directory gave for the DN is this user. */
static int is_name_of(const struct gate *gate, const char *dn, const char *user)
{
	const struct lg_findings *findings = gate->state->findings;
	struct lg_buffer folded = {0};
	int found = 0;
	size_t i;
	size_t k;

	if (!findings || !user ||
	    lg_name_fold(user, strlen(user), &folded, NULL))
		return 0;
	for (i = 0; i < findings->account_count && !found; i++) {
		const struct lg_account *account = &findings->account[i];

		if (!account->dn ||
		    !lg_dn_equal(account->dn, strlen(account->dn), dn,
				 strlen(dn)))
			continue;
		for (k = 0; k < account->login_count && !found; k++) {
			const char *name =
				findings->login[account->login_first + k].name;

			found = lg_name_equals_folded(name, strlen(name),
						      folded.data, folded.len);
		}
	}
	lg_buffer_release(&folded);
	return found;
}

static int is_selected(const struct run *run, const struct lg_session *session)
{
	struct lg_buffer folded = {0};
	int same = 0;

	if (run->all)
		return 1;
	if (run->id)
		return session->id && !strcmp(session->id, run->id);
	if (run->dn)
		return (session->dn &&
			lg_dn_equal(session->dn, strlen(session->dn), run->dn,
				    strlen(run->dn))) ||
		       is_name_of(run->gate, run->dn, session->user);
	if (!session->user ||
	    lg_name_fold(run->user, strlen(run->user), &folded, NULL))
		return 0;
	same = lg_name_equals_folded(session->user, strlen(session->user),
				     folded.data ? folded.data : "",
				     folded.len);
	lg_buffer_release(&folded);
	return same;
}

/* Marks who goes. Gives 0 when there was no memory. */
static int decide(struct run *run)
{
	const struct lg_policy *policy = gate_policy(run->gate);
	size_t i;

	free(run->marks);
	run->marks = calloc(run->list.count + 1, 1);
	run->marked = 0;
	if (!run->marks)
		return 0;
	switch (run->kind) {
	case RUN_LIST:
		break;
	case RUN_POLICY:
		if (policy)
			run->marked = lg_sweep_plan(policy, run->list.session,
						    run->list.count, run->marks,
						    NULL);
		break;
	case RUN_RESTART:
		memset(run->marks, 1, run->list.count);
		run->marked = run->list.count;
		break;
	case RUN_SELECTED:
		for (i = 0; i < run->list.count; i++)
			run->marked += run->marks[i] =
				(unsigned char)is_selected(
					run, &run->list.session[i]);
		break;
	}
	return 1;
}

static void cut_done(uv_work_t *work, int cancelled)
{
	struct run *run = work->data;

	struct run *after = run->gate->sweeps->policy;

	run->working = 0;
	run->cut += run->cut_now;
	run->gate->cut += run->cut_now;
	/* What it was at when another took over its waiters. */
	if (run->ended && after && after != run && run->kind != RUN_SELECTED)
		after->cut += run->cut_now;
	run->cut_now = 0;
	if (run->kind == RUN_RESTART)
		run->kind = RUN_POLICY;
	if (run->ended || cancelled)
		end_run(run);
	else
		next_round(run, ROUND_MS);
}

/* Whether the policy that began the sweep is still in force. */
static int is_current(const struct run *run)
{
	const struct lg_policy *policy = gate_policy(run->gate);

	if (run->kind == RUN_LIST || run->kind == RUN_SELECTED)
		return 1;
	return policy && lg_policy_generation(policy) == run->generation;
}

static void nobody_left(struct run *run, uint64_t now_ms)
{
	tell(run);
	if (run->kind == RUN_LIST || run->kind == RUN_SELECTED) {
		end_run(run);
		return;
	}
	if (!run->quiet_ms)
		run->quiet_ms = now_ms;
	next_round(run,
		   now_ms - run->quiet_ms < QUIET_MS ? ROUND_MS * 3 : AGAIN_MS);
}

static void list_done(uv_work_t *work, int cancelled)
{
	struct run *run = work->data;
	struct gate *gate = run->gate;
	uint64_t now_ms = uv_now(&gate->loop);

	run->working = 0;
	if (run->ended || cancelled || !is_current(run) ||
	    gate_sessions_fill(gate, &run->list, NULL) || !decide(run)) {
		end_run(run);
		return;
	}
	gate->sessions_listed = run->list.count;
	if (!run->unasked.count)
		gate_quiet(gate, "open sessions could not be listed");
	if (run->unasked.count && run->kind == RUN_POLICY)
		gate_loud(gate, "open sessions could not be listed: %s",
			  run->unasked.item[0]);
	if (!run->marked && (!run->unasked.count || run->kind == RUN_LIST)) {
		nobody_left(run, now_ms);
		return;
	}
	run->quiet_ms = 0;
	if (now_ms - run->begun_ms >= TELL_MS || !run->marked) {
		tell(run);
		if (run->kind == RUN_SELECTED) {
			end_run(run);
			return;
		}
	}
	if (!run->marked) {
		next_round(run, ROUND_MS * 10);
		return;
	}
	run->working = 1;
	if (uv_queue_work(&gate->loop, &run->work, cut_work, cut_done)) {
		run->working = 0;
		end_run(run);
	}
}

static void on_round(uv_timer_t *timer)
{
	struct run *run = timer->data;

	if (run->ended || !is_current(run)) {
		end_run(run);
		return;
	}
	lg_session_list_release(&run->list);
	lg_strlist_release(&run->unasked);
	run->working = 1;
	if (uv_queue_work(&run->gate->loop, &run->work, list_work, list_done)) {
		run->working = 0;
		end_run(run);
	}
}

static void next_round(struct run *run, uint64_t after_ms)
{
	uv_timer_start(&run->timer, on_round, after_ms, 0);
}

static enum lg_status begin_run(struct gate *gate, enum run_kind kind,
				struct run **out_run, struct lg_error *err)
{
	struct run *run = calloc(1, sizeof(*run));
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
	if (!status && uv_timer_init(&gate->loop, &run->timer))
		status = lg_error_set(err, LG_ERR_BUG, NULL, "no timers");
	if (status) {
		door_places_release(&run->places);
		free(run);
		return status;
	}
	run->timer.data = run;
	gate->sweeps->runs++;
	next_round(run, 0);
	*out_run = run;
	return LG_OK;
}

static enum lg_status add_waiter(struct run *run, gate_sweep_done done,
				 void *context, struct lg_error *err)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));

	if (!waiter)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	waiter->done = done;
	waiter->context = context;
	waiter->next = run->waiters;
	run->waiters = waiter;
	return LG_OK;
}

void gate_sweeps_end(struct gate *gate)
{
	if (gate->sweeps->policy)
		end_run(gate->sweeps->policy);
}

void gate_sweeps_begin(struct gate *gate, enum gate_sweep_kind kind)
{
	struct run *before = gate->sweeps->policy;
	struct lg_error err = {0};
	struct run *run = NULL;

	if (!door_places_any(gate->settings)) {
		gate_sweeps_end(gate);
		return;
	}
	if (begin_run(gate, kind == GATE_SWEEP_ALL ? RUN_RESTART : RUN_POLICY,
		      &run, &err)) {
		gate_sweeps_end(gate);
		gate_loud(gate, "open sessions cannot be cut: %s", err.text);
		return;
	}
	/* Values that are read again, because the directory told more, go on
	 * with the same cutting: who waits for it waits for all of it. */
	if (before) {
		run->waiters = before->waiters;
		run->cut = before->cut;
		before->waiters = NULL;
		end_run(before);
	}
	gate->sweeps->policy = run;
}

void gate_sweeps_wait(struct gate *gate, gate_sweep_done done, void *context)
{
	static const struct lg_session_list no_sessions;
	static const struct lg_strlist no_texts;
	struct gate_sweep_report none = {0, &no_sessions, &no_texts, &no_texts};

	if (!gate->sweeps->policy ||
	    add_waiter(gate->sweeps->policy, done, context, NULL))
		done(context, &none);
}

enum lg_status gate_sweeps_cut(struct gate *gate,
			       const struct gate_selector *selector,
			       gate_sweep_done done, void *context,
			       struct lg_error *err)
{
	struct run *run = NULL;
	enum lg_status status = begin_run(gate, RUN_SELECTED, &run, err);

	if (status)
		return status;
	run->all = selector->all;
	run->dn = selector->dn ? strdup(selector->dn) : NULL;
	run->user = selector->user ? strdup(selector->user) : NULL;
	run->id = selector->id ? strdup(selector->id) : NULL;
	if (!run->all && !run->dn && !run->user && !run->id)
		status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	if (!status)
		status = add_waiter(run, done, context, err);
	if (status)
		end_run(run);
	return status;
}

enum lg_status gate_sweeps_list(struct gate *gate, gate_sweep_done done,
				void *context, struct lg_error *err)
{
	struct run *run = NULL;
	enum lg_status status = begin_run(gate, RUN_LIST, &run, err);

	if (!status) {
		status = add_waiter(run, done, context, err);
		if (status)
			end_run(run);
	}
	return status;
}

enum lg_status gate_sweeps_open(struct gate *gate, struct lg_error *err)
{
	gate->sweeps = calloc(1, sizeof(*gate->sweeps));
	if (!gate->sweeps)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	return LG_OK;
}

void gate_sweeps_close(struct gate *gate)
{
	if (gate->sweeps)
		gate_sweeps_end(gate);
}
