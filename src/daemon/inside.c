/* SPDX-License-Identifier: ISC */
/*
 * inside.c - the store model driven by real time, on the state lane
 *
 * lg_store alone knows when values are read: at once, at a poll every 900 s or
 * at a restart of the store. This file hands it values and time and listens to
 * what it says. A read whose facts are missing leaves the policy as it was.
 *
 * What time brings is done in memory first and then written down: nobody stays
 * out because a disk is full, or slow.
 */
#include "daemon/inside.h"

#include <stdlib.h>

#include "adapters/system/system_clock.h"
#include "app/lock/backup.h"
#include "app/lock/lock_change.h"
#include "app/lock/layers.h"
#include "app/lock/picture.h"
#include "daemon/gate.h"
#include "daemon/inside_facts.h"
#include "daemon/inside_loud.h"

/* How it is told that one lock is left out; taken back with the lock, too. */
#define UNKNOWN "whom a lock refuses is not known"
#define LOST_ANSWERS "the saved answers of the directory"

static int64_t store_s(const struct gate_inside *inside)
{
	int64_t now_ms = lg_clock_now(&inside->clock).boot_ms;

	return (now_ms - inside->started_boot_ms) / 1000;
}

void gate_settings_drop(struct gate_held_settings *held)
{
	if (!held || --held->holders)
		return;
	lg_settings_free(&held->settings);
	free(held);
}

enum lg_status gate_inside_settings(struct gate_inside *inside,
				    struct lg_settings *settings,
				    struct lg_error *err)
{
	struct gate_held_settings *held = calloc(1, sizeof(*held));

	if (!held) {
		lg_settings_free(&settings);
		return lg_no_memory(err);
	}
	held->holders = 1;
	held->settings = settings;
	gate_settings_drop(inside->held);
	inside->held = held;
	inside->settings = settings;
	return LG_OK;
}

enum lg_status gate_inside_new(const struct gate *gate,
			       struct lg_settings *settings,
			       struct gate_inside **out_inside,
			       struct lg_error *err)
{
	struct gate_inside *inside = calloc(1, sizeof(*inside));
	enum lg_status status;

	if (!inside) {
		lg_settings_free(&settings);
		return lg_no_memory(err);
	}
	inside->files = &gate->files;
	inside->clock = lg_system_clock_kept(&inside->now);
	inside->started_boot_ms = gate->started_boot_ms;
	status = gate_inside_settings(inside, settings, err);
	if (status == LG_OK)
		status = lg_state_load(inside->files, &inside->clock,
				       LG_STATE_WRITE, &inside->state, err);
	if (status == LG_OK)
		status = lg_registry_new(&inside->nothing, err);
	if (status == LG_OK)
		status = lg_store_new(settings->dialect, &inside->store, err);
	if (status != LG_OK)
		gate_inside_free(&inside);
	else
		*out_inside = inside;
	return status;
}

void gate_inside_free(struct gate_inside **inside)
{
	if (!inside || !*inside)
		return;
	lg_store_free(&(*inside)->store);
	lg_registry_free(&(*inside)->nothing);
	lg_strlist_release(&(*inside)->loud_logged);
	lg_state_free(&(*inside)->state);
	gate_settings_drop((*inside)->held);
	free(*inside);
	*inside = NULL;
}

const struct lg_policy *gate_inside_policy(const struct gate_inside *inside)
{
	return inside->has_policy && !inside->unheard
		       ? lg_store_policy(inside->store)
		       : NULL;
}

int gate_inside_restarts(const struct gate_inside *inside)
{
	const struct lg_dialect_traits *traits =
		lg_dialect_traits(inside->settings->dialect);

	return traits->takes_effect == LG_TAKES_EFFECT_RESTART &&
	       inside->settings->gate_restart;
}

static void note_event(void *context, const struct lg_store_event *event)
{
	struct gate_inside *inside = context;

	switch (event->kind) {
	case LG_STORE_READ:
		inside->has_policy = 1;
		gate_log("values read: gate %s",
			 lg_gate_state_name(event->gate));
		break;
	case LG_STORE_ERROR:
		lg_state_loud(inside->state, "%s", event->text);
		break;
	case LG_STORE_LOGON:
	case LG_STORE_CUT:
	case LG_STORE_RESTART_CUT:
		/* Its own sessions are none: those at the doors are swept. */
		break;
	}
}

/* The locks beside the store's values, and the facts about these. */
struct reading {
	struct lg_policy_layer lock[LG_LOCKS_MAX];
	struct lg_policy_layer standing;
	struct lg_store_facts facts;
	struct lg_store_sink sink;
};

