/* SPDX-License-Identifier: ISC */
/*
 * journal.h - what was done to locks, by whom, why
 *
 * Layer: app: core and port/files.
 * Shape: JSON lines {"at","event","id","profile","by","reason","result",
 * "generation","since","until","backup","max_duration_s","locks"}, of servers
 * also "target" and "what"; locks says whether that lock is in force after it.
 * Each line is on disk before the call returns. audit.jsonl is the gate's, who
 * repairs its lock from it. What it had no part in has a file of its own: locks
 * on servers alone, changes that were undone before the gate had its part,
 * registries that were changed.
 * Source: contract 4 history, 7 "JSON", "The gate".
 */
#ifndef LOGONGATE_APP_CHANGE_JOURNAL_H
#define LOGONGATE_APP_CHANGE_JOURNAL_H

#include "port/files.h"

#define LG_JOURNAL_FILE "audit.jsonl"
#define LG_JOURNAL_OF_SERVERS "fleet-audit.jsonl"

enum lg_journal_event {
	LG_EVENT_APPLY = 0,
	LG_EVENT_LIFT,
	LG_EVENT_EXPIRE,
	LG_EVENT_EXTEND,
	LG_EVENT_CONFIRM,
	LG_EVENT_IMPORT,
	LG_EVENT_RESTORE,
	LG_EVENT_FORGET
};
#define LG_EVENT_COUNT 8

const char *lg_journal_event_name(enum lg_journal_event event);

/* Absent texts are NULL, absent times 0, max_duration_s -1. */
struct lg_journal_entry {
	int64_t at_s;
	enum lg_journal_event event;
	const char *id; /* of the lock; NULL: none, or none was kept */
	const char *profile;
	const char *by;
	const char *reason;
	const char *result; /* "done", or what came of it */
	uint64_t generation;
	int64_t since_s;
	int64_t until_s;
	int64_t max_duration_s;
	const char *backup;
	const char *target; /* on other servers: which */
	const char *what;   /* names of the values that were changed there */
	int locks;          /* that lock is in force after this */
};

/* Appends the entry as its line to a text, for who writes it later. */
enum lg_status lg_journal_line(const struct lg_journal_entry *entry,
			       struct lg_buffer *out_line,
			       struct lg_error *err);

/* name: the file's, here and below. */
enum lg_status lg_journal_append(const struct lg_files *files, const char *name,
				 const struct lg_journal_entry *entry,
				 struct lg_error *err);

/*
 * Calls visit for every entry from since_s on, oldest first, until it gives
 * something else than 0. Lines that are no entries are counted into
 * out_damaged (may be NULL) and passed over; one that was cut off by a crash
 * counts as not written. No file: LG_OK.
 */
enum lg_status lg_journal_read(
	const struct lg_files *files, const char *name, int64_t since_s,
	int (*visit)(void *context, const struct lg_journal_entry *entry),
	void *context, size_t *out_damaged, struct lg_error *err);

/*
 * Keeps the whole file below damaged/, under a name that nothing there has and
 * that is appended, and leaves the lines that can be read.
 */
enum lg_status lg_journal_mend(const struct lg_files *files,
			       struct lg_buffer *out_kept,
			       struct lg_error *err);

/* "ex1, ex2 and 3 more": as much of a list as a line of history holds. */
void lg_journal_names(const struct lg_strlist *names, struct lg_buffer *text);

#endif
