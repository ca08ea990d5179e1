/* SPDX-License-Identifier: ISC */
/*
 * An entry that does not read leaves the gate known by its name: it counts
 * among all, and nothing is known of it.
 */
#include "app/fleet/fleet_gates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

/* Names of gates in one line. */
#define NAMED_MAX 8

void lg_fleet_gates_release(struct lg_fleet_gates *gates)
{
	for (size_t i = 0; i < gates->count; i++) {
		lg_fleet_report_release(&gates->one[i]->report);
		free(gates->one[i]);
	}
	free(gates->one);
	*gates = (struct lg_fleet_gates){0};
}

/* Where a name is, or would be. */
static size_t place_of(const struct lg_fleet_gates *gates, const char *name)
{
	size_t low = 0;
	size_t high = gates->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(gates->one[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct lg_fleet_one *
lg_fleet_gates_find(const struct lg_fleet_gates *gates, const char *name)
{
	size_t at = place_of(gates, name);

	return at < gates->count && !strcmp(gates->one[at]->name, name)
		       ? gates->one[at]
		       : NULL;
}

static enum lg_status make_one(struct lg_fleet_gates *gates, const char *name,
			       struct lg_fleet_one **out_one,
			       struct lg_error *err)
{
	size_t at = place_of(gates, name);
	struct lg_fleet_one **at_place;
	struct lg_fleet_one *one;

	if (at < gates->count && !strcmp(gates->one[at]->name, name)) {
		*out_one = gates->one[at];
		return LG_OK;
	}
	if (gates->count == LG_FLEET_GATES_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, NULL,
				    "more than %d gates", LG_FLEET_GATES_MAX);
	if (lg_grow(&gates->one, &gates->capacity, gates->count,
		    sizeof(struct lg_fleet_one *), err) != LG_OK)
		return LG_ERR_NO_MEMORY;
	one = calloc(1, sizeof(*one));
	if (!one)
		return lg_no_memory(err);
	memcpy(one->name, name, strlen(name) + 1);
	at_place = &gates->one[at];
	memmove(at_place + 1, at_place,
		(gates->count - at) * sizeof(struct lg_fleet_one *));
	*at_place = one;
	gates->count++;
	*out_one = one;
	return LG_OK;
}

static enum lg_status hear_gate(struct lg_fleet_gates *gates,
				const struct lg_fleet_gate_entry *entry,
				struct lg_error *err)
{
	struct lg_fleet_report report = {0};
	char name[LG_FLEET_NAME_SIZE] = "";
	struct lg_fleet_one *one = NULL;
	enum lg_status status;

	if (!entry->name.bytes ||
	    !lg_fleet_is_name(entry->name.bytes, entry->name.len))
		return LG_OK;
	memcpy(name, entry->name.bytes, entry->name.len);
	status = make_one(gates, name, &one, err);
	if (status != LG_OK)
		return status;
	/* Of two providers one may be behind. */
	if (one->modified_ms > entry->modified_ms && entry->modified_ms &&
	    !one->gone)
		return LG_OK;
	one->id = entry->id;
	one->gone = 0;
	if (entry->report.bytes && !entry->fault)
		status = lg_fleet_report_parse(entry->report.bytes,
					       entry->report.len, &report, err);
	if (status == LG_ERR_NO_MEMORY)
		return status;
	lg_fleet_report_release(&one->report);
	one->report = report;
	one->modified_ms = *report.version ? entry->modified_ms : 0;
	return LG_OK;
}

static enum lg_status hear(void *context, const struct lg_fleet_news *news,
			   struct lg_error *err)
{
	struct lg_fleet_gates *gates = context;

	if (news->kind == LG_FLEET_NEWS_GATE)
		return hear_gate(gates, news->gate, err);
	for (size_t i = 0; i < gates->count; i++)
		if (!memcmp(&gates->one[i]->id, news->id, sizeof(*news->id)))
			gates->one[i]->gone = 1;
	return LG_OK;
}

struct lg_fleet_sink lg_fleet_gates_sink(struct lg_fleet_gates *gates)
{
	return (struct lg_fleet_sink){.context = gates,
				      .hears = LG_FLEET_HEARS(GATE) |
					       LG_FLEET_HEARS(VANISHED),
				      .tell = hear};
}

const struct lg_fleet_one *
lg_fleet_gates_missed(const struct lg_fleet_gates *gates,
		      const struct lg_fleet_set *shown)
{
	int64_t most = (int64_t)shown->count;
	const struct lg_fleet_one *found = NULL;

	for (size_t i = 0; i < gates->count; i++) {
		if (gates->one[i]->gone || gates->one[i]->report.count <= most)
			continue;
		most = gates->one[i]->report.count;
		found = gates->one[i];
	}
	return found;
}

void lg_fleet_name_one(struct lg_buffer *out, const char *name, size_t *count)
{
	if ((*count)++ < NAMED_MAX)
		lg_buffer_format(out, "%s%s", *count > 1 ? ", " : "", name);
}

void lg_fleet_name_more(struct lg_buffer *out, size_t count)
{
	if (count > NAMED_MAX)
		lg_buffer_format(out, " and %zu more", count - NAMED_MAX);
}

int lg_fleet_one_concerned(const struct lg_fleet_one *one,
			   const struct lg_strlist *groups)
{
	return !one->gone && lg_fleet_concerns(groups, &one->report.groups);
}

int lg_fleet_one_away(const struct lg_fleet_one *one, int64_t now_ms)
{
	int64_t beat_ms = one->report.heartbeat_s * 1000;

	return one->gone || !one->modified_ms ||
	       now_ms - one->modified_ms >
		       LG_FLEET_MISSED * (beat_ms > 0 ? beat_ms : 30000);
}

int64_t lg_fleet_one_skew_s(const struct lg_fleet_one *one)
{
	int64_t skew_ms = one->report.clock_ms - one->modified_ms;

	return one->modified_ms && one->report.clock_ms ? skew_ms / 1000 : 0;
}

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
		if (!fate.prepare || !lg_fleet_concerns(&fate.prepare->groups,
							&one->report.groups))
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
