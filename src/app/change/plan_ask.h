/* SPDX-License-Identifier: ISC */
/*
 * plan_ask.h - what a plan has to know of the directory
 *
 * Layer: app.
 */
#ifndef LOGONGATE_APP_CHANGE_PLAN_ASK_H
#define LOGONGATE_APP_CHANGE_PLAN_ASK_H

#include "app/change/plan.h"

/*
 * Fills plan->findings and plan->facts; the names are those of the profile and
 * of values that stay in force beside it. A directory that does not answer is
 * no failure: LG_FACTS_NOT_ASKED, and why in plan->directory_error.
 */
enum lg_status lg_plan_ask(struct lg_plan *plan,
			   const struct lg_plan_input *input,
			   struct lg_error *err);

#endif
