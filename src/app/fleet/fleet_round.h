/* SPDX-License-Identifier: ISC */
/*
 * fleet_round.h - one change to all gates: written, and waited for
 *
 * Layer: app: core and ports; no thread, no clock of its own.
 * Flow: a command begins a round, then steps until it is done: each step polls
 * the directory once and writes what is next. apply: prepare, ready, begin, in
 * force; or abort, or lift where a gate failed after begin. The other changes
 * are one event and its being acted on.
 * Source: contract 10 "Applying", 13 "Events", "Commands".
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_ROUND_H
#define LOGONGATE_APP_FLEET_FLEET_ROUND_H

#include "app/fleet/fleet_ear.h"
#include "app/fleet/fleet_gates.h"

/* How many gates must do it. */
enum lg_fleet_require {
	LG_FLEET_REQUIRE_ALL = 0,
	LG_FLEET_REQUIRE_COUNT,
	LG_FLEET_REQUIRE_PERCENT
};

enum lg_fleet_phase {
	LG_FLEET_PHASE_READY = 0, /* prepare is written */
	LG_FLEET_PHASE_IN_FORCE,  /* begin is written */
	LG_FLEET_PHASE_UNDO,      /* lift is written after a failed begin */
	LG_FLEET_PHASE_ACTED,     /* extend, confirm or lift is written */
	LG_FLEET_PHASE_DONE
};

/* What became of it. */
enum lg_fleet_outcome {
	LG_FLEET_CAME_TRUE = 0,
	LG_FLEET_CAME_TO_NOTHING, /* aborted before begin, in force nowhere */
	LG_FLEET_PUT_BACK,        /* begun and lifted again everywhere */
	LG_FLEET_NOT_PUT_BACK,    /* a gate may hold what it should not */
	LG_FLEET_NOT_EVERYWHERE,  /* written; some gates have not said so */
	LG_FLEET_STOPPED,         /* aborted before begin */
	LG_FLEET_STOPPED_LATE     /* begun, and in force where it is */
};

/* What a gate did in this round. */
enum lg_fleet_answer {
	LG_FLEET_NO_ANSWER = 0,
	LG_FLEET_IS_AWAY,
	LG_FLEET_IS_READY,
	LG_FLEET_IS_NOT_READY, /* why */
	LG_FLEET_DID           /* it is in force, or the change was made */
};
/* A gate that the round concerns. why: what it is not ready for, or why it was
 * put back; after_ms: when it answered so. */
struct lg_fleet_part {
	char name[LG_FLEET_NAME_SIZE];
	enum lg_fleet_answer answer;
	char why[256];
	int64_t after_ms;
};

/*
 * Zero-initialise and set what is above the line; all borrowed. ear knows the
 * events (lg_fleet_ear_ask before). told: called where a part's answer
 * changed; may be NULL.
 */
struct lg_fleet_round {
	const struct lg_fleet *fleet; /* opened for LG_FLEET_GATES */
	const struct lg_signature *signature;
	const struct lg_clock *clock;
	struct lg_fleet_ear *ear;
	const char *key;
	const char *by;
	enum lg_fleet_require require;
	int64_t required; /* gates, or percent */
	int64_t within_ms;
	void (*told)(void *context, const struct lg_fleet_round *round,
		     const struct lg_fleet_part *part);
	void *context;
	/* ---- the round's own */
	struct lg_fleet_gates gates;
	struct lg_strlist groups;
	struct lg_fleet_part *part;
	size_t part_count;
	size_t needed;
	char lock[LG_FLEET_LOCK_SIZE];
	int64_t number; /* of the event that is waited for */
	enum lg_fleet_kind kind;
	int64_t began_ms; /* boot */
	int64_t deadline_ms;
	int64_t starts_s;
	int64_t at_ms; /* of the event */
	int64_t until_s;
	enum lg_fleet_phase phase;
	enum lg_fleet_outcome outcome;
	int writes;          /* an event is still to be written */
	int late;            /* the time that gates have was over */
	struct lg_error err; /* what was in the way; "" */
};

/* "waiting", "away", "ready", "not-ready", "in-force"; "lifted" where that is
 * what it did. */
const char *lg_fleet_part_state(const struct lg_fleet_round *round,
				const struct lg_fleet_part *part);

/*
 * Begins apply. prepare: what kind, lock, number, count, at_ms, base, key, by
 * and ready_by_ms are not set in is filled in.
 * Returns: LG_OK; LG_ERR_CONFLICT, no gate is concerned, or fewer are there
 * than are required, and nothing was written; LG_ERR_DIRECTORY,
 * LG_ERR_TIMEOUT, LG_ERR_DENIED, LG_ERR_UNKNOWN_KEY as port/fleet: nothing is
 * in force, and where prepare may have been written abort was, too.
 */
enum lg_status lg_fleet_round_apply(struct lg_fleet_round *round,
				    const char *lock,
				    struct lg_fleet_event *prepare,
				    struct lg_error *err);

/* Begins extend (until_s), confirm or lift of a lock. */
enum lg_status lg_fleet_round_change(struct lg_fleet_round *round,
				     const struct lg_fleet_fate *fate,
				     enum lg_fleet_kind kind, int64_t until_s,
				     struct lg_error *err);

/*
 * Waits at most timeout_ms for what gates say, and goes on. round->phase is
 * LG_FLEET_PHASE_DONE when there is nothing more to do; outcome says what came
 * of it. LG_ERR_NO_MEMORY and LG_ERR_BUG alone are errors.
 */
enum lg_status lg_fleet_round_step(struct lg_fleet_round *round,
				   unsigned int timeout_ms,
				   struct lg_error *err);

/* Somebody wants it to end now. Before begin it is aborted; what was begun or
 * written stays, and is not waited for any more. */
void lg_fleet_round_stop(struct lg_fleet_round *round);

void lg_fleet_round_release(struct lg_fleet_round *round);

/*
 * Renders, signs and publishes; the same call again writes the same entry.
 * Returns: as port/fleet's publish, and as lg_fleet_event_render.
 */
enum lg_status lg_fleet_publish(const struct lg_fleet *fleet,
				const struct lg_signature *signature,
				const struct lg_fleet_event *event,
				struct lg_error *err);

#endif
