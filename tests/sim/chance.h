/* SPDX-License-Identifier: ISC */
/*
 * chance.h - everything that is random in a run, from one seed
 */
#ifndef LOGONGATE_TESTS_SIM_CHANCE_H
#define LOGONGATE_TESTS_SIM_CHANCE_H

#include <stdint.h>

struct chance {
	uint64_t state;
};

/* splitmix64: neighbouring seeds have nothing in common. */
static inline uint64_t chance_next(struct chance *chance)
{
	uint64_t z = (chance->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* 0 .. below - 1 */
static inline uint32_t chance_below(struct chance *chance, uint32_t below)
{
	return (uint32_t)(chance_next(chance) % below);
}

static inline int64_t chance_between(struct chance *chance, int64_t least,
				     int64_t most)
{
	return least +
	       (int64_t)(chance_next(chance) % (uint64_t)(most - least + 1));
}

/* 1 in so many of a hundred. */
static inline int chance_of(struct chance *chance, uint32_t percent)
{
	return chance_below(chance, 100) < percent;
}

#endif
