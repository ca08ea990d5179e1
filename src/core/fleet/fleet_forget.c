/* SPDX-License-Identifier: ISC */
/*
 * fleet_forget.c - what a set of events need not hold any more
 *
 * A lock that is over by its own latest end is over whoever tells of it again,
 * so that nothing that was lifted comes back by what is forgotten.
 */
#include "core/fleet/fleet_set.h"

#include <stdlib.h>
#include <string.h>

/* Where the events of the lock at `at` end. */
static size_t end_of(const struct lg_fleet_set *set, size_t at)
{
	const char *lock = set->held[at]->event->lock;

	while (at < set->count && !strcmp(set->held[at]->event->lock, lock))
		at++;
	return at;
}

static int may_forget(const struct lg_fleet_set *set, size_t at, size_t end,
		      int64_t before_s, int is_gone)
{
	const struct lg_fleet_event *event = set->held[at]->event;
	struct lg_fleet_fate fate;

	if (event->kind == LG_FLEET_KEY ||
	    !lg_fleet_set_find(set, event->lock, &fate) || !fate.prepare ||
	    fate.until_s >= before_s)
		return 0;
	for (; is_gone && at < end; at++)
		if (!set->held[at]->vanished)
			return 0;
	return 1;
}

static void take_id(struct lg_fleet_set *set, const struct lg_fleet_held *held)
{
	size_t i;

	for (i = 0; i < set->count && set->by_id[i] != held; i++)
		;
	memmove(&set->by_id[i], &set->by_id[i + 1],
		(set->count - i - 1) * sizeof(*set->by_id));
}

static void take_out(struct lg_fleet_set *set, size_t at)
{
	struct lg_fleet_held *held = set->held[at];

	lg_fleet_set_no_trouble(set, &held->id);
	take_id(set, held);
	memmove(&set->held[at], &set->held[at + 1],
		(set->count - at - 1) * sizeof(*set->held));
	set->count--;
	set->bytes -= held->len;
	lg_fleet_held_free(held);
}

void lg_fleet_set_forget(struct lg_fleet_set *set, int64_t before_s,
			 int is_gone,
			 void (*forgets)(void *context,
					 const struct lg_fleet_held *held),
			 void *context)
{
	size_t at = 0;

	while (at < set->count) {
		size_t end = end_of(set, at);

		if (!may_forget(set, at, end, before_s, is_gone)) {
			at = end;
			continue;
		}
		for (; end > at; end--) {
			if (forgets)
				forgets(context, set->held[end - 1]);
			take_out(set, end - 1);
		}
	}
}
