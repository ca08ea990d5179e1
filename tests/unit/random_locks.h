/* SPDX-License-Identifier: ISC */
/*
 * random_locks.h - layers of locks and logons, drawn by lot
 */
#ifndef LOGONGATE_TESTS_UNIT_RANDOM_LOCKS_H
#define LOGONGATE_TESTS_UNIT_RANDOM_LOCKS_H

#include <stdint.h>

#include <logongate/store.h>

#include "naive_concerned.h"
#include "naive_policy.h"

#define A "/o=Org/ou=Site/cn=Recipients/cn=a"
#define A_LOUD "/O=ORG/OU=SITE/CN=RECIPIENTS/CN=A"

/* xorshift: a failure repeats. */
uint32_t next(uint32_t *seed, uint32_t below);

extern const char *const domain_pool[];

struct layer {
	struct oracle_lock lock;
	struct oracle_concerned who;
	struct lg_findings *findings;
	struct lg_findings *concerned;
	struct lg_registry *values;
	char id[24];
	const char *profile;
	int64_t until_s;
	int is_standing;
};

void make_rules(uint32_t *seed, enum lg_dialect dialect,
		struct oracle_lock *lock);

void make_layer(uint32_t *seed, enum lg_dialect dialect,
		const char *break_glass, int is_standing, unsigned int number,
		struct layer *out);

void free_layer(struct layer *layer);

struct lg_attempt random_attempt(uint32_t *seed);

#endif
