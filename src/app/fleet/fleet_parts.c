/* SPDX-License-Identifier: ISC */
/*
 * fleet_parts.c - the gates of a round, and what each has answered
 */
#include "app/fleet/fleet_parts.h"

#include <stdlib.h>
#include <string.h>

const char *lg_fleet_part_state(const struct lg_fleet_round *round,
				const struct lg_fleet_part *part)
{
	static const char *const name[] = {
		[LG_FLEET_NO_ANSWER] = "waiting",
		[LG_FLEET_IS_AWAY] = "away",
		[LG_FLEET_IS_READY] = "ready",
		[LG_FLEET_IS_NOT_READY] = "not-ready",
		[LG_FLEET_DID] = "in-force",
	};

	return part->answer == LG_FLEET_DID && round->kind == LG_FLEET_LIFT
		       ? "lifted"
		       : name[part->answer];
}

/* Which gates it is about: all entries of the groups, also those away. */
enum lg_status lg_fleet_parts_find(struct lg_fleet_round *round,
				   struct lg_error *err)
{
	struct lg_fleet_sink sink = lg_fleet_gates_sink(&round->gates);
	enum lg_status status =
		round->fleet->gates(round->fleet->self, &sink, err);

	if (status != LG_OK)
		return status;
	round->part = calloc(round->gates.count + 1, sizeof(*round->part));
	if (!round->part)
		return lg_no_memory(err);
	for (size_t i = 0; i < round->gates.count; i++) {
		const struct lg_fleet_one *one = round->gates.one[i];

		if (!lg_fleet_one_concerned(one, &round->groups))
			continue;
		memcpy(round->part[round->part_count++].name, one->name,
		       sizeof(one->name));
	}
	return LG_OK;
}

size_t lg_fleet_parts_count(const struct lg_fleet_round *round,
			    enum lg_fleet_answer answer)
{
	size_t count = 0;

	for (size_t i = 0; i < round->part_count; i++)
		count += round->part[i].answer == answer;
	return count;
}

/* What a gate's report says of the event that is waited for. */
static enum lg_fleet_answer answer_of(const struct lg_fleet_round *round,
				      const struct lg_fleet_report_lock *lock)
{
	int acted = lock && lock->number >= round->number;
	int waits = round->starts_s > lg_clock_now(round->clock).wall_ms / 1000;

	switch (round->phase) {
	case LG_FLEET_PHASE_READY:
		if (!acted || lock->ready == LG_FLEET_READY_UNKNOWN)
			return LG_FLEET_NO_ANSWER;
		return lock->ready == LG_FLEET_READY_YES
			       ? LG_FLEET_IS_READY
			       : LG_FLEET_IS_NOT_READY;
	case LG_FLEET_PHASE_IN_FORCE:
		if (!acted)
			return LG_FLEET_NO_ANSWER;
		if (lock->state == LG_FLEET_STATE_IN_FORCE ||
		    (waits && lock->ready == LG_FLEET_READY_YES))
			return LG_FLEET_DID;
		return LG_FLEET_IS_NOT_READY;
	case LG_FLEET_PHASE_UNDO:
		return acted && lock->state == LG_FLEET_STATE_OVER
			       ? LG_FLEET_DID
			       : LG_FLEET_NO_ANSWER;
	case LG_FLEET_PHASE_ACTED:
		if (!acted)
			return LG_FLEET_NO_ANSWER;
		if (round->kind == LG_FLEET_LIFT)
			return lock->state == LG_FLEET_STATE_OVER
				       ? LG_FLEET_DID
				       : LG_FLEET_NO_ANSWER;
		return lock->ready == LG_FLEET_READY_NO ? LG_FLEET_IS_NOT_READY
							: LG_FLEET_DID;
	case LG_FLEET_PHASE_DONE:
		break;
	}
	return LG_FLEET_NO_ANSWER;
}

static void look_at(struct lg_fleet_round *round, struct lg_fleet_part *part,
		    struct lg_now now)
{
	const struct lg_fleet_one *one =
		lg_fleet_gates_find(&round->gates, part->name);
	const struct lg_fleet_report_lock *lock =
		one ? lg_fleet_report_find(&one->report, round->lock) : NULL;
	enum lg_fleet_answer answer = answer_of(round, lock);

	if (answer == LG_FLEET_NO_ANSWER &&
	    (!one || lg_fleet_one_away(one, now.wall_ms)))
		answer = LG_FLEET_IS_AWAY;
	if (answer == part->answer)
		return;
	part->answer = answer;
	part->after_ms = now.boot_ms - round->began_ms;
	/* Why it had to be undone is still to be told afterwards. */
	if (round->phase != LG_FLEET_PHASE_UNDO)
		part->why[0] = '\0';
	if (answer == LG_FLEET_IS_NOT_READY)
		memcpy(part->why, lock->why, sizeof(part->why));
	if (round->told)
		round->told(round->context, round, part);
}

void lg_fleet_parts_look(struct lg_fleet_round *round)
{
	struct lg_now now = lg_clock_now(round->clock);

	for (size_t i = 0; i < round->part_count; i++)
		look_at(round, &round->part[i], now);
}

void lg_fleet_parts_name_away(const struct lg_fleet_round *round,
			      struct lg_buffer *out)
{
	size_t named = 0;

	for (size_t i = 0; i < round->part_count; i++)
		if (round->part[i].answer == LG_FLEET_IS_AWAY)
			lg_fleet_name_one(out, round->part[i].name, &named);
	lg_fleet_name_more(out, named);
}

int64_t lg_fleet_parts_highest(const struct lg_fleet_round *round,
			       int64_t number)
{
	for (size_t i = 0; i < round->gates.count; i++) {
		const struct lg_fleet_report_lock *lock = lg_fleet_report_find(
			&round->gates.one[i]->report, round->lock);

		if (lock && lock->number > number && lock->number < INT32_MAX)
			number = lock->number;
	}
	return number;
}
