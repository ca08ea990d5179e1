/* SPDX-License-Identifier: ISC */
/*
 * sweep.c - the sweeps of a gate: one of the policy in force, and what people
 * ask for by hand
 */
#include "daemon/sessions/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/sessions/sessions.h"
#include "daemon/sessions/sweep_run.h"
#include "daemon/sessions/sweep_wait.h"

static const struct lg_session_list no_sessions;
static const struct lg_strlist no_texts;
static const struct gate_sweep_report nobody = {0,         &no_sessions, 0,
						&no_texts, &no_texts,    NULL};

static void end_part(struct gate *gate, enum sweep_part part)
{
	if (gate->sweeps->policy[part])
		sweep_run_end(gate->sweeps->policy[part]);
	if (part == SWEEP_PART_SESSIONS)
		gate_quiet(gate, SWEEP_BLIND);
}

void gate_sweeps_end(struct gate *gate)
{
	end_part(gate, SWEEP_PART_SESSIONS);
	end_part(gate, SWEEP_PART_HAPROXY);
}

static int has_part(const struct gate *gate, enum sweep_part part)
{
	if (part == SWEEP_PART_HAPROXY)
		return gate->settings->haproxy_stats_socket != NULL;
	return gate->settings->doveadm || gate_sessions_has_mapi(gate);
}

static enum lg_status begin_part(struct gate *gate, enum sweep_run_kind kind,
				 enum sweep_part part, struct lg_error *err)
{
	struct sweep_run *before = gate->sweeps->policy[part];
	struct sweep_run *run = NULL;
	enum lg_status status = sweep_run_begin(gate, kind, part, &run, err);

	if (status != LG_OK)
		return status;
	/* Values that are read again, because the directory told more, go on
	 * with the same cutting: who waits for it waits for all of it. */
	if (before)
		sweep_run_take_over(run, before);
	gate->sweeps->policy[part] = run;
	return LG_OK;
}

void gate_sweeps_begin(struct gate *gate, enum gate_sweep_kind kind)
{
	enum sweep_run_kind runs =
		kind == GATE_SWEEP_ALL ? SWEEP_RUN_RESTART : SWEEP_RUN_POLICY;
	enum lg_status status = LG_OK;
	struct lg_error err = {0};

	for (int i = 0; i < SWEEP_PARTS && status == LG_OK; i++) {
		enum sweep_part part = (enum sweep_part)i;

		if (has_part(gate, part))
			status = begin_part(gate, runs, part, &err);
		else
			end_part(gate, part);
	}
	if (status != LG_OK) {
		gate_sweeps_end(gate);
		gate_loud(gate, GATE_ATTENTION_SESSIONS,
			  "open sessions cannot be cut: %s", err.text);
		return;
	}
	gate_quiet(gate, "open sessions cannot be cut");
}

/* One who waits for all parts. */
struct joined {
	int parts; /* that have not told yet */
	gate_sweep_done done;
	void *context;
	uint64_t cut;
	size_t left;
	struct lg_session_list sessions;
	struct lg_strlist unasked;
	struct lg_strlist notes;
};

static void part_told(void *context, const struct gate_sweep_report *report)
{
	struct joined *joined = context;
	const struct gate_sweep_report all = {joined->cut + report->cut,
					      &joined->sessions,
					      joined->left + report->left,
					      &joined->unasked,
					      &joined->notes,
					      NULL};

	for (size_t i = 0;
	     i < report->sessions->count && i < GATE_SWEEP_LEFT_MAX; i++)
		lg_session_list_add(&joined->sessions,
				    &report->sessions->session[i], NULL);
	lg_strlist_add_all(&joined->unasked, report->unasked, NULL);
	lg_strlist_add_all(&joined->notes, report->notes, NULL);
	joined->cut = all.cut;
	joined->left = all.left;
	if (--joined->parts)
		return;
	joined->done(joined->context, &all);
	lg_session_list_release(&joined->sessions);
	lg_strlist_release(&joined->unasked);
	lg_strlist_release(&joined->notes);
	free(joined);
}

