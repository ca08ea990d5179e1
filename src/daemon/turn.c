/* SPDX-License-Identifier: ISC */
/*
 * turn.c - a job for the state lane, and what the loop does after it
 *
 * What is owed to the disk is paid before anything else is changed, so that a
 * change never stands on something that a restart would not know.
 */
#include "daemon/turn.h"

#include <stdlib.h>

#include "daemon/enforce.h"
#include "daemon/view.h"
#include "daemon/work.h"
#include "daemon/inside_loud.h"

struct change {
	struct gate_job job;
	struct gate *gate;
	gate_change_run change; /* one of them is set */
	gate_look_run look;
	int pays; /* what is owed is written first */
	gate_change_done done;
	void *context;
	struct gate_outcome outcome;
	struct gate_view *view;
	enum lg_status status;
	struct lg_error err;
};

static void run_change(void *context)
{
	struct change *change = context;
	struct gate_inside *inside = change->gate->inside;
	struct lg_error err = {0};

	if (change->pays)
		change->status = gate_inside_catch_up(inside, &change->err);
	if (change->status == LG_OK)
		change->status = change->change(inside, change->context,
						&change->outcome, &change->err);
	/* Without memory for a view the one before counts on. */
	if (gate_view_make(inside, &change->view, &err) != LG_OK)
		lg_state_loud(inside->state, "what changed cannot be shown: %s",
			      err.text);
	gate_inside_log_loud(inside);
}

static void run_look(void *context)
{
	struct change *change = context;

	change->status = change->look(change->gate->inside, change->context,
				      &change->err);
}

static void change_done(void *context)
{
	struct change *change = context;

	if (change->view)
		gate_enforce_follow(change->gate, change->view,
				    &change->outcome);
	change->done(change->gate, change->context, change->status,
		     &change->err);
	free(change);
}

/* Without memory done is told so. */
static void add(struct gate *gate, const struct change *asked)
{
	struct change *change = calloc(1, sizeof(*change));
	struct lg_error err = {0};

	if (!change) {
		lg_no_memory(&err);
		asked->done(gate, asked->context, LG_ERR_NO_MEMORY, &err);
		return;
	}
	*change = *asked;
	change->gate = gate;
	change->job = (struct gate_job){
		.run = change->look ? run_look : run_change,
		.done = change_done,
		.context = change,
	};
	gate_work_add(gate, GATE_LANE_STATE, &change->job);
}

void gate_change(struct gate *gate, gate_change_run run, gate_change_done done,
		 void *context)
{
	add(gate, &(struct change){.change = run,
				   .pays = 1,
				   .done = done,
				   .context = context});
}

void gate_change_due(struct gate *gate, gate_change_run run,
		     gate_change_done done, void *context)
{
	add(gate,
	    &(struct change){.change = run, .done = done, .context = context});
}

void gate_look(struct gate *gate, gate_look_run run, gate_change_done done,
	       void *context)
{
	add(gate,
	    &(struct change){.look = run, .done = done, .context = context});
}
