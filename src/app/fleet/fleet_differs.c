/* SPDX-License-Identifier: ISC */
/*
 * fleet_differs.c - what a gate says against what was signed
 */
#include "app/fleet/fleet_differs.h"

#include <stdio.h>
#include <string.h>

/* What is not as it should be about one lock; NULL: nothing. */
static const char *compare(const struct lg_fleet_fate *fate,
			   const struct lg_fleet_report_lock *lock,
			   int64_t now_ms)
{
	int should =
		lg_fleet_fate_state(fate, now_ms) == LG_FLEET_STATE_IN_FORCE;
	int does = lock && lock->state == LG_FLEET_STATE_IN_FORCE;
	int waits = fate->prepare->starts_s * 1000 > now_ms;

	if (should && !does && !(waits && lock))
		return lock && lock->state == LG_FLEET_STATE_OVER
			       ? "was ended there"
			       : "is not in force there";
	if (!should && does)
		return !fate->begin && !fate->end
			       ? "is in force there and its begin is gone"
			       : "is in force there and should not be";
	if (should && does && lock->until_s != fate->until_s)
		return "has another end there";
	return NULL;
}

/* One that nobody here knows of, or not enough to tell of it. */
static const struct lg_fleet_report_lock *
find_unknown(const struct lg_fleet_set *set, const struct lg_fleet_one *one)
{
	struct lg_fleet_fate fate;

	for (size_t i = 0; i < one->report.lock_count; i++)
		if (one->report.lock[i].state == LG_FLEET_STATE_IN_FORCE &&
		    (!lg_fleet_set_find(set, one->report.lock[i].id, &fate) ||
		     (!fate.prepare && !fate.end)))
			return &one->report.lock[i];
	return NULL;
}

int lg_fleet_differs(const struct lg_fleet_set *set,
		     const struct lg_fleet_one *one, int64_t now_ms,
		     char out_how[LG_FLEET_DIFFERS_SIZE])
{
	const struct lg_fleet_report_lock *unknown;
	const char *what = NULL;
	const char *lock = "";
	struct lg_fleet_fate fate;
	size_t at = 0;

	while (!what && lg_fleet_set_next(set, &at, &fate)) {
		if (!fate.prepare ||
		    !lg_fleet_concerns(fate.prepare, &one->report.groups))
			continue;
		lock = fate.lock;
		what = compare(&fate,
			       lg_fleet_report_find(&one->report, fate.lock),
			       now_ms);
	}
	unknown = what ? NULL : find_unknown(set, one);
	if (unknown) {
		what = "is in force there, and its entries are gone or of "
		       "a key that was revoked";
		lock = unknown->id;
	}
	if (out_how)
		snprintf(out_how, LG_FLEET_DIFFERS_SIZE, "%s%s%s",
			 what ? lock : "", what ? " " : "", what ? what : "");
	return what != NULL;
}
