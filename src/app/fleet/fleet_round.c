/* SPDX-License-Identifier: ISC */
/*
 * The coordinator believes no gate more than it must: a gate that says it is
 * in force counts as that, one that says nothing in time counts as not. What
 * it writes it signs, and writing the same twice is writing it once, so a
 * provider that dies under an event is no reason to give up.
 */
#include "app/fleet/fleet_round.h"

#include <stdlib.h>
#include <string.h>

#include "app/fleet/fleet_publish.h"

const char *lg_fleet_answer_name(enum lg_fleet_answer answer)
{
	switch (answer) {
	case LG_FLEET_NO_ANSWER:
		return "waiting";
	case LG_FLEET_IS_AWAY:
		return "away";
	case LG_FLEET_IS_READY:
		return "ready";
	case LG_FLEET_IS_NOT_READY:
		return "not-ready";
	case LG_FLEET_DID:
		return "in-force";
	}
	return "";
}

static struct lg_now now_of(const struct lg_fleet_round *round)
{
	struct lg_now now;

	round->clock->now(round->clock->self, &now);
	return now;
}

void lg_fleet_round_release(struct lg_fleet_round *round)
{
	lg_fleet_gates_release(&round->gates);
	lg_strlist_release(&round->groups);
	free(round->part);
	round->part = NULL;
	round->part_count = 0;
}

static enum lg_status write_event(struct lg_fleet_round *round,
				  struct lg_fleet_event *event,
				  struct lg_error *err)
{
	event->base = round->ear->base;
	event->key = round->key;
	event->by = round->by;
	event->number = round->number;
	event->count = lg_fleet_ear_count(round->ear);
	memcpy(event->lock, round->lock, sizeof(event->lock));
	return lg_fleet_publish(round->fleet, round->signature, event, err);
}

/* Writes what the round waits for next; tried again by each step. at_ms is
 * kept, so that each try writes the same. */
static void write_next(struct lg_fleet_round *round)
{
	struct lg_fleet_event event = {.kind = round->kind,
				       .at_ms = round->at_ms,
				       .until_s = round->until_s};
	enum lg_status status;

	round->err = (struct lg_error){0};
	status = write_event(round, &event, &round->err);
	if (!status)
		round->writes = 0;
}

static void begin_phase(struct lg_fleet_round *round, enum lg_fleet_phase phase,
			enum lg_fleet_kind kind)
{
	struct lg_now now = now_of(round);

	round->phase = phase;
	round->kind = kind;
	round->number++;
	round->at_ms = now.wall_ms;
	round->deadline_ms = now.boot_ms + round->within_ms;
	round->writes = 1;
	write_next(round);
}

static void finish(struct lg_fleet_round *round, enum lg_fleet_outcome outcome)
{
	round->phase = LG_FLEET_PHASE_DONE;
	round->outcome = outcome;
}

static int is_concerned(const struct lg_fleet_round *round,
			const struct lg_fleet_one *one)
{
	const struct lg_fleet_event like = {.groups = round->groups};

	return !one->gone && lg_fleet_concerns(&like, &one->report.groups);
}

/* Which gates it is about: all entries of the groups, also those away. */
static enum lg_status find_parts(struct lg_fleet_round *round,
				 struct lg_error *err)
{
	struct lg_fleet_sink sink = lg_fleet_gates_sink(&round->gates);
	enum lg_status status =
		round->fleet->gates(round->fleet->self, &sink, err);
	size_t i;

	if (status)
		return status;
	round->part = calloc(round->gates.count + 1, sizeof(*round->part));
	if (!round->part)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	for (i = 0; i < round->gates.count; i++) {
		const struct lg_fleet_one *one = round->gates.one[i];

		if (!is_concerned(round, one))
			continue;
		memcpy(round->part[round->part_count++].name, one->name,
		       sizeof(one->name));
	}
	return LG_OK;
}

static size_t needed_of(const struct lg_fleet_round *round)
{
	size_t all = round->part_count;

	switch (round->require) {
	case LG_FLEET_REQUIRE_ALL:
		break;
	case LG_FLEET_REQUIRE_COUNT:
		return (size_t)round->required;
	case LG_FLEET_REQUIRE_PERCENT:
		return (all * (size_t)round->required + 99) / 100;
	}
	return all;
}

