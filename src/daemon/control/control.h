/* SPDX-License-Identifier: ISC */
/*
 * control.h - requests on control.sock
 *
 * Layer: daemon.
 * Flow: control.c reads lines and blocks and judges the peer; the other files
 * of this room do what is asked and finish the call, at once or later.
 * Source: src/doc/control.md.
 */
#ifndef LOGONGATE_DAEMON_CONTROL_CONTROL_H
#define LOGONGATE_DAEMON_CONTROL_CONTROL_H

#include <cjson/cJSON.h>

#include "daemon/control/control_line.h"
#include "daemon/facts.h"
#include "daemon/records.h"
#include "daemon/net/stream.h"

/* The exit codes of contract 4 that an answer names. */
enum control_exit {
	CONTROL_DONE = 0,
	CONTROL_USAGE = 2,
	CONTROL_INVALID = 3,
	CONTROL_DIRECTORY = 4,
	CONTROL_WOULD_NOT_LOCK = 5,
	CONTROL_PUT_BACK = 6,
	CONTROL_DENIED = 7,
	CONTROL_SOFTWARE = 70
};

/* One request; everything is good until the call is finished. While a look or
 * a change is at work, the call is the state lane's. */
struct control_call {
	struct gate_conn *conn;
	struct gate *gate;
	cJSON *request;
	struct lg_buffer bytes; /* where the blocks lie */
	struct control_block block[CONTROL_BLOCKS_MAX];
	size_t block_count;
	char *by;
	cJSON *answer; /* filled by the op; "ok" is set at the end */
	struct lg_buffer attach[CONTROL_BLOCKS_MAX];
	size_t attach_count;
	/* For ops that ask the directory in between. */
	struct lg_registry *values;
	struct lg_findings *findings;
	struct gate_facts_names names;
	enum lg_journal_event event;
	struct gate_records_waiter waiter;
};

/* Sends the answer and frees the call. */
void control_finish(struct control_call *call);
/* Sends a refusal and frees the call. */
void control_fail(struct control_call *call, enum control_exit code,
		  const struct lg_error *err);
/* As control_fail, with the exit that belongs to the status in err. */
void control_fail_as(struct control_call *call, const struct lg_error *err);
void control_no_memory(struct control_call *call);
/* The end of a look or a change that leaves nothing to wait for; context is the
 * call. */
void control_done(struct gate *gate, void *context, enum lg_status status,
		  const struct lg_error *err);
/* Ends a call with whom a sweep cut, and with "left" and "left_count": of very
 * many only the first are listed. context is the call. */
struct gate_sweep_report;
void control_tell_cut(void *context, const struct gate_sweep_report *report);
/* Ends an answer of which the array and everything in it was sent; err is NULL
 * where all went well. Frees the call. */
void control_end_list(struct control_call *call, const struct lg_error *err);

/* Members of the request; absent ones give NULL, 0. */
const char *control_text(const struct control_call *call, const char *key);
/* 1 where the member is true. */
int control_flag(const struct control_call *call, const char *key);
/* LG_ERR_SYNTAX for what is no whole number of seconds. */
enum lg_status control_number(const struct control_call *call, const char *key,
			      int64_t *out_number, struct lg_error *err);
enum lg_status control_time(const struct control_call *call, const char *key,
			    int64_t *out_time_s, struct lg_error *err);

/* The ops; each finishes or fails the call, now or later. */
void control_status(struct control_call *call);
void control_locks(struct control_call *call);
void control_sessions(struct control_call *call);
void control_cut(struct control_call *call);
/* refused, logons, history. */
void control_show(struct control_call *call);
void control_values(struct control_call *call);
void control_heard(struct control_call *call);
void control_policy(struct control_call *call);
void control_check(struct control_call *call);
void control_apply(struct control_call *call);
void control_confirm(struct control_call *call);
void control_extend(struct control_call *call);
void control_lift(struct control_call *call);
void control_import(struct control_call *call);
void control_backup(struct control_call *call);
void control_reload(struct control_call *call);

#endif
