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

void gate_sweeps_end(struct gate *gate)
{
	if (gate->sweeps->policy)
		sweep_run_end(gate->sweeps->policy);
}

void gate_sweeps_begin(struct gate *gate, enum gate_sweep_kind kind)
{
	struct sweep_run *before = gate->sweeps->policy;
	struct lg_error err = {0};
	struct sweep_run *run = NULL;

	if (!door_places_any(gate->settings) && !gate_sessions_has_mapi(gate)) {
		gate_sweeps_end(gate);
		return;
	}
	if (sweep_run_begin(gate,
			    kind == GATE_SWEEP_ALL ? SWEEP_RUN_RESTART
						   : SWEEP_RUN_POLICY,
			    &run, &err)) {
		gate_sweeps_end(gate);
		gate_loud(gate, GATE_ATTENTION_SESSIONS,
			  "open sessions cannot be cut: %s", err.text);
		return;
	}
	gate_quiet(gate, "open sessions cannot be cut");
	/* Values that are read again, because the directory told more, go on
	 * with the same cutting: who waits for it waits for all of it. */
	if (before) {
		sweep_run_take_over(run, before);
	}
	gate->sweeps->policy = run;
}

void gate_sweeps_wait(struct gate *gate, gate_sweep_done done, void *context)
{
	static const struct lg_session_list no_sessions;
	static const struct lg_strlist no_texts;
	struct gate_sweep_report none = {0, &no_sessions, &no_texts, &no_texts,
					 NULL};

	if (!gate->sweeps->policy ||
	    sweep_run_wait(gate->sweeps->policy, done, context, NULL))
		done(context, &none);
}

void gate_sweeps_settled(struct gate *gate, gate_sweep_done done, void *context)
{
	static const struct lg_session_list no_sessions;
	static const struct lg_strlist no_texts;
	struct gate_sweep_report none = {0, &no_sessions, &no_texts, &no_texts,
					 NULL};

	if (!gate->sweeps->cutting ||
	    sweep_waiter_add(&gate->sweeps->settled, done, context, NULL))
		done(context, &none);
}

enum lg_status gate_sweeps_cut(struct gate *gate,
			       const struct gate_selector *selector,
			       gate_sweep_done done, void *context,
			       struct lg_error *err)
{
	struct sweep_run *run = NULL;
	enum lg_status status =
		sweep_run_begin(gate, SWEEP_RUN_SELECTED, &run, err);
	struct gate_selector *own;

	if (status)
		return status;
	own = &run->selector;
	own->all = selector->all;
	own->dn = selector->dn ? strdup(selector->dn) : NULL;
	own->user = selector->user ? strdup(selector->user) : NULL;
	own->id = selector->id ? strdup(selector->id) : NULL;
	if (!own->all && !own->dn && !own->user && !own->id)
		status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	if (!status)
		status = lg_strlist_add_all(&own->names, &selector->names, err);
	if (!status)
		status = sweep_run_wait(run, done, context, err);
	if (status)
		sweep_run_end(run);
	return status;
}

enum lg_status gate_sweeps_list(struct gate *gate, gate_sweep_done done,
				void *context, struct lg_error *err)
{
	struct sweep_run *run = NULL;
	enum lg_status status =
		sweep_run_begin(gate, SWEEP_RUN_LIST, &run, err);

	if (!status) {
		status = sweep_run_wait(run, done, context, err);
		if (status)
			sweep_run_end(run);
	}
	return status;
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
	if (gate_sweeps_list(gate, looked, gate->sweeps, NULL))
		gate->sweeps->looking = 0;
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
