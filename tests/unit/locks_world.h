/* SPDX-License-Identifier: ISC */
/*
 * locks_world.h - a policy of several layers, made and asked
 */
#ifndef LOGONGATE_TESTS_UNIT_LOCKS_WORLD_H
#define LOGONGATE_TESTS_UNIT_LOCKS_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/policy.h>

#define KEY LG_KEY_PARAMETERS_SYSTEM
#define A "/o=Org/ou=Site/cn=Recipients/cn=a"
#define B "/o=Org/ou=Site/cn=Recipients/cn=b"
#define C "/o=Org/ou=Site/cn=Recipients/cn=c"

enum {
	MOST = LG_LAYERS_MAX + 1
};

/* Layers as they are put together by a row. */
struct world {
	struct lg_policy_input input;
	struct lg_policy_layer layer[MOST];
	struct lg_registry *values[MOST];
	struct lg_findings *findings[MOST];
	struct lg_strlist glass;
	struct lg_warnings warnings;
	struct lg_policy *policy;
	struct lg_error err;
};

size_t add_layer(struct world *world, const char *id, const char *profile,
		 int64_t until_s);

void put(struct world *world, size_t layer, const char *name, const char *text);

/* An empty first name makes a blank list. */
void put_list(struct world *world, size_t layer, const char *name,
	      const char *first, const char *second);

/* The directory's answer in one layer; names may be NULL. */
void answered(struct world *world, size_t layer, enum lg_asked_as as,
	      const char *asked, enum lg_finding finding, const char *dn,
	      const char *first, const char *second);

enum lg_status compile(struct world *world);

void done(struct world *world);

struct lg_decision asks(const struct world *world, const char *dn,
			const char *user, enum lg_protocol protocol);

int admits(const struct world *world, const char *dn, const char *user);

#endif
