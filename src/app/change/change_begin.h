/* SPDX-License-Identifier: ISC */
/*
 * change_begin.h - a plan put in force: on servers, then at the gate here
 *
 * Layer: app.
 * Flow: what was planned is written, or nothing is: who changed a value or set
 * a lock in between makes the plan worthless. Back-up, journal, write, read
 * back, take effect and test are servers.h's; the gate here comes last.
 * Source: contract 4 apply, 9 "One machine for all targets"; A1-A6.
 */
#ifndef LOGONGATE_APP_CHANGE_CHANGE_BEGIN_H
#define LOGONGATE_APP_CHANGE_CHANGE_BEGIN_H

#include "app/change/hands.h"
#include "app/change/plan.h"

/* All borrowed; the lock is one of input's profile. test: per server what the
 * hands test it with where the lock is in force at once; NULL: nothing. */
struct lg_change_begin {
	const struct lg_plan *plan;
	const struct lg_plan_input *input;
	const void *const *test;
	int gate_runs; /* the gate here is a process, not its files alone */
	const char *id;
	const char *variables; /* "name=value" lines, sorted; NULL: none */
	const char *reason;    /* or NULL */
	int64_t for_s;         /* 0: until_s of input alone counts */
	int64_t confirm_within_s;
	int64_t grace_s;
};

/* 1 when any server of the plan is not the gate here. */
int lg_change_needs_servers(const struct lg_plan_server *server, size_t count);
/* 1 when any is. */
int lg_change_has_gate(const struct lg_plan_server *server, size_t count);

/* Reads what the servers hold, for a plan: found and server's before (else
 * NULL), and what each service does. Nothing is written. *out_opened: it was
 * one of them that failed. */
enum lg_status lg_change_read(const struct lg_change_hands *hands,
			      struct lg_plan_server *server, size_t count,
			      struct lg_registry **found,
			      enum lg_service *service, int *out_opened,
			      struct lg_error *err);

/*
 * Returns: LG_OK; LG_ERR_CONFLICT with LG_SERVERS_NOTHING_WRITTEN, the profile
 * is in force already, a change there was interrupted, or something is other
 * than planned; else the status of the server that failed first.
 */
enum lg_status lg_change_begin(const struct lg_change_hands *hands,
			       const struct lg_change_begin *request,
			       struct lg_error *err);

#endif
