/* SPDX-License-Identifier: ISC */
/*
 * run_overrun.c - what becomes of a lock whose command still runs at its end
 *
 * Whatever is done is done before the end, so that no logon slips in between.
 * The lock may have been extended or lifted by somebody else meanwhile: it is
 * looked at first, and its end is never moved to an earlier time.
 */
#include "cli/commands/run_overrun.h"

#include <string.h>

#include "base/local_time.h"

#include "adapters/system/system_clock.h"
#include "cli/change/servers_hands.h"
#include "cli/open/locks.h"
#include "cli/text/times.h"

/* Before the end, or a quarter of a shorter lock. */
#define MARGIN_MS 15000
#define MARGIN_LEAST_MS 300
/* What ending a command takes at most, and some more. */
#define ENDING_MS 40000
#define HOLD_S 60
#define AGAIN_MS 1000

int lg_overrun_read(struct lg_cli *cli, enum lg_overrun_kind *out_kind)
{
	static const char *const name[] = {"extend", "term", "warn"};
	const char *text = lg_cli_option(cli, "on-overrun");

	*out_kind = LG_OVERRUN_EXTEND;
	if (text == NULL)
		return LG_EXIT_DONE;
	for (int i = 0; i < 3; i++) {
		if (strcmp(text, name[i]) == 0) {
			*out_kind = (enum lg_overrun_kind)i;
			return LG_EXIT_DONE;
		}
	}
	return lg_cli_usage(cli, "--on-overrun %s: write extend, term or warn",
			    text);
}

static void set_end(struct lg_overrun *overrun, int64_t until_s)
{
	struct lg_now now = lg_cli_clocks();

	overrun->until_s = until_s;
	overrun->lock_ms = now.boot_ms + until_s * 1000 - now.wall_ms;
	if (!overrun->is_held)
		overrun->command_ms = overrun->lock_ms;
}

void lg_overrun_begin(struct lg_overrun *overrun, struct lg_cli *cli,
		      const char *id, int64_t until_s,
		      const struct lg_prepared *prepared)
{
	int64_t max_s = prepared->profile->max_duration_s;
	int64_t now_s = lg_cli_now();

	overrun->cli = cli;
	memcpy(overrun->id, id, sizeof(overrun->id));
	overrun->first_s =
		prepared->for_s > 0 ? prepared->for_s : until_s - now_s;
	if (overrun->first_s < 1)
		overrun->first_s = 1;
	/* The lock began at its end less its length. */
	overrun->last_s = max_s >= 0 ? until_s - overrun->first_s + max_s : 0;
	set_end(overrun, until_s);
}

static int can_grow(const struct lg_overrun *overrun)
{
	return overrun->last_s == 0 || overrun->last_s > overrun->until_s;
}

static int64_t margin_ms(const struct lg_overrun *overrun)
{
	int64_t margin = overrun->first_s * 250;

	/* What cannot hold the lock for it has to end the command in time. */
	if (overrun->kind == LG_OVERRUN_TERM && !can_grow(overrun))
		return overrun->first_s * 500 < ENDING_MS
			       ? overrun->first_s * 500
			       : ENDING_MS;
	if (margin > MARGIN_MS)
		margin = MARGIN_MS;
	return margin > MARGIN_LEAST_MS ? margin : MARGIN_LEAST_MS;
}

int64_t lg_overrun_wait_ms(const struct lg_overrun *overrun)
{
	struct lg_now now = lg_cli_clocks();
	int64_t due_ms = overrun->lock_ms;

	if (overrun->is_over)
		return -1;
	if (overrun->kind != LG_OVERRUN_WARN)
		due_ms -= margin_ms(overrun);
	if (overrun->is_held && overrun->command_ms < due_ms)
		due_ms = overrun->command_ms;
	if (due_ms < overrun->again_ms)
		due_ms = overrun->again_ms;
	return due_ms > now.boot_ms ? due_ms - now.boot_ms : 0;
}

static void say_end(struct lg_overrun *overrun, const char *what)
{
	struct lg_zone zone = lg_system_zone();
	char when[LG_TIME_FULL_SIZE];

	lg_time_format_full(overrun->until_s, &zone, when);
	lg_cli_say(overrun->cli, LG_EXIT_DONE, NULL,
		   "the command still runs%s %s", what, when);
}

