/* SPDX-License-Identifier: ISC */
/*
 * plan_bench.h - a plan on a directory of two accounts that can be told not to
 * answer
 */
#ifndef LOGONGATE_TESTS_APP_PLAN_BENCH_H
#define LOGONGATE_TESTS_APP_PLAN_BENCH_H

#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "app/change/plan.h"
#include "app/records/json_member.h"
#include "app/records/plan_json.h"

#define DN "/o=Org/ou=Site/cn=Recipients/cn="

struct fake {
	enum lg_status says;
	int asked;
	int asked_break_glass;
};

/* Everything of one plan, so that a row changes what it is about. */
struct bench {
	struct fake fake;
	struct lg_directory directory;
	struct lg_profile profile;
	struct lg_plan_server server[2];
	struct lg_strlist break_glass;
	struct lg_plan_input input;
	struct lg_plan *plan;
	struct lg_error err;
};

/* Who is there: dn, logon name, entry. */
extern const char *const people[][3];

enum lg_status add(struct lg_findings *findings, const char *asked,
		   enum lg_asked_as asked_as, struct lg_error *err);

enum lg_status add_all(struct lg_findings *findings,
		       const struct lg_strlist *names,
		       enum lg_asked_as asked_as, struct lg_error *err);

enum lg_status ask(void *self, const struct lg_ask *question,
		   const struct lg_progress *progress,
		   struct lg_findings **out_findings, struct lg_error *err);

void list(struct lg_strlist *names, const char *name);

int set_up(void **state);

int tear_down(void **state);

enum lg_plan_answer answer(struct bench *b);

int warns(const struct bench *b, enum lg_warning code);

#endif
