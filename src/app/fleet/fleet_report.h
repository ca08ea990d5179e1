/* SPDX-License-Identifier: ISC */
/*
 * fleet_report.h - what a gate of the fleet says of itself
 *
 * Layer: app: core.
 * Flow: the gate renders one into its own entry; apply --fleet and status
 * --fleet parse those of all gates.
 * Shape: {"v":1,"version","clock","groups":[...],"heartbeat_s","sessions",
 * "count","locks":[{"id","number","state","ready","why","until"}],
 * "attention":[code...],"not_closed":[door...],"doors_unknown":[door...]};
 * clock in milliseconds since 1970. The last two are null where nobody looked.
 * Source: contract 10 "Entries", "Seeing".
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_REPORT_H
#define LOGONGATE_APP_FLEET_FLEET_REPORT_H

#include "core/fleet/fleet_set.h"

#define LG_FLEET_REPORT_LOCKS_MAX 72
/* Doors in each list; a last item says how many more there are. */
#define LG_FLEET_REPORT_DOORS_MAX 32

/* Whether a gate that has a lock prepared can hold it. */
enum lg_fleet_ready {
	LG_FLEET_READY_UNKNOWN = 0, /* still finding out */
	LG_FLEET_READY_YES,
	LG_FLEET_READY_NO /* why says what is the matter */
};

/* number: the highest event of it that the gate heard and acted on. */
struct lg_fleet_report_lock {
	char id[LG_FLEET_LOCK_SIZE];
	int64_t number;
	enum lg_fleet_state state;
	enum lg_fleet_ready ready;
	char why[256];
	int64_t until_s;
};

/* Zero-initialise; release with lg_fleet_report_release. */
struct lg_fleet_report {
	char version[32];
	int64_t clock_ms;
	int64_t heartbeat_s;
	int64_t sessions; /* still to be cut */
	int64_t count;    /* events that it knows to be in the directory */
	struct lg_strlist groups;
	struct lg_fleet_report_lock lock[LG_FLEET_REPORT_LOCKS_MAX];
	size_t lock_count;
	unsigned int attention; /* bits of enum lg_fleet_code */
	/* The ways into its machine that do not ask it, or only in part: no
	 * lock closes them; and those of which it does not know. */
	int doors_looked;
	struct lg_strlist not_closed;
	struct lg_strlist doors_unknown;
};

enum lg_status lg_fleet_report_render(const struct lg_fleet_report *report,
				      struct lg_buffer *out_text,
				      struct lg_error *err);

/* Returns: LG_OK; LG_ERR_SYNTAX, it is no report; LG_ERR_NO_MEMORY. Members
 * that are not known are left out, what is missing is 0. */
enum lg_status lg_fleet_report_parse(const char *text, size_t len,
				     struct lg_fleet_report *out_report,
				     struct lg_error *err);
void lg_fleet_report_release(struct lg_fleet_report *report);

/* {"code","entry","text"}, of what an administrator is to be told. */
struct cJSON;
struct cJSON *lg_fleet_attention(enum lg_fleet_code code, const char *entry,
				 const char *text);

/* NULL: the gate says nothing of it. */
const struct lg_fleet_report_lock *
lg_fleet_report_find(const struct lg_fleet_report *report, const char *id);

#endif