/* Looks at the lock: 0 it is as known or cannot be asked, 1 it ends later now,
 * -1 it is gone. Where it is becomes *move's. */
static int look(struct lg_overrun *overrun, struct lg_change_move *move)
{
	const struct lg_lock_wish wish = {.name = overrun->id};
	const struct lg_known_lock *lock = NULL;
	struct lg_cli_locks locks = {0};
	int found = -1;

	*move = (struct lg_change_move){.gate_id = overrun->id};
	if (lg_cli_locks(overrun->cli, LG_LOCKS_SHOW, NULL, &locks) !=
		    LG_EXIT_DONE ||
	    locks.here != LG_EXIT_DONE || locks.there != LG_EXIT_DONE)
		found = 0;
	if (lg_known_locks_choose(&locks.known, &wish, &lock) > 0) {
		move->gate_id = lock->is_here ? overrun->id : NULL;
		move->id = lock->is_there ? overrun->id : NULL;
		found = lock->until_s > overrun->until_s;
		if (found)
			set_end(overrun, lock->until_s);
	}
	lg_cli_locks_release(&locks);
	lg_cli_hang_up(overrun->cli);
	return found;
}

int lg_overrun_is_gone(struct lg_overrun *overrun)
{
	struct lg_change_move where;

	return overrun->is_over || look(overrun, &where) < 0;
}

/* Moves the end by so much, as far as max_duration allows. */
static int extend(struct lg_overrun *overrun, int64_t by_s)
{
	int64_t until_s = overrun->until_s + by_s;
	struct lg_change_move move;
	int code = LG_EXIT_DONE;

	look(overrun, &move);
	if (overrun->last_s > 0 && until_s > overrun->last_s)
		until_s = overrun->last_s;
	move.until_s = until_s;
	if (move.id != NULL || move.gate_id != NULL)
		code = lg_cli_move(overrun->cli, &move);
	lg_cli_hang_up(overrun->cli);
	if (code == LG_EXIT_DONE)
		set_end(overrun, move.until_s);
	else
		overrun->again_ms = lg_cli_clocks().boot_ms + AGAIN_MS;
	return code;
}

static void act_extend(struct lg_overrun *overrun)
{
	if (!can_grow(overrun)) {
		say_end(overrun, ", and max_duration allows no more: the lock "
				 "ends at");
		overrun->kind = LG_OVERRUN_WARN;
	} else if (extend(overrun, overrun->first_s) == LG_EXIT_DONE &&
		   !overrun->cli->quiet) {
		say_end(overrun, ": the lock was extended to");
	}
}

/* 1: now. */
static int act_term(struct lg_overrun *overrun)
{
	struct lg_now now = lg_cli_clocks();

	if (!overrun->is_held && !can_grow(overrun)) {
		overrun->command_ms = now.boot_ms;
	} else if (overrun->lock_ms - margin_ms(overrun) <= now.boot_ms) {
		overrun->is_held = 1;
		if (can_grow(overrun))
			extend(overrun, HOLD_S);
		else
			overrun->again_ms = overrun->lock_ms;
	}
	return now.boot_ms >= overrun->command_ms;
}

int lg_overrun_act(struct lg_overrun *overrun)
{
	struct lg_change_move where;
	int found;

	if (overrun->is_held && overrun->kind == LG_OVERRUN_TERM)
		return act_term(overrun);
	found = look(overrun, &where);
	if (found > 0)
		return 0;
	if (found < 0) {
		overrun->is_over = 1;
		/* It ended by itself while nobody could look: the machine slept
		 * or had no time. */
		if (overrun->kind == LG_OVERRUN_TERM &&
		    overrun->lock_ms <= lg_cli_clocks().boot_ms)
			return 1;
		lg_cli_say(overrun->cli, LG_EXIT_DONE, NULL,
			   "the lock is over; the command still runs and "
			   "nobody is kept out");
		return 0;
	}
	switch (overrun->kind) {
	case LG_OVERRUN_EXTEND:
		act_extend(overrun);
		return 0;
	case LG_OVERRUN_TERM:
		return act_term(overrun);
	case LG_OVERRUN_WARN:
		/* Its end is now; whether it is gone is seen then. */
		overrun->again_ms = lg_cli_clocks().boot_ms + AGAIN_MS;
		return 0;
	}
	return 0;
}
