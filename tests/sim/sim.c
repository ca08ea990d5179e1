/* SPDX-License-Identifier: ISC */
/*
 * sim.c - many lives of a state directory, each from a seed
 *
 * test_sim [--from N] [--seeds COUNT] [--steps COUNT] [--go-on]
 * test_sim --seed N --verbose     tells the story of one
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/world.h"

#define SEEDS 400
#define STEPS 60

static struct world world;

static int run(uint64_t seed, const struct lives *lives)
{
	uint64_t i;

	world_make(&world, seed, lives->verbose);
	/* A third of all lives have none of it, and no excuse. */
	world.has_damage = seed % 3 != 0;
	if (setjmp(world.life.failed)) {
		/* What was under way is lost with the program. */
		return 0;
	}
	for (i = 0; i < lives->steps; i++)
		world_step(&world);
	world_end(&world);
	world.life.changes = world.disk.changes;
	world_release(&world);
	return 1;
}

int main(int argc, char **argv)
{
	struct lives lives = {
		.name = "test_sim", .from = 1, .seeds = SEEDS, .steps = STEPS};
	uint64_t failures;

	if (lives_read(&lives, argc, argv))
		return 2;
	kinds_make();
	failures = lives_run(&lives, &world.life, run);
	kinds_release();
	/* A run that failed leaves its memory behind. */
	if (failures)
		_exit(1);
	return 0;
}
