/* SPDX-License-Identifier: ISC */
/*
 * life.h - one run from a seed, its story and its end; many of them
 *
 * Every simulator has a world with a life in it, and a function that runs one.
 */
#ifndef LOGONGATE_TESTS_SIM_LIFE_H
#define LOGONGATE_TESTS_SIM_LIFE_H

#include <setjmp.h>
#include <stdint.h>

/* show: what a failed life is seen in, where its story is told; may be NULL.
 * changes: of files, so far. */
struct life {
	int verbose;
	jmp_buf failed;
	char failure[1024];
	void (*show)(void *context);
	void *context;
	uint64_t changes;
};

/* One line of the story. */
void life_tell(const struct life *life, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Goes to failed. */
void life_fail(struct life *life, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

struct lives {
	const char *name; /* of the program */
	uint64_t from;
	uint64_t seeds;
	uint64_t steps;
	uint64_t gates;     /* 0: as the seed says */
	uint64_t gates_max; /* 0: the program knows of none */
	int goes_on;
	int verbose;
};

/* Reads --seed, --from, --seeds, --steps, --gates, --go-on, --verbose over
 * what stands there. Returns: 0, or 2 when the usage was said. */
int lives_read(struct lives *lives, int argc, char **argv);

/* Runs them until one fails, or all with --go-on. run gives 1 when everything
 * was as it should be. Returns how many failed. */
uint64_t lives_run(const struct lives *lives, struct life *life,
		   int (*run)(uint64_t seed, const struct lives *lives));

#endif
