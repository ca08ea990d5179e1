/* SPDX-License-Identifier: ISC */
/*
 * What the events of a lock come to. Nothing here depends on the order in
 * which they were heard: the set has them by kind and end, and of each kind
 * one counts by what it says itself.
 */
#include "core/fleet/fleet_set.h"

#include <string.h>

#include "base/listed.h"

const char *lg_fleet_code_name(enum lg_fleet_code code)
{
	static const char *const name[LG_FLEET_CODE_COUNT] = {
		"fleet-unsigned",   "fleet-bad-signature", "fleet-replayed",
		"fleet-unreadable", "fleet-vanished",      "fleet-cut-off"};

	return name[code];
}

const char *lg_fleet_state_name(enum lg_fleet_state state)
{
	static const char *const name[LG_FLEET_STATE_COUNT] = {
		"half", "prepared", "in-force", "over"};

	return name[state];
}

/* The first of two in time; at the same time by the key's name. */
static const struct lg_fleet_event *first(const struct lg_fleet_event *a,
					  const struct lg_fleet_event *b)
{
	if (!a)
		return b;
	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms ? a : b;
	return strcmp(a->key, b->key) <= 0 ? a : b;
}

static void take(struct lg_fleet_fate *fate, const struct lg_fleet_event *event)
{
	switch (event->kind) {
	case LG_FLEET_PREPARE:
		fate->prepare = first(fate->prepare, event);
		break;
	case LG_FLEET_BEGIN:
		fate->begin = first(fate->begin, event);
		break;
	case LG_FLEET_EXTEND:
		if (!fate->extend || event->until_s > fate->extend->until_s)
			fate->extend = event;
		break;
	case LG_FLEET_CONFIRM:
		fate->confirm = first(fate->confirm, event);
		break;
	case LG_FLEET_LIFT:
	case LG_FLEET_ABORT:
		fate->end = first(fate->end, event);
		break;
	case LG_FLEET_KEY:
		break;
	}
	fate->events++;
	if (event->number > fate->number)
		fate->number = event->number;
}

static void finish(struct lg_fleet_fate *fate)
{
	const struct lg_fleet_event *prepare = fate->prepare;
	const struct lg_fleet_event *begin = fate->begin;

	if (!prepare)
		return;
	fate->until_s = fate->extend ? fate->extend->until_s : prepare->until_s;
	if (!begin)
		return;
	fate->late =
		begin->at_ms > prepare->ready_by_ms + LG_FLEET_BEGIN_GRACE_MS;
	if (prepare->confirm_within_s)
		fate->confirm_by_s =
			begin->at_ms / 1000 + prepare->confirm_within_s;
	if (prepare->grace_s)
		fate->cut_at_s = begin->at_ms / 1000 + prepare->grace_s;
}

int lg_fleet_set_next(const struct lg_fleet_set *set, size_t *at,
		      struct lg_fleet_fate *out_fate)
{
	struct lg_fleet_fate fate = {0};

	while (*at < set->count && set->held[*at]->event->kind == LG_FLEET_KEY)
		(*at)++;
	if (*at == set->count)
		return 0;
	fate.lock = set->held[*at]->event->lock;
	for (; *at < set->count &&
	       !strcmp(set->held[*at]->event->lock, fate.lock);
	     (*at)++)
		take(&fate, set->held[*at]->event);
	finish(&fate);
	*out_fate = fate;
	return 1;
}

int lg_fleet_set_find(const struct lg_fleet_set *set, const char *lock,
		      struct lg_fleet_fate *out_fate)
{
	size_t at = 0;

	while (lg_fleet_set_next(set, &at, out_fate))
		if (!strcmp(out_fate->lock, lock))
			return 1;
	return 0;
}

enum lg_fleet_state lg_fleet_fate_state(const struct lg_fleet_fate *fate,
					int64_t now_ms)
{
	int64_t confirm_by_ms = fate->confirm_by_s * 1000;

	if (fate->end)
		return LG_FLEET_STATE_OVER;
	if (!fate->prepare)
		return LG_FLEET_STATE_HALF;
	if (now_ms >= fate->until_s * 1000)
		return LG_FLEET_STATE_OVER;
	if (!fate->begin || fate->late)
		return now_ms <= fate->prepare->ready_by_ms +
					       LG_FLEET_BEGIN_GRACE_MS
			       ? LG_FLEET_STATE_PREPARED
			       : LG_FLEET_STATE_OVER;
	if (confirm_by_ms && now_ms >= confirm_by_ms &&
	    (!fate->confirm || fate->confirm->at_ms >= confirm_by_ms))
		return LG_FLEET_STATE_OVER;
	return LG_FLEET_STATE_IN_FORCE;
}

int lg_fleet_concerns(const struct lg_strlist *wanted,
		      const struct lg_strlist *groups)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (lg_listed(groups, wanted->item[i]))
			return 1;
	return !wanted->count;
}
