/* SPDX-License-Identifier: ISC */
/*
 * The coordinator believes no gate more than it must: a gate that says it is
 * in force counts as that, one that says nothing in time counts as not. What
 * it writes it signs, and writing the same twice is writing it once, so a
 * provider that dies under an event is no reason to give up.
 */
#include "app/fleet/fleet_round.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/fleet/fleet_parts.h"
#include "base/base64.h"

/* How long a poll waits while gates are missing. */
#define LOOK_MS 100
/* Names of events that may be taken before it is given up. */
#define NAMES_TAKEN_MAX 16

static struct lg_fleet_text text_of(const struct lg_buffer *buffer)
{
	return (struct lg_fleet_text){buffer->data, buffer->len};
}

static struct lg_fleet_text text_of_name(const char *name)
{
	return (struct lg_fleet_text){name, strlen(name)};
}

enum lg_status lg_fleet_publish(const struct lg_fleet *fleet,
				const struct lg_signature *signature,
				const struct lg_fleet_event *event,
				struct lg_error *err)
{
	unsigned char by[LG_FLEET_SIGNATURE_SIZE];
	struct lg_buffer name = {0}, body = {0}, bytes = {0}, text = {0};
	struct lg_fleet_entry entry;
	enum lg_status status;
	char number[24];

	status = lg_fleet_event_render(event, &body, err);
	if (status != LG_OK)
		goto out;
	lg_fleet_signed_bytes(event->base, body.data, body.len, &bytes);
	lg_fleet_event_name(event, &name);
	snprintf(number, sizeof(number), "%lld", (long long)event->number);
	if ((status = lg_buffer_status(&bytes, err)) != LG_OK ||
	    (status = lg_buffer_status(&name, err)) != LG_OK ||
	    (status = signature->sign(signature->self, bytes.data, bytes.len,
				      by, err)) != LG_OK)
		goto out;
	lg_base64_encode(by, sizeof(by), &text);
	entry = (struct lg_fleet_entry){
		.cn = text_of(&name),
		.lock = text_of_name(event->lock),
		.number = text_of_name(number),
		.kind = text_of_name(lg_fleet_kind_name(event->kind)),
		.body = text_of(&body),
		.key = text_of_name(event->key),
		.signature = text_of(&text),
	};
	status = lg_buffer_status(&text, err);
	if (status == LG_OK)
		status = fleet->publish(fleet->self, &entry, err);
out:
	lg_buffer_release(&text);
	lg_buffer_release(&bytes);
	lg_buffer_release(&body);
	lg_buffer_release(&name);
	return status;
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
	event->count = (int64_t)round->ear->set->count;
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
	int tries = NAMES_TAKEN_MAX;

	do {
		round->err = (struct lg_error){0};
		status = write_event(round, &event, &round->err);
		/* What was not seen when the round began has come since. */
	} while (status == LG_ERR_CONFLICT && tries-- && round->number++);
	if (status == LG_OK)
		round->writes = 0;
}

static void begin_phase(struct lg_fleet_round *round, enum lg_fleet_phase phase,
			enum lg_fleet_kind kind)
{
	struct lg_now now = lg_clock_now(round->clock);

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

static enum lg_status open_round(struct lg_fleet_round *round, const char *lock,
				 struct lg_error *err)
{
	enum lg_status status = lg_fleet_parts_find(round, err);

	if (status != LG_OK)
		return status;
	memcpy(round->lock, lock, strlen(lock) + 1);
	round->began_ms = lg_clock_now(round->clock).boot_ms;
	round->needed = needed_of(round);
	round->number = INT64_MAX;
	lg_fleet_parts_look(round);
	round->number = 0;
	return LG_OK;
}

static enum lg_status enough_there(struct lg_fleet_round *round,
				   struct lg_error *err)
{
	size_t away = lg_fleet_parts_count(round, LG_FLEET_IS_AWAY);
	struct lg_buffer names = {0};

	if (!round->part_count)
		return lg_error_set(err, LG_ERR_CONFLICT, NULL,
				    "no gate of the fleet is in %s; nothing "
				    "was written",
				    round->groups.count ? "that group"
							: "ou=gates");
	if (round->part_count - away >= round->needed)
		return LG_OK;
	lg_fleet_parts_name_away(round, &names);
	lg_error_set(err, LG_ERR_CONFLICT, NULL,
		     "%zu of %zu gates are away (%s) and %zu are required; "
		     "nothing was written; --require says how many are enough",
		     away, round->part_count, names.len ? names.data : "",
		     round->needed);
	lg_buffer_release(&names);
	return LG_ERR_CONFLICT;
}

/* Gates whose provider has just died are heard again within moments: what is
 * required has as long to be there as it has to answer. */
static enum lg_status wait_for_gates(struct lg_fleet_round *round,
				     struct lg_error *err)
{
	struct lg_fleet_sink sink = lg_fleet_gates_sink(&round->gates);
	enum lg_status status = LG_OK;

