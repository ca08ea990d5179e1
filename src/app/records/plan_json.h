/* SPDX-License-Identifier: ISC */
/*
 * plan_json.h - a plan as the contract's object
 *
 * Layer: app.
 */
#ifndef LOGONGATE_APP_RECORDS_PLAN_JSON_H
#define LOGONGATE_APP_RECORDS_PLAN_JSON_H

#include "app/change/plan.h"

/* The account is named by the profile (not break-glass, not the caller). */
int lg_plan_is_listed(const struct lg_account *account);

/* The contract's object; the caller deletes it. */
struct cJSON;
struct cJSON *lg_plan_object(const struct lg_plan *plan,
			     const struct lg_plan_input *input);

#endif
