/* SPDX-License-Identifier: ISC */
/*
 * session_record.h - an open session, as the gate tells of it
 *
 * Layer: app: core.
 * Shape: {"id","door","protocol","user","master","dn","client","version",
 * "process","address","since","allowed"}. All that a policy decides by is in
 * it: plan judges what it reads here.
 * Source: contract 8 "Sessions".
 */
#ifndef LOGONGATE_APP_RECORDS_SESSION_RECORD_H
#define LOGONGATE_APP_RECORDS_SESSION_RECORD_H

#include <cjson/cJSON.h>

#include "core/policy/session.h"

/* policy NULL: none can be trusted, all are allowed. */
cJSON *lg_session_object(const struct lg_session *session,
			 const struct lg_policy *policy);

/* *out_session borrows from object. */
void lg_session_read(const cJSON *object, struct lg_session *out_session);

/* 0: the policy in force would refuse it now. */
int lg_session_was_allowed(const cJSON *object);

#endif
