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

struct options {
	uint64_t from;
	uint64_t seeds;
	uint64_t steps;
	uint64_t gates;
	int goes_on;
	int verbose;
};

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

/* 1 when everything was as it should be. */
static int run(uint64_t seed, const struct options *options)
{
	size_t gates = options->gates ? (size_t)options->gates : gates_of(seed);
	uint64_t i;

	memset(&world, 0, sizeof(world));
	if (setjmp(world.failed))
		return 0;
	fleet_make(&world, seed, gates, options->verbose);
	for (i = 0; i < options->steps; i++)
		fleet_step(&world);
	fleet_heal(&world);
	fleet_release(&world);
	return 1;
}

static uint64_t number(const char *text)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (!*text || *end) {
		fprintf(stderr, "test_sim_fleet: \"%s\" is not a number\n",
			text);
		exit(2);
	}
	return value;
}

static int usage(void)
{
	fprintf(stderr, "usage: test_sim_fleet [--seed N] [--verbose] [--from "
			"N] [--seeds COUNT] [--steps COUNT] [--gates COUNT] "
			"[--go-on]\n");
	return 2;
}

static int read_options(int argc, char **argv, struct options *options)
{
	const struct {
		const char *name;
		uint64_t *value;
	} known[] = {{"--seed", &options->from},
		     {"--from", &options->from},
		     {"--seeds", &options->seeds},
		     {"--steps", &options->steps},
		     {"--gates", &options->gates}};
	int k;
	size_t i;

	for (k = 1; k < argc; k++) {
		if (!strcmp(argv[k], "--verbose")) {
			options->verbose = 1;
			continue;
		}
		if (!strcmp(argv[k], "--go-on")) {
			options->goes_on = 1;
			continue;
		}
		for (i = 0; i < sizeof(known) / sizeof(*known); i++)
			if (!strcmp(argv[k], known[i].name))
				break;
		if (i == sizeof(known) / sizeof(*known) || k + 1 == argc)
			return usage();
		*known[i].value = number(argv[++k]);
		if (!i)
			options->seeds = 1;
	}
	return options->gates > FLEET_GATES_MAX ? usage() : 0;
}

int main(int argc, char **argv)
{
	struct options options = {.from = 1, .seeds = 1000, .steps = 60};
	uint64_t failures = 0;
	uint64_t i;

	if (read_options(argc, argv, &options))
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < options.seeds && (options.goes_on || !failures); i++) {
		if (run(options.from + i, &options))
			continue;
		failures++;
		printf("seed %llu: %s\n  replay: test_sim_fleet --seed %llu "
		       "--steps %llu --verbose\n",
		       (unsigned long long)(options.from + i), world.failure,
		       (unsigned long long)(options.from + i),
		       (unsigned long long)options.steps);
	}
	printf("%llu seeds, %llu steps each, %llu failures\n",
	       (unsigned long long)i, (unsigned long long)options.steps,
	       (unsigned long long)failures);
	fflush(stdout);
	/* A run that failed leaves its memory behind. */
	if (failures)
		_exit(1);
	return 0;
}
