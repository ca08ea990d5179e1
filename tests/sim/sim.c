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

/* 1 when everything was as it should be. */
static int run(uint64_t seed, unsigned int steps, int verbose)
{
	unsigned int i;

	world_make(&world, seed, verbose);
	/* A third of all lives have none of it, and no excuse. */
	world.has_damage = seed % 3 != 0;
	if (setjmp(world.failed)) {
		/* What was under way is lost with the program. */
		return 0;
	}
	for (i = 0; i < steps; i++)
		world_step(&world);
	world_end(&world);
	world_release(&world);
	return 1;
}

static uint64_t number(const char *text)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (!*text || *end) {
		fprintf(stderr, "sim: \"%s\" is not a number\n", text);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	uint64_t from = 1;
	uint64_t seeds = SEEDS;
	unsigned int steps = STEPS;
	uint64_t failures = 0;
	uint64_t changes = 0;
	int goes_on = 0;
	int verbose = 0;
	uint64_t i;
	int k;

	for (k = 1; k < argc; k++) {
		const char *next = k + 1 < argc ? argv[k + 1] : "";

		if (!strcmp(argv[k], "--verbose")) {
			verbose = 1;
		} else if (!strcmp(argv[k], "--go-on")) {
			goes_on = 1;
		} else if (!strcmp(argv[k], "--seed")) {
			from = number(next);
			seeds = 1;
			k++;
		} else if (!strcmp(argv[k], "--from")) {
			from = number(next);
			k++;
		} else if (!strcmp(argv[k], "--seeds")) {
			seeds = number(next);
			k++;
		} else if (!strcmp(argv[k], "--steps")) {
			steps = (unsigned int)number(next);
			k++;
		} else {
			fprintf(stderr,
				"usage: test_sim [--seed N] [--verbose] [--from N] "
				"[--seeds COUNT] [--steps COUNT] [--go-on]\n");
			return 2;
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	kinds_make();
	for (i = 0; i < seeds && (goes_on || !failures); i++) {
		if (run(from + i, steps, verbose)) {
			changes += world.disk.changes;
			continue;
		}
		failures++;
		printf("seed %llu: %s\n  replay: test_sim --seed %llu --steps %u "
		       "--verbose\n",
		       (unsigned long long)(from + i), world.failure,
		       (unsigned long long)(from + i), steps);
	}
	kinds_release();
	printf("%llu seeds, %u steps each, %llu changes of files, %llu "
	       "failures\n",
	       (unsigned long long)i, steps, (unsigned long long)changes,
	       (unsigned long long)failures);
	fflush(stdout);
	/* A run that failed leaves its memory behind. */
	if (failures)
		_exit(1);
	return 0;
}