static size_t count_of(const struct lg_fleet_round *round,
		       enum lg_fleet_answer answer)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < round->part_count; i++)
		count += round->part[i].answer == answer;
	return count;
}

static const struct lg_fleet_one *one_of(const struct lg_fleet_round *round,
					 const char *name)
{
	size_t i;

	for (i = 0; i < round->gates.count; i++)
		if (!strcmp(round->gates.one[i]->name, name))
			return round->gates.one[i];
	return NULL;
}

/* What a gate's report says of the event that is waited for. */
static enum lg_fleet_answer answer_of(const struct lg_fleet_round *round,
				      const struct lg_fleet_report_lock *lock)
{
	int acted = lock && lock->number >= round->number;
	int waits = round->starts_s > now_of(round).wall_ms / 1000;

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
	const struct lg_fleet_one *one = one_of(round, part->name);
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
	part->why[0] = '\0';
	if (answer == LG_FLEET_IS_NOT_READY)
		memcpy(part->why, lock->why, sizeof(part->why));
	if (round->told)
		round->told(round->context, part);
}

static void look(struct lg_fleet_round *round)
{
	struct lg_now now = now_of(round);
	size_t i;

	for (i = 0; i < round->part_count; i++)
		look_at(round, &round->part[i], now);
}

static enum lg_status open_round(struct lg_fleet_round *round, const char *lock,
				 struct lg_error *err)
{
	enum lg_status status = find_parts(round, err);

	if (status)
		return status;
	memcpy(round->lock, lock, strlen(lock) + 1);
	round->began_ms = now_of(round).boot_ms;
	round->needed = needed_of(round);
	round->number = INT64_MAX;
	look(round);
	round->number = 0;
	return LG_OK;
}

/* Names of parts with this answer, at most some. */
static void name_parts(const struct lg_fleet_round *round,
		       enum lg_fleet_answer answer, struct lg_buffer *out)
{
	size_t named = 0;
	size_t i;

	for (i = 0; i < round->part_count; i++) {
		if (round->part[i].answer != answer)
			continue;
		if (named++ < 8)
			lg_buffer_format(out, "%s%s", named > 1 ? ", " : "",
					 round->part[i].name);
	}
	if (named > 8)
		lg_buffer_format(out, " and %zu more", named - 8);
}

static enum lg_status enough_there(struct lg_fleet_round *round,
				   struct lg_error *err)
{
	size_t away = count_of(round, LG_FLEET_IS_AWAY);
	struct lg_buffer names = {0};

	if (!round->part_count)
		return lg_error_set(err, LG_ERR_CONFLICT, NULL,
				    "no gate of the fleet is in %s; nothing "
				    "was written",
				    round->groups.count ? "that group"
							: "ou=gates");
	if (round->part_count - away >= round->needed)
		return LG_OK;
	name_parts(round, LG_FLEET_IS_AWAY, &names);
	lg_error_set(err, LG_ERR_CONFLICT, NULL,
		     "%zu of %zu gates are away (%s) and %zu are required; "
		     "nothing was written; --require says how many are enough",
		     away, round->part_count, names.len ? names.data : "",
		     round->needed);
	lg_buffer_release(&names);
	return LG_ERR_CONFLICT;
}

enum lg_status lg_fleet_round_apply(struct lg_fleet_round *round,
				    const char *lock,
				    struct lg_fleet_event *prepare,
				    struct lg_error *err)
{
	struct lg_now now;
	enum lg_status status =
		lg_strlist_add_all(&round->groups, &prepare->groups, err);

	if (!status)
		status = open_round(round, lock, err);
	if (!status)
		status = enough_there(round, err);
	if (status)
		return status;
	now = now_of(round);
	prepare->kind = LG_FLEET_PREPARE;
	prepare->at_ms = now.wall_ms;
	prepare->ready_by_ms = now.wall_ms + round->within_ms;
	round->starts_s = prepare->starts_s;
	round->number = 1;
	round->phase = LG_FLEET_PHASE_READY;
	round->deadline_ms = now.boot_ms + round->within_ms;
	status = write_event(round, prepare, err);
	if (status == LG_ERR_TIMEOUT) {
		/* It may be there: nobody shall be left prepared. */
		begin_phase(round, LG_FLEET_PHASE_DONE, LG_FLEET_ABORT);
	}
	return status;
}

