/* SPDX-License-Identifier: ISC */
/*
 * inside_loud.c - what the state says loudly, into the log, each sentence once
 *
 * The state takes sentences back where what they are about is over, a lock for
 * one: so what was logged is known by its words, and not by how many there
 * were.
 */
#include "daemon/inside_loud.h"

#include "base/listed.h"
#include "daemon/gate.h"

void gate_inside_log_loud(struct gate_inside *inside)
{
	static const struct gate_event event = {GATE_ERROR, "attention", NULL,
						NULL};
	const struct lg_strlist *loud = &inside->state->loud;
	struct lg_strlist logged = {0};

	for (size_t i = 0; i < loud->count; i++) {
		if (!lg_listed(&inside->loud_logged, loud->item[i]))
			gate_log_event(&event, "ATTENTION: %s", loud->item[i]);
		lg_list_text(&logged, loud->item[i], NULL);
	}
	lg_strlist_release(&inside->loud_logged);
	inside->loud_logged = logged;
}

void gate_inside_quiet(struct gate_inside *inside, const char *beginning)
{
	static const struct gate_event event = {GATE_NOTICE, "quiet", NULL,
						NULL};
	size_t taken;

	gate_inside_log_loud(inside);
	taken = lg_state_quiet(inside->state, beginning);
	if (taken)
		gate_log_event(&event, "over: %s", beginning);
}
