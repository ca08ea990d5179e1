/* SPDX-License-Identifier: ISC */
/*
 * check_json.h - a question about one logon, and contract 5's `check` object
 *
 * Layer: daemon.
 * Flow: POST /v1/decide and the op "check" of the control socket share it.
 */
#ifndef LOGONGATE_DAEMON_DOORS_CHECK_JSON_H
#define LOGONGATE_DAEMON_DOORS_CHECK_JSON_H

#include <cjson/cJSON.h>

#include "daemon/judge.h"

/*
 * Reads "dn", "user", "version", "process", "protocol", "address" of object
 * into ask (door and listener are the caller's); each a text or null. Borrows
 * from object. LG_ERR_SYNTAX, LG_ERR_RANGE, LG_ERR_UNKNOWN_KEY (a protocol).
 */
enum lg_status check_json_read(const cJSON *object, struct gate_ask *ask,
			       struct lg_error *err);

/* The `check` object; explain NULL: without the rules. NULL where there is no
 * memory. */
cJSON *check_json_answer(const struct gate *gate,
			 const struct lg_decision *decision,
			 const char *message, const struct lg_attempt *explain);

#endif