	round->number = INT64_MAX;
	while (status == LG_OK && round->part_count &&
	       round->part_count -
			       lg_fleet_parts_count(round, LG_FLEET_IS_AWAY) <
		       round->needed &&
	       lg_clock_now(round->clock).boot_ms - round->began_ms <
		       round->within_ms) {
		status = round->fleet->poll(round->fleet->self, LOOK_MS, &sink,
					    err);
		lg_fleet_parts_look(round);
	}
	round->number = 0;
	return status;
}

enum lg_status lg_fleet_round_apply(struct lg_fleet_round *round,
				    const char *lock,
				    struct lg_fleet_event *prepare,
				    struct lg_error *err)
{
	struct lg_now now;
	enum lg_status status =
		lg_strlist_add_all(&round->groups, &prepare->groups, err);

	if (status == LG_OK)
		status = open_round(round, lock, err);
	if (status == LG_OK)
		status = wait_for_gates(round, err);
	if (status == LG_OK)
		status = enough_there(round, err);
	if (status != LG_OK)
		return status;
	now = lg_clock_now(round->clock);
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
	if (status == LG_OK)
		status = open_round(round, fate->lock, err);
	if (status != LG_OK)
		return status;
	round->number = lg_fleet_parts_highest(round, fate->number);
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

/* Enough gates have answered so, and nobody is waited for any more. */
static int is_enough(const struct lg_fleet_round *round,
		     enum lg_fleet_answer answer)
{
	return lg_fleet_parts_count(round, answer) >= round->needed &&
	       (round->late ||
		!lg_fleet_parts_count(round, LG_FLEET_NO_ANSWER));
}

/* One that is away may be failing over: it is waited for where it is needed,
 * and keeps nobody waiting where it is not. */
static int is_in_vain(const struct lg_fleet_round *round)
{
	return round->late ||
	       round->part_count - lg_fleet_parts_count(round,
							LG_FLEET_IS_NOT_READY) <
		       round->needed;
}

static void decide_ready(struct lg_fleet_round *round)
{
	if (is_enough(round, LG_FLEET_IS_READY))
		begin_phase(round, LG_FLEET_PHASE_IN_FORCE, LG_FLEET_BEGIN);
	else if (is_in_vain(round))
		give_up(round);
}

/* Those that said nothing are to be named as well. */
static void note_failed(struct lg_fleet_round *round)
{
	for (size_t i = 0; i < round->part_count; i++)
		if (round->part[i].answer == LG_FLEET_NO_ANSWER ||
		    round->part[i].answer == LG_FLEET_IS_READY)
			snprintf(round->part[i].why, sizeof(round->part[i].why),
				 "it did not say in time that it is in force");
}

static void decide_in_force(struct lg_fleet_round *round)
{
	if (is_enough(round, LG_FLEET_DID) &&
	    (round->late || !lg_fleet_parts_count(round, LG_FLEET_IS_READY))) {
		finish(round, LG_FLEET_CAME_TRUE);
	} else if (round->late) {
		note_failed(round);
		begin_phase(round, LG_FLEET_PHASE_UNDO, LG_FLEET_LIFT);
	}
}

static void decide_undo(struct lg_fleet_round *round)
{
	if (lg_fleet_parts_count(round, LG_FLEET_DID) == round->part_count)
		finish(round, LG_FLEET_PUT_BACK);
	else if (round->late)
		finish(round, LG_FLEET_NOT_PUT_BACK);
}

static void decide_acted(struct lg_fleet_round *round)
{
	if (is_enough(round, LG_FLEET_DID))
		finish(round, LG_FLEET_CAME_TRUE);
	else if (is_in_vain(round))
		finish(round, LG_FLEET_NOT_EVERYWHERE);
}

/* What is decided in each phase, and what comes of it where it is stopped. */
static const struct {
	void (*decide)(struct lg_fleet_round *round);
	enum lg_fleet_outcome stopped;
} phases[LG_FLEET_PHASE_DONE] = {
	[LG_FLEET_PHASE_READY] = {decide_ready, LG_FLEET_STOPPED},
	[LG_FLEET_PHASE_IN_FORCE] = {decide_in_force, LG_FLEET_STOPPED_LATE},
	[LG_FLEET_PHASE_UNDO] = {decide_undo, LG_FLEET_NOT_PUT_BACK},
	[LG_FLEET_PHASE_ACTED] = {decide_acted, LG_FLEET_NOT_EVERYWHERE},
};

void lg_fleet_round_stop(struct lg_fleet_round *round)
{
	enum lg_fleet_phase phase = round->phase;

	if (phase == LG_FLEET_PHASE_DONE)
		return;
	if (phase == LG_FLEET_PHASE_READY)
		give_up(round);
	finish(round, phases[phase].stopped);
}

enum lg_status lg_fleet_round_step(struct lg_fleet_round *round,
				   unsigned int timeout_ms,
				   struct lg_error *err)
{
	struct lg_fleet_sink sink = lg_fleet_gates_sink(&round->gates);
	enum lg_status status;

	if (round->phase == LG_FLEET_PHASE_DONE)
		return LG_OK;
	status = round->fleet->poll(round->fleet->self, timeout_ms, &sink, err);
	if (status != LG_OK)
		return status;
	if (round->writes)
		write_next(round);
	lg_fleet_parts_look(round);
	round->late = lg_clock_now(round->clock).boot_ms >= round->deadline_ms;
	phases[round->phase].decide(round);
	return LG_OK;
}
