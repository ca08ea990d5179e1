/* SPDX-License-Identifier: ISC */
/*
 * fleet.c - many lives of a fleet, each from a seed
 *
 * test_sim_fleet [--from N] [--seeds COUNT] [--steps COUNT] [--gates COUNT]
 *                [--go-on]
 * test_sim_fleet --seed N --verbose     tells the story of one
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/fleet_world.h"

/* Of so many seeds one has as many gates as there may be, another a hundred. */
#define SEEDS_A_CROWD 1000

static struct fleet_world world;

static size_t gates_of(uint64_t seed)
{
	switch (seed % SEEDS_A_CROWD) {
	case 0:
		return FLEET_GATES_MAX;
	case 100:
		return 100;
	default:
		return 2 + (size_t)(seed % 4);
	}
}

static int run(uint64_t seed, const struct lives *lives)
{
	size_t gates = lives->gates ? (size_t)lives->gates : gates_of(seed);
	uint64_t i;

	memset(&world, 0, sizeof(world));
	if (setjmp(world.life.failed))
		return 0;
	fleet_make(&world, seed, gates, lives->verbose);
	for (i = 0; i < lives->steps; i++)
		fleet_step(&world);
	fleet_heal(&world);
	fleet_release(&world);
	return 1;
}

int main(int argc, char **argv)
{
	struct lives lives = {.name = "test_sim_fleet",
			      .from = 1,
			      .seeds = 1000,
			      .steps = 60,
			      .gates_max = FLEET_GATES_MAX};

	if (lives_read(&lives, argc, argv))
		return 2;
	/* A run that failed leaves its memory behind. */
	if (lives_run(&lives, &world.life, run))
		_exit(1);
	return 0;
}
