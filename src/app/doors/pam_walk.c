/* SPDX-License-Identifier: ISC */
/*
 * pam_walk.c - who gets through a PAM stack, whatever its modules say
 *
 * A module other than the gate's may say anything, so every action of its
 * control is taken once. What libpam keeps from line to line is one of four
 * impressions; with what is known of the gate that makes few places to be in,
 * and each is visited once.
 */
#include "app/doors/pam_walk.h"

#include <stdlib.h>

/* What libpam thinks so far. A first success stays one through later
 * successes; a first failure stays one whatever comes. */
enum impression {
	UNDEFINED = 0,
	POSITIVE,
	EXPIRED, /* positive, and the password must be changed */
	NEGATIVE
};

/* One place in the stack: where, and what is known there. */
struct place {
	size_t at;
	enum impression impression;
	int asked;
	int heard;
};

struct walk {
	const struct lg_pam_stack *stack;
	int gate_answer;
	unsigned char *seen; /* 16 flags a line */
	struct place *ahead;
	size_t ahead_count;
	struct lg_pam_ways *ways;
};

/* The line behind those that a jump leaves out; a substack counts as one. */
static size_t skip(const struct lg_pam_stack *stack, size_t at, int count)
{
	unsigned int level = stack->line[at].level;

	for (; count > 0; count--) {
		if (at + 1 >= stack->count || stack->line[at + 1].level < level)
			break;
		do {
			at++;
		} while (at + 1 < stack->count &&
			 stack->line[at + 1].level > level);
	}
	return at + 1;
}

static size_t end_of_level(const struct lg_pam_stack *stack, size_t at)
{
	unsigned int level = stack->line[at].level;

	if (level == 0)
		return stack->count;
	while (at < stack->count && stack->line[at].level >= level)
		at++;
	return at;
}

static void arrive(struct walk *walk, const struct place *place)
{
	struct lg_pam_ways *ways = walk->ways;
	int in = place->impression == POSITIVE || place->impression == EXPIRED;

	ways->is_asked |= place->asked;
	ways->is_heard |= place->heard;
	if (in && place->asked)
		ways->with_gate = 1;
	if (place->impression == POSITIVE && !place->asked)
		ways->past_gate = 1;
	if (place->impression == EXPIRED && !place->asked)
		ways->past_expired = 1;
}

static void go(struct walk *walk, struct place place)
{
	size_t flag = (size_t)place.impression * 4 + (size_t)place.asked * 2 +
		      (size_t)place.heard;

	if (place.at >= walk->stack->count) {
		arrive(walk, &place);
		return;
	}
	if (walk->seen[place.at * 16 + flag])
		return;
	walk->seen[place.at * 16 + flag] = 1;
	walk->ahead[walk->ahead_count++] = place;
}

static enum impression with_success(enum impression before, int answer)
{
	if (before != UNDEFINED && before != POSITIVE)
		return before;
	if (answer == LG_PAM_IGNORED)
		return before;
	if (answer == LG_PAM_SUCCESS)
		return POSITIVE;
	return answer == LG_PAM_NEW_AUTHTOK_REQD ? EXPIRED : NEGATIVE;
}

/* What answer and action make of a place; it goes on from there. */
static void take(struct walk *walk, struct place place, int answer, int action,
		 int is_gate)
{
	const struct lg_pam_stack *stack = walk->stack;
	enum impression before = place.impression;
	size_t at = place.at;
	int ends = action == LG_PAM_DIE;

	place.at = at + 1;
	if (action > 0) {
		place.at = skip(stack, at, action);
	} else if (action == LG_PAM_OK || action == LG_PAM_DONE) {
		place.impression = with_success(before, answer);
		ends = action == LG_PAM_DONE && (place.impression == POSITIVE ||
						 place.impression == EXPIRED);
	} else if (action == LG_PAM_BAD || action == LG_PAM_DIE) {
		place.impression = NEGATIVE;
	} else if (action == LG_PAM_RESET) {
		place.impression = UNDEFINED;
	}
	if (is_gate) {
		place.asked = 1;
		place.heard |=
			place.impression == NEGATIVE && before != NEGATIVE;
	}
	if (ends)
		place.at = end_of_level(stack, at);
	go(walk, place);
}

static void leave(struct walk *walk, const struct place *place)
{
	const struct lg_pam_line *line = &walk->stack->line[place->at];
	struct place next = *place;

	switch (line->says) {
	case LG_PAM_SAYS_NOTHING:
		next.at++;
		go(walk, next);
		break;
	case LG_PAM_SAYS_GATE:
		take(walk, *place, walk->gate_answer,
		     line->action[walk->gate_answer], 1);
		break;
	case LG_PAM_SAYS_SUCCESS:
		take(walk, *place, LG_PAM_SUCCESS, line->action[LG_PAM_SUCCESS],
		     0);
		break;
	case LG_PAM_SAYS_FAILURE:
	case LG_PAM_SAYS_ANYTHING:
		for (int i = 0; i < LG_PAM_ANSWERS; i++) {
			if (line->says == LG_PAM_SAYS_ANYTHING ||
			    i > LG_PAM_IGNORED)
				take(walk, *place, i, line->action[i], 0);
		}
		break;
	}
}

enum lg_status lg_pam_walk(const struct lg_pam_stack *stack, int gate_answer,
			   struct lg_pam_ways *out_ways, struct lg_error *err)
{
	struct lg_pam_ways ways = {0};
	struct walk walk = {
		.stack = stack, .gate_answer = gate_answer, .ways = &ways};
	size_t places = 16 * (stack->count + 1);
	enum lg_status status = LG_OK;

	walk.seen = calloc(places, 1);
	walk.ahead = calloc(places, sizeof(*walk.ahead));
	if (!walk.seen || !walk.ahead) {
		status = lg_no_memory(err);
		goto out;
	}
	go(&walk, (struct place){0});
	while (walk.ahead_count > 0) {
		struct place place = walk.ahead[--walk.ahead_count];

		leave(&walk, &place);
	}
	*out_ways = ways;
out:
	free(walk.seen);
	free(walk.ahead);
	return status;
}