void gate_sweeps_wait(struct gate *gate, gate_sweep_done done, void *context)
{
	struct joined *joined = calloc(1, sizeof(*joined));

	if (!joined) {
		done(context, &nobody);
		return;
	}
	joined->done = done;
	joined->context = context;
	joined->parts = SWEEP_PARTS;
	for (int i = 0; i < SWEEP_PARTS; i++) {
		struct sweep_run *run = gate->sweeps->policy[i];

		if (!run ||
		    sweep_run_wait(run, part_told, joined, NULL) != LG_OK)
			part_told(joined, &nobody);
	}
}

void gate_sweeps_settled(struct gate *gate, gate_sweep_done done, void *context)
{
	if (!gate->sweeps->cutting ||
	    sweep_waiter_add(&gate->sweeps->settled, done, context, NULL) !=
		    LG_OK)
		done(context, &nobody);
}

enum lg_status gate_sweeps_cut(struct gate *gate,
			       const struct gate_selector *selector,
			       gate_sweep_done done, void *context,
			       struct lg_error *err)
{
	struct sweep_run *run = NULL;
	enum lg_status status = sweep_run_begin(gate, SWEEP_RUN_SELECTED,
						SWEEP_PART_SESSIONS, &run, err);
	struct gate_selector *own;

	if (status != LG_OK)
		return status;
	own = &run->selector;
	own->all = selector->all;
	own->dn = selector->dn ? strdup(selector->dn) : NULL;
	own->user = selector->user ? strdup(selector->user) : NULL;
	own->id = selector->id ? strdup(selector->id) : NULL;
	if (!own->all && !own->dn && !own->user && !own->id)
		status = lg_no_memory(err);
	if (status == LG_OK)
		status = lg_strlist_add_all(&own->names, &selector->names, err);
	if (status == LG_OK)
		status = sweep_run_wait(run, done, context, err);
	if (status != LG_OK)
		sweep_run_end(run);
	return status;
}

static enum lg_status list(struct gate *gate, gate_sweep_done done,
			   void *context, struct sweep_run **out_run,
			   struct lg_error *err)
{
	struct sweep_run *run = NULL;
	enum lg_status status = sweep_run_begin(gate, SWEEP_RUN_LIST,
						SWEEP_PART_SESSIONS, &run, err);

	if (status != LG_OK)
		return status;
	status = sweep_run_wait(run, done, context, err);
	if (status != LG_OK)
		sweep_run_end(run);
	else
		*out_run = run;
	return status;
}

enum lg_status gate_sweeps_list(struct gate *gate, gate_sweep_done done,
				void *context, struct lg_error *err)
{
	struct sweep_run *run = gate->sweeps->listing;
	enum lg_status status;

	/* What nobody has begun to list will be as new as anything. */
	if (run && !atomic_load(&run->is_begun))
		return sweep_run_wait(run, done, context, err);
	status = list(gate, done, context, &run, err);
	if (status == LG_OK) {
		run->is_shared = 1;
		gate->sweeps->listing = run;
	}
	return status;
}

enum lg_status gate_sweeps_list_whole(struct gate *gate, gate_sweep_done done,
				      void *context, struct lg_error *err)
{
	struct sweep_run *run = NULL;

	return list(gate, done, context, &run, err);
}

static void looked(void *context, const struct gate_sweep_report *report)
{
	struct gate_sweeps *sweeps = context;

	(void)report;
	sweeps->looking = 0;
}

void gate_sweeps_look(struct gate *gate)
{
	if (gate->sweeps->looking || !door_places_any(gate->settings))
		return;
	gate->sweeps->looking = 1;
	if (gate_sweeps_list(gate, looked, gate->sweeps, NULL) != LG_OK)
		gate->sweeps->looking = 0;
}

enum lg_status gate_sweeps_open(struct gate *gate, struct lg_error *err)
{
	gate->sweeps = calloc(1, sizeof(*gate->sweeps));
	if (!gate->sweeps)
		return lg_no_memory(err);
	return LG_OK;
}

void gate_sweeps_close(struct gate *gate)
{
	if (gate->sweeps)
		gate_sweeps_end(gate);
}