enum lg_status lg_fleet_round_change(struct lg_fleet_round *round,
				     const struct lg_fleet_fate *fate,
				     enum lg_fleet_kind kind, int64_t until_s,
				     struct lg_error *err)
{
	enum lg_status status = LG_OK;

	if (fate->prepare)
		status = lg_strlist_add_all(&round->groups,
					    &fate->prepare->groups, err);
	if (!status)
		status = open_round(round, fate->lock, err);
	if (status)
		return status;
	round->number = fate->number;
	round->until_s = until_s;
	begin_phase(round, LG_FLEET_PHASE_ACTED, kind);
	if (!round->writes)
		return LG_OK;
	*err = round->err;
	return err->status;
}

/* Nothing was begun: it is in force nowhere, whoever hears of the abort. */
static void give_up(struct lg_fleet_round *round)
{
	int tries = 3;

	begin_phase(round, LG_FLEET_PHASE_READY, LG_FLEET_ABORT);
	while (round->writes && --tries)
		write_next(round);
	/* Gates drop what is only prepared by themselves. */
	finish(round, LG_FLEET_CAME_TO_NOTHING);
}

static void decide_ready(struct lg_fleet_round *round, int late)
{
	size_t ready = count_of(round, LG_FLEET_IS_READY);
	size_t open = count_of(round, LG_FLEET_NO_ANSWER);

	if (ready >= round->needed && (!open || late))
		begin_phase(round, LG_FLEET_PHASE_IN_FORCE, LG_FLEET_BEGIN);
	else if (ready + open < round->needed || late)
		give_up(round);
}

static void decide_in_force(struct lg_fleet_round *round, int late)
{
	size_t did = count_of(round, LG_FLEET_DID);
	size_t open = count_of(round, LG_FLEET_NO_ANSWER) +
		      count_of(round, LG_FLEET_IS_READY);

	if (did >= round->needed && (!open || late))
		finish(round, LG_FLEET_CAME_TRUE);
	else if (late)
		begin_phase(round, LG_FLEET_PHASE_UNDO, LG_FLEET_LIFT);
}

static void decide_undo(struct lg_fleet_round *round, int late)
{
	size_t did = count_of(round, LG_FLEET_DID);

	if (did == round->part_count)
		finish(round, LG_FLEET_PUT_BACK);
	else if (late)
		finish(round, LG_FLEET_NOT_PUT_BACK);
}

static void decide_acted(struct lg_fleet_round *round, int late)
{
	size_t did = count_of(round, LG_FLEET_DID);
	size_t open = count_of(round, LG_FLEET_NO_ANSWER);

	if (did >= round->needed && (!open || late))
		finish(round, LG_FLEET_CAME_TRUE);
	else if (late || (!open && did < round->needed))
		finish(round, LG_FLEET_NOT_EVERYWHERE);
}

enum lg_status lg_fleet_round_step(struct lg_fleet_round *round,
				   unsigned int timeout_ms,
				   struct lg_error *err)
{
	struct lg_fleet_sink sink = lg_fleet_gates_sink(&round->gates);
	enum lg_status status;
	int late;

	if (round->phase == LG_FLEET_PHASE_DONE)
		return LG_OK;
	status = round->fleet->poll(round->fleet->self, timeout_ms, &sink, err);
	if (status)
		return status;
	if (round->writes)
		write_next(round);
	look(round);
	late = now_of(round).boot_ms >= round->deadline_ms;
	switch (round->phase) {
	case LG_FLEET_PHASE_READY:
		decide_ready(round, late);
		break;
	case LG_FLEET_PHASE_IN_FORCE:
		decide_in_force(round, late);
		break;
	case LG_FLEET_PHASE_UNDO:
		decide_undo(round, late);
		break;
	case LG_FLEET_PHASE_ACTED:
		decide_acted(round, late);
		break;
	case LG_FLEET_PHASE_DONE:
		break;
	}
	return LG_OK;
}

void lg_fleet_round_stop(struct lg_fleet_round *round)
{
	if (round->phase == LG_FLEET_PHASE_READY)
		give_up(round);
	else if (round->phase != LG_FLEET_PHASE_DONE)
		finish(round, LG_FLEET_NOT_EVERYWHERE);
}
