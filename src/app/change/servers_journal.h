/* SPDX-License-Identifier: ISC */
/*
 * servers_journal.h - what the write-ahead journal of a change says
 *
 * Layer: app.
 * Shape: JSON lines. The first line of a change is
 * {"step":"begin","id","profile","by","reason","since","until","gate",
 *  "max_duration","targets":[{"name","restart","backup","before","wanted"}]}
 * with before and wanted as Registry Editor text; then {"step":S,"target":NAME} in the words of
 * lg_servers_step_name; {"step":"applied"} ends an apply, {"step":"until",
 * "until"} moves its end, {"step":"lifting"}
 * begins a lift or an undoing, {"step":"lifted"} ends the change, as does
 * {"step":"opened"} (the gate of this machine is lifted) once no target is
 * locked any more. A last line
 * that was cut off counts as not written: the step it announces was not taken.
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_JOURNAL_H
#define LOGONGATE_APP_CHANGE_SERVERS_JOURNAL_H

#include "app/change/servers.h"

enum lg_servers_phase {
	LG_SERVERS_NOTHING = 0, /* no change, or one that has ended */
	LG_SERVERS_APPLYING,    /* interrupted while it was applied */
	LG_SERVERS_APPLIED,     /* the lock is in force */
	LG_SERVERS_LIFTING      /* interrupted while it was lifted or undone */
};

struct lg_servers_record_target {
	char *name;
	int restart;
	char *backup; /* the file's name; NULL: none was kept */
	struct lg_registry *before;
	struct lg_registry *wanted;
	enum lg_servers_step step;
	int in_restart; /* a restart of ours that may have broken off */
};

/* The last change of a journal. until_boot_ms is the end by the clock since
 * boot; boot_id "": nobody knows it. offset_ms is wall clock minus that clock
 * when the lock was set. Owns: lg_servers_record_release. */
struct lg_servers_record {
	enum lg_servers_phase phase;
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
	struct lg_servers_record_target *target;
	size_t count;
};

/* 1: a target that took this step is not in a restart any more. */
int lg_servers_step_ends_restart(enum lg_servers_step step);

/* All or nothing; an empty journal is LG_SERVERS_NOTHING. */
enum lg_status lg_servers_record_parse(const char *text, size_t len,
				       const char *place,
				       struct lg_servers_record *out_record,
				       struct lg_error *err);
void lg_servers_record_release(struct lg_servers_record *record);

/* 1 when the lock's end is past: by the clock since boot within one boot, else
 * by the wall clock (contract 7 "Locks"). */
int lg_servers_record_is_over(const struct lg_servers_record *record,
			      const struct lg_now *now);

/* How many seconds the lock would last from its beginning to until_s, whatever
 * the wall clock was made to say meanwhile. */
int64_t lg_servers_record_lasts_s(const struct lg_servers_record *record,
				  int64_t until_s, const struct lg_now *now);

/* The lines that lg_servers_apply and the others write. Each ends in LF. */
enum lg_status lg_servers_journal_begin(const struct lg_servers *fleet,
					const struct lg_servers_change *change,
					struct lg_error *err);
enum lg_status lg_servers_journal_step(const struct lg_servers *fleet,
				       const char *step, const char *target,
				       struct lg_error *err);

/* The lock ends at another time, told by the clocks as they are now. */
enum lg_status lg_servers_journal_until(const struct lg_servers *fleet,
					int64_t until_s,
					const struct lg_now *now,
					struct lg_error *err);

#endif
