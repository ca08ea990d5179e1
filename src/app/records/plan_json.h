/* SPDX-License-Identifier: ISC */
/*
 * plan_json.h - a plan as the contract's object, and the accounts in it
 *
 * Layer: app.
 * Shape of an account: {"dn","user","finding","entry","via"}; user only where
 * it is asked by that. plan adds "display", verify "logins".
 * Source: contract 4 plan and verify, 7 "Names".
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

/* What the directory said of one. dn, user: what it is called by; each may be
 * NULL. */
struct cJSON *lg_account_object(const struct lg_account *account,
				const char *dn, const char *user);

#endif