static void begin_reading(struct gate_inside *inside, struct reading *reading)
{
	reading->standing = lg_layers_standing(inside->state);
	reading->facts = (struct lg_store_facts){
		.facts = reading->standing.facts,
		.findings = reading->standing.findings,
		.break_glass = &inside->settings->break_glass,
		.default_domain = inside->settings->default_domain,
		.lock = reading->lock,
		.lock_count = lg_layers_locks(inside->state, reading->lock),
	};
	reading->sink = (struct lg_store_sink){inside, note_event};
}

/* 0: a store that never had a policy it could trust starts with the next. */
static int is_whole(const struct gate_inside *inside)
{
	return inside->has_policy && !inside->is_partial;
}

static enum lg_status give_store(struct gate_inside *inside,
				 const struct reading *reading, int restart,
				 struct lg_error *err)
{
	enum lg_status status = lg_store_values(
		inside->store, store_s(inside),
		reading->standing.values ? reading->standing.values
					 : inside->nothing,
		&reading->facts, &reading->sink, err);

	if (restart && (status == LG_OK || status == LG_ERR_DIRECTORY))
		status = lg_store_restart(inside->store, store_s(inside),
					  &reading->facts, &reading->sink, err);
	return status;
}

static enum lg_status check_alone(const struct lg_settings *settings,
				  const struct lg_policy_layer *layer,
				  struct lg_error *err)
{
	const struct lg_policy_input input = {
		.dialect = settings->dialect,
		.break_glass = &settings->break_glass,
		.default_domain = settings->default_domain,
		.layer = layer,
		.layer_count = 1,
	};
	struct lg_policy *policy = NULL;
	enum lg_status status = lg_policy_compile(&input, &policy, NULL, err);

	lg_policy_free(&policy);
	return status;
}

/* What became of one lock's files changes nothing about the others (contract
 * 9): those that can be known refuse whom they refuse. */
static void read_part(struct gate_inside *inside)
{
	const struct lg_settings *settings = inside->settings;
	struct reading reading;
	size_t locks;
	size_t kept = 0;

	begin_reading(inside, &reading);
	locks = reading.facts.lock_count;
	for (size_t i = 0; i < locks; i++) {
		struct lg_policy_layer *lock = &reading.lock[i];
		struct lg_error err = {0};

		if (check_alone(settings, lock, &err) == LG_OK)
			reading.lock[kept++] = *lock;
		else
			lg_state_loud(
				inside->state, UNKNOWN ": %s %s: %s", lock->id,
				lock->profile ? lock->profile : "", err.text);
	}
	reading.facts.lock_count = kept;
	if (reading.standing.values &&
	    check_alone(settings, &reading.standing, NULL) != LG_OK)
		reading.standing.values = NULL;
	inside->has_policy = 0;
	if (kept || reading.standing.values)
		give_store(inside, &reading, 1, NULL);
	inside->is_partial = inside->has_policy;
}

static void note_whole(struct gate_inside *inside)
{
	inside->is_partial = 0;
	gate_inside_quiet(inside, UNKNOWN);
	gate_inside_quiet(inside, GATE_NOT_YET_IN_FORCE);
}

/* A policy that is whole stays where the next cannot be made; else what can be
 * known of what is in force counts. */
static enum lg_status read_values(struct gate_inside *inside, int restart,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;
	struct reading reading;

	if (lg_state_trusted(inside->state)) {
		begin_reading(inside, &reading);
		status = give_store(inside, &reading, restart, err);
		if (status == LG_OK)
			note_whole(inside);
		if (status != LG_ERR_DIRECTORY || is_whole(inside))
			return status;
	}
	read_part(inside);
	return status;
}

enum lg_status gate_inside_check(const struct lg_settings *settings,
				 const struct lg_registry *values,
				 const struct lg_findings *findings,
				 const struct lg_findings *concerned,
				 struct lg_error *err)
{
	const struct lg_policy_layer layer = {
		.id = "",
		.values = values,
		.facts = findings ? LG_FACTS_FINDINGS : LG_FACTS_NOT_ASKED,
		.findings = findings,
		.concerned = concerned,
	};

	return check_alone(settings, &layer, err);
}

static uint64_t generation_of(const struct gate_inside *inside)
{
	const struct lg_policy *policy = gate_inside_policy(inside);

	return policy ? lg_policy_generation(policy) : 0;
}

static void note_outcome(struct gate_inside *inside, uint64_t before,
			 enum lg_status status, struct gate_outcome *outcome)
{
	const struct lg_policy *policy = gate_inside_policy(inside);

	if (policy && lg_policy_generation(policy) != before)
		outcome->is_read = 1;
	if (status != LG_OK)
		outcome->failed = 1;
	if (status == LG_ERR_DIRECTORY ||
	    (status == LG_OK && gate_inside_lacks_facts(inside)))
		outcome->asks = 1;
	else if (status == LG_OK)
		gate_inside_quiet(inside, LOST_ANSWERS);
}

