/* SPDX-License-Identifier: ISC */
/*
 * policy_world.h - a policy made of a few values and findings, and asked
 */
#ifndef LOGONGATE_TESTS_UNIT_POLICY_WORLD_H
#define LOGONGATE_TESTS_UNIT_POLICY_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include "core/policy/session.h"

#define KEY LG_KEY_PARAMETERS_SYSTEM
#define A "/o=Org/ou=Site/cn=Recipients/cn=a"
#define B "/o=Org/ou=Site/cn=Recipients/cn=b"

struct world {
	struct lg_registry *values;
	struct lg_findings *findings;
	struct lg_strlist glass;
	struct lg_warnings warnings;
	struct lg_policy *policy;
	struct lg_error err;
	enum lg_dialect dialect;
	enum lg_facts facts;
};

struct world fresh(enum lg_dialect dialect);

void put(struct world *world, const char *name, const char *text);

void put_list(struct world *world, const char *name, const char *first,
	      const char *second);

void found(struct world *world, enum lg_asked_as as, const char *asked,
	   const char *dn, const char *login, int shared);

enum lg_status compile(struct world *world);

void done(struct world *world);

enum lg_reason asks(const struct world *world, const char *dn, const char *user,
		    enum lg_protocol protocol, uint32_t major,
		    const char *process);

enum lg_reason logs_on(const struct world *world, const char *dn,
		       const char *user);

#endif
