/* SPDX-License-Identifier: ISC */
/*
 * steps.c - what time and bad luck do between the commands, one thing a step
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/world.h"

/* To the moment before, at or after something is due, or anywhere. */
static int64_t how_long_ms(struct world *world)
{
	struct expected *lock = any_lock(world);
	int64_t left_ms;

	if (!lock || chance_of(&world->chance, 50))
		return chance_between(&world->chance, 1,
				      chance_of(&world->chance, 10)
					      ? INT64_C(40) * 86400 * 1000
					      : 1200 * 1000);
	left_ms =
		version_left_ms(world, &lock->now,
				lock->now.waits            ? &lock->now.start
				: lock->now.confirm.wall_s ? &lock->now.confirm
							   : &lock->now.until);
	left_ms += chance_between(&world->chance, -1, 1);
	return left_ms > 0 ? left_ms : 1;
}

static void step_clock(struct world *world)
{
	int64_t step_ms =
		chance_between(&world->chance, -7200 * 1000, 7200 * 1000);

	tell(world, "the clock is stepped by %lld s",
	     (long long)step_ms / 1000);
	world->clock.wall_ms += step_ms;
	process_tick(world);
}

static void disk_trouble(struct world *world)
{
	struct disk *disk = &world->disk;

	switch (chance_below(&world->chance, 4)) {
	case 0:
		disk->is_full = !disk->is_full;
		tell(world, "the disk %s",
		     disk->is_full ? "is full" : "has room again");
		break;
	case 1:
		disk->is_broken = !disk->is_broken;
		tell(world, "the disk %s",
		     disk->is_broken ? "takes nothing" : "takes all again");
		break;
	default:
		disk->fails_in = 1 + chance_below(&world->chance, 12);
		disk->fails_late = chance_of(&world->chance, 30);
		tell(world, "change %u from now fails%s", disk->fails_in,
		     disk->fails_late ? ", and is done" : "");
		break;
	}
}

void world_step(struct world *world)
{
	uint32_t what = chance_below(&world->chance, 100);

	if (what < 50) {
		if (chance_of(&world->chance, 15)) {
			world->disk.crashes_in =
				1 + chance_below(&world->chance, 16);
			tell(world, "the machine stops at change %u",
			     world->disk.crashes_in);
		}
		world_command(world);
		world->disk.crashes_in = 0;
	} else if (what < 78) {
		int64_t ms = how_long_ms(world);

		tell(world, "%lld.%03lld s pass", (long long)ms / 1000,
		     (long long)ms % 1000);
		/* A back-up may be pruned once its days are over. */
		check_edit(world);
		time_passes(world, ms);
	} else if (what < 81) {
		step_clock(world);
	} else if (what < 87) {
		disk_trouble(world);
	} else if (what < 91) {
		machine_stops(world, chance_of(&world->chance, 50));
	} else if (what < 92) {
		world->directory_away = !world->directory_away;
		tell(world, "the directory is %s",
		     world->directory_away ? "away" : "back");
	} else if (what < 93) {
		if (world->has_damage)
			edit_by_hand(world);
	} else if (what < 94) {
		if (world->inside)
			process_reload(world);
	} else if (what < 95) {
		if (world->has_damage)
			damage_something(world);
	} else if (what < 98) {
		tell(world, "the gate is stopped");
		process_stop(world);
	} else if (!world->inside) {
		world->has_gate = chance_of(&world->chance, 50);
		tell(world, "from now on %s",
		     world->has_gate ? "with a gate" : "without a gate");
	}
}

/* One start and what leads out of what it finds. */
static void set_right(struct world *world)
{
	struct lg_state *state = process_begin(world);

	must(world, state && !state->unsaved, "the disk works and is owed to");
	lift_all(world, state);
	if (!state->standing)
		import_kind(world, state, 0);
	process_end(world);
	process_stop(world);
}

/* Whatever happened: with a disk that works, commands lead out of it. */
void world_end(struct world *world)
{
	struct lg_state *state;

	world->disk.is_full = 0;
	world->disk.is_broken = 0;
	world->disk.fails_in = 0;
	world->disk.crashes_in = 0;
	world->directory_away = 0;
	tell(world, "the end: everything works, everything is lifted");
	/* A gate that runs knows nothing of what was damaged meanwhile; a start
	 * does, and the next one has nothing to tell any more. */
	set_right(world);
	set_right(world);
	state = process_begin(world);
	must(world, !state->lock_count, "locks are left at the end");
	must(world, !state->loud.count, "at the end it is loud: %s",
	     state->loud.item[0]);
	must(world, lg_state_trusted(state), "at the end nothing is trusted");
	process_end(world);
	process_stop(world);
}
