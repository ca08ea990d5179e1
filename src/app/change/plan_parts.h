/* SPDX-License-Identifier: ISC */
/*
 * plan_parts.h - the steps of lg_plan_new
 *
 * Layer: app, private to plan.
 */
#ifndef LOGONGATE_APP_CHANGE_PLAN_PARTS_H
#define LOGONGATE_APP_CHANGE_PLAN_PARTS_H

#include "app/change/plan.h"

/*
 * Fills plan->findings and plan->facts; the names are those of the profile and
 * of values that stay in force beside it. A directory that does not answer is
 * no failure: LG_FACTS_NOT_ASKED, and why in plan->directory_error.
 */
enum lg_status lg_plan_ask(struct lg_plan *plan,
			   const struct lg_plan_input *input,
			   struct lg_error *err);

/* Those that no other server told yet. */
enum lg_status lg_plan_add_warnings(struct lg_plan *plan,
				    const struct lg_warnings *warnings,
				    struct lg_error *err);

/* 1 when they limit who gets in by name. */
int lg_plan_sets_names(const struct lg_registry *values);

/* before with values written over it. */
enum lg_status lg_plan_merge(const struct lg_registry *before,
			     const struct lg_registry *values,
			     struct lg_registry **out_after,
			     struct lg_error *err);

/* target->values from target->own. */
enum lg_status lg_plan_compose(struct lg_plan *plan,
			       const struct lg_plan_input *input,
			       const struct lg_plan_server *server,
			       struct lg_plan_target *target,
			       struct lg_error *err);

/* Takes out of target->after what no store reads, and warns of it. */
enum lg_status lg_plan_leave_foreign(struct lg_plan *plan,
				     struct lg_plan_target *target,
				     struct lg_error *err);

enum lg_status lg_plan_add_services(const struct lg_plan_server *server,
				    struct lg_registry *own,
				    struct lg_error *err);

/* Adds the warnings about people, time, sessions and doors to a plan whose
 * targets are compiled; fills cut, answer and unaccepted. */
enum lg_status lg_plan_judge(struct lg_plan *plan,
			     const struct lg_plan_input *input,
			     struct lg_error *err);

#endif
