/* SPDX-License-Identifier: ISC */
/*
 * clock_look.c - a wall clock that jumps while there is a lock
 *
 * Locks end when the time that was asked for has passed, so the end that
 * people were told is wrong by as much as the clock was set.
 */
#include "daemon/clock_look.h"

#include <stdlib.h>

#include "daemon/view.h"

/* A clock that is slewed moves a little every second: one word about it. */
#define AGAIN_S 30

int64_t gate_clock_stepped_s(const struct gate *gate)
{
	const struct gate_view *view = gate->view;
	struct lg_now now = gate_now(gate);
	int64_t most_s = 0;

	for (size_t i = 0; i < view->lock_count; i++) {
		int64_t by_s = lg_lock_stepped_s(view->lock[i].lock, &now);

		if (llabs(by_s) > llabs(most_s))
			most_s = by_s;
	}
	return most_s;
}

void gate_clock_tick(struct gate *gate)
{
	int64_t by_s = gate_clock_stepped_s(gate);

	if (by_s ? gate->clock_told_s &&
			    llabs(by_s - gate->clock_told_s) < AGAIN_S
		 : !gate->clock_told_s)
		return;
	if (gate->clock_told_s)
		gate_quiet(gate, "the wall clock was set");
	gate->clock_told_s = by_s;
	if (by_s)
		gate_loud(gate, GATE_ATTENTION_CLOCK,
			  "the wall clock was set %s by %lld s while there is "
			  "a lock; it ends when the time that was asked for "
			  "has passed, so tell people its new end, or move it "
			  "with logongate extend",
			  by_s > 0 ? "forward" : "back",
			  (long long)llabs(by_s));
}