enum lg_status gate_inside_enforce(struct gate_inside *inside,
				   struct gate_outcome *outcome,
				   struct lg_error *err)
{
	uint64_t before = generation_of(inside);
	enum lg_status status = read_values(
		inside, gate_inside_restarts(inside) || !is_whole(inside), err);

	note_outcome(inside, before, status, outcome);
	return status;
}

enum lg_status gate_inside_enforce_again(struct gate_inside *inside,
					 struct gate_outcome *outcome,
					 struct lg_error *err)
{
	uint64_t before = generation_of(inside);
	enum lg_status status = read_values(inside, !is_whole(inside), err);

	note_outcome(inside, before, status, outcome);
	/* Asked just now: again at once would be for ever. */
	outcome->asks = 0;
	return status;
}

static const struct {
	const char *name; /* for who searches the log */
	const char *words;
} events[] = {
	[LG_LOCK_BEGINS] = {"begun", "the lock begins"},
	[LG_LOCK_CUTS] = {"cut", "the grace is over: open sessions are cut"},
	[LG_LOCK_UNCONFIRMED] = {"undone",
				 "the lock was not confirmed: lifted"},
	[LG_LOCK_EXPIRES] = {"expired", "the lock's time is over: lifted"},
};

/* Everything that is due, in memory alone. */
static enum lg_status settle_all(struct lg_state *state, int *out_changed,
				 int *out_cuts, struct lg_error *err)
{
	enum lg_lock_event event = LG_LOCK_NOTHING;
	char id[LG_LOCK_ID_SIZE] = "";
	struct gate_event about = {.level = GATE_NOTICE, .lock = id};
	enum lg_status status;

	state->defers = 1;
	status = lg_lock_settle(state, &event, id, err);
	while (status == LG_OK && event != LG_LOCK_NOTHING) {
		about.name = events[event].name;
		gate_log_event(&about, "%s: %s", id, events[event].words);
		if (event == LG_LOCK_CUTS)
			*out_cuts = 1;
		else
			*out_changed = 1;
		status = lg_lock_settle(state, &event, id, err);
	}
	state->defers = 0;
	return status;
}

enum lg_status gate_inside_settle(struct gate_inside *inside,
				  struct gate_outcome *outcome,
				  struct lg_error *err)
{
	uint64_t before = generation_of(inside);
	struct reading reading;
	enum lg_status status;
	int changed = 0;

	status = settle_all(inside->state, &changed, &outcome->cuts, err);
	if (status != LG_OK)
		return status;
	if (changed) {
		gate_inside_enforce(inside, outcome, err);
		return LG_OK;
	}
	begin_reading(inside, &reading);
	status = lg_store_advance(inside->store, store_s(inside),
				  &reading.facts, &reading.sink, err);
	note_outcome(inside, before, LG_OK, outcome);
	if (status == LG_ERR_DIRECTORY)
		outcome->asks = 1;
	return LG_OK;
}

enum lg_status gate_inside_catch_up(struct gate_inside *inside,
				    struct lg_error *err)
{
	enum lg_status status;

	if (!inside->state->unsaved)
		return LG_OK;
	gate_inside_log_loud(inside);
	status = lg_picture_flush(inside->state, err);
	if (status == LG_OK)
		lg_backup_prune(inside->state, inside->settings->keep_days);
	return status;
}

/* What was due while no gate ran. A full disk must not keep the gate from
 * standing. */
static void settle_first(struct gate_inside *inside,
			 struct gate_outcome *outcome)
{
	struct lg_error err = {0};
	int changed = 0;

	if (settle_all(inside->state, &changed, &outcome->cuts, &err) != LG_OK)
		lg_state_loud(inside->state,
			      "what is due could not be done: %s: %s",
			      err.place, err.text);
	gate_inside_catch_up(inside, &err);
	lg_backup_prune(inside->state, inside->settings->keep_days);
}

enum lg_status gate_inside_first(struct gate_inside *inside,
				 struct gate_outcome *outcome,
				 struct lg_error *err)
{
	enum lg_status status;

	settle_first(inside, outcome);
	status = read_values(inside, 1, err);
	if (status == LG_ERR_DIRECTORY) {
		lg_state_loud(inside->state,
			      LOST_ANSWERS " are missing; it is asked again");
		status = LG_OK;
		outcome->asks = 1;
	} else if (status == LG_OK) {
		outcome->asks = gate_inside_lacks_facts(inside);
	}
	gate_inside_log_loud(inside);
	return status;
}
