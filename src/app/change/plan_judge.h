/* SPDX-License-Identifier: ISC */
/*
 * plan_judge.h - the last step of lg_plan_new
 *
 * Layer: app.
 */
#ifndef LOGONGATE_APP_CHANGE_PLAN_JUDGE_H
#define LOGONGATE_APP_CHANGE_PLAN_JUDGE_H

#include "app/change/plan.h"

/* Adds the warnings about people, time, sessions and doors to a plan whose
 * targets are compiled; fills cut, answer and unaccepted. */
enum lg_status lg_plan_judge(struct lg_plan *plan,
			     const struct lg_plan_input *input,
			     struct lg_error *err);

#endif
