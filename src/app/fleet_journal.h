/* SPDX-License-Identifier: ISC */
/*
 * fleet_journal.h - what the write-ahead journal of a change says
 *
 * Layer: app.
 * Shape: JSON lines. The first line of a change is
 * {"step":"begin","id","profile","by","reason","since","until","gate",
 *  "max_duration","targets":[{"name","restart","backup","before","wanted"}]}
 * with before and wanted as Registry Editor text; then {"step":S,"target":NAME} in the words of
 * lg_fleet_step_name; {"step":"applied"} ends an apply, {"step":"until",
 * "until"} moves its end, {"step":"lifting"}
 * begins a lift or an undoing, {"step":"lifted"} ends the change, as does
 * {"step":"opened"} (the gate of this machine is lifted) once no target is
 * locked any more. A last line
 * that was cut off counts as not written: the step it announces was not taken.
 */
#ifndef LOGONGATE_APP_FLEET_JOURNAL_H
#define LOGONGATE_APP_FLEET_JOURNAL_H

#include "app/fleet.h"

enum lg_fleet_phase {
	LG_FLEET_NOTHING = 0, /* no change, or one that has ended */
	LG_FLEET_APPLYING,    /* interrupted while it was applied */
	LG_FLEET_APPLIED,     /* the lock is in force */
	LG_FLEET_LIFTING      /* interrupted while it was lifted or undone */
};

struct lg_fleet_record_target {
	char *name;
	int restart;
	char *backup; /* the file's name; NULL: none was kept */
	struct lg_registry *before;
	struct lg_registry *wanted;
	enum lg_fleet_step step;
	int in_restart; /* a restart of ours that may have broken off */
};

/* The last change of a journal. until_boot_ms is the end by the clock since
 * boot; boot_id "": nobody knows it. offset_ms is wall clock minus that clock
 * when the lock was set. Owns: lg_fleet_record_release. */
struct lg_fleet_record {
	enum lg_fleet_phase phase;
	char *profile;
	char *by;
	char *reason;
	char *id; /* of the lock; NULL: an earlier version gave none */
	int64_t since_s;
	int64_t until_s;
	int64_t until_boot_ms;
	char boot_id[LG_BOOT_ID_SIZE];
	int64_t offset_ms;
	int with_gate;
	int64_t max_duration_s; /* -1: no limit */
	struct lg_fleet_record_target *target;
	size_t count;
};

/* 1: a target that took this step is not in a restart any more. */
int lg_fleet_step_ends_restart(enum lg_fleet_step step);

/* All or nothing; an empty journal is LG_FLEET_NOTHING. */
enum lg_status lg_fleet_record_parse(const char *text, size_t len,
				     const char *place,
				     struct lg_fleet_record *out_record,
				     struct lg_error *err);
void lg_fleet_record_release(struct lg_fleet_record *record);

/* 1 when the lock's end is past: by the clock since boot within one boot, else
 * by the wall clock (contract 7 "Locks"). */
int lg_fleet_record_is_over(const struct lg_fleet_record *record,
			    const struct lg_now *now);

/* How many seconds the lock would last from its beginning to until_s, whatever
 * the wall clock was made to say meanwhile. */
int64_t lg_fleet_record_lasts_s(const struct lg_fleet_record *record,
				int64_t until_s, const struct lg_now *now);

/* The lines that lg_fleet_apply and the others write. Each ends in LF. */
enum lg_status lg_fleet_journal_begin(const struct lg_fleet *fleet,
				      const struct lg_fleet_change *change,
				      struct lg_error *err);
enum lg_status lg_fleet_journal_step(const struct lg_fleet *fleet,
				     const char *step, const char *target,
				     struct lg_error *err);

/* The lock ends at another time, told by the clocks as they are now. */
enum lg_status lg_fleet_journal_until(const struct lg_fleet *fleet,
				      int64_t until_s, const struct lg_now *now,
				      struct lg_error *err);

#endif
