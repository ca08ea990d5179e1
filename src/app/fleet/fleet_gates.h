/* SPDX-License-Identifier: ISC */
/*
 * fleet_gates.h - all gates of a fleet, by what they said last
 *
 * Layer: app: core, port/fleet.
 * Source: contract 10 "Seeing", 13 "Commands".
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_GATES_H
#define LOGONGATE_APP_FLEET_FLEET_GATES_H

#include "app/fleet/fleet_report.h"
#include "core/fleet/fleet_keys.h"
#include "port/fleet.h"

#define LG_FLEET_GATES_MAX 20000
/* Heartbeats that may be missing before a gate counts as away. */
#define LG_FLEET_MISSED 3

/* report.version "": it wrote none yet, or one that does not read. */
struct lg_fleet_one {
	char name[LG_FLEET_NAME_SIZE];
	struct lg_fleet_id id;
	int64_t modified_ms; /* by the directory's clock; 0: never */
	struct lg_fleet_report report;
	int gone; /* its entry was deleted */
};

/* Zero-initialise; sorted by name. */
struct lg_fleet_gates {
	struct lg_fleet_one **one;
	size_t count;
	size_t capacity;
};
void lg_fleet_gates_release(struct lg_fleet_gates *gates);

/* NULL: there is none of that name. */
const struct lg_fleet_one *
lg_fleet_gates_find(const struct lg_fleet_gates *gates, const char *name);

/* The gate that names most events, where that is more than what the directory
 * shows: some were deleted, did not come to the provider that was asked, or are
 * not believed here. NULL: none. */
const struct lg_fleet_one *
lg_fleet_gates_missed(const struct lg_fleet_gates *gates,
		      const struct lg_fleet_set *shown);

/* Hears of gates alone. */
struct lg_fleet_sink lg_fleet_gates_sink(struct lg_fleet_gates *gates);

/* Appends names of gates in one line, the first of them; *count is how many
 * there were, 0 at first, and the end says how many more. */
void lg_fleet_name_one(struct lg_buffer *out, const char *name, size_t *count);
void lg_fleet_name_more(struct lg_buffer *out, size_t count);

/* 1 where it is there and what is for these groups (none: all) is for it. */
int lg_fleet_one_concerned(const struct lg_fleet_one *one,
			   const struct lg_strlist *groups);

/* 1 where it was not heard for three of its heartbeats. */
int lg_fleet_one_away(const struct lg_fleet_one *one, int64_t now_ms);

/* Its clock less the directory's, in seconds; 0 where nobody knows. */
int64_t lg_fleet_one_skew_s(const struct lg_fleet_one *one);

#define LG_FLEET_DIFFERS_SIZE 256

/*
 * Compares what a gate said last with what the events come to for its groups.
 * out_how (may be NULL) says in a few words what is not the same; "".
 */
int lg_fleet_differs(const struct lg_fleet_set *set,
		     const struct lg_fleet_one *one, int64_t now_ms,
		     char out_how[LG_FLEET_DIFFERS_SIZE]);

#endif
