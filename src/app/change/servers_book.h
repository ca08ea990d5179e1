/* SPDX-License-Identifier: ISC */
/*
 * servers_book.h - what the journal of changes says: the locks on servers
 *
 * Layer: app.
 * Shape: JSON lines. The first one names the file and its version:
 * {"journal":"logongate changes","version":2}; a file without it is one of
 * version 1, which held a single change. A change begins with
 * {"step":"begin","id","profile","by","reason","since","until","gate",
 *  "max_duration","replaces","variables","stands","targets":[{"name","restart",
 *  "backup","dialect","before","wanted"}]}
 * with before and wanted as Registry Editor text; every later line of it has
 * its "id": {"step":S,"target":NAME} in the words of lg_servers_step_name;
 * "applied" ends an apply; "until" says when it ends, with "moving" that it is
 * about to end at another time. "lifting" begins a lift or an undoing, "lifted"
 * ends the change, also of values by hand ("stands") once they are in force;
 * so does "opened" (the gate of this machine is lifted) once no target is
 * locked any more. A last line that was cut off counts as not written: the step
 * it announces was not taken.
 *
 * before is what a server holds without any lock, wanted what this lock sets by
 * itself; what is written is composed of both and of the other locks there
 * (servers_compose.h).
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_BOOK_H
#define LOGONGATE_APP_CHANGE_SERVERS_BOOK_H

#include <logongate/dialect.h>

#include "app/change/servers.h"

#define LG_SERVERS_BOOK_FILE "fleet.jsonl"
#define LG_CHANGE_SIGNATURE_FILE "fleet.holder" /* change_now.h */
#define LG_SERVERS_BOOK_VERSION 2

enum lg_servers_phase {
	LG_SERVERS_NOTHING = 0, /* no change, or one that has ended */
	LG_SERVERS_APPLYING,    /* interrupted while it was applied */
	LG_SERVERS_APPLIED,     /* the lock is in force */
	LG_SERVERS_LIFTING,     /* interrupted while it was lifted or undone */
	LG_SERVERS_LOST         /* damage took what it wrote; names are left */
};

/* Of a change that is LG_SERVERS_LOST before and wanted are NULL. */
struct lg_servers_record_target {
	const char *name;
	int restart;
	const char *backup; /* the file's name; NULL: none was kept */
	enum lg_dialect dialect;
	struct lg_registry *before;
	struct lg_registry *wanted;
	enum lg_servers_step step;
	int in_restart; /* a restart of ours that may have broken off */
};

/* One change. lock: as gates are told of it, with what the journal keeps; its
 * id is NULL where an earlier version gave none; stands: values by hand, which
 * were interrupted. until_boot_ms is its end by the clock since boot; boot_id
 * "": nobody knows it. offset_ms is wall clock minus that clock when the lock
 * was set. Owns: lg_servers_record_release. */
struct lg_servers_record {
	enum lg_servers_phase phase;
	struct lg_target_lock lock;
	int64_t until_boot_ms;
	char boot_id[LG_BOOT_ID_SIZE];
	int64_t offset_ms;
	int moving; /* the end was to be another: elsewhere it may be */
	int with_gate;
	struct lg_servers_record_target *target;
	size_t count;
};
void lg_servers_record_release(struct lg_servers_record *record);

/* Changes that have not ended, oldest first. Owns: lg_servers_book_release. */
struct lg_servers_book {
	struct lg_servers_record *record;
	size_t count;
	unsigned int version;   /* of the file; 0: it is empty */
	size_t damaged;         /* lines that could not be read */
	struct lg_error damage; /* the first of them, with its place */
};

/*
 * Reads a journal. A damaged line loses what it said and nothing else: the
 * rest counts, and what may have been written after it counts as half written.
 * Returns: LG_OK also where lines are damaged; LG_ERR_SYNTAX, a later version
 * wrote it (err says which); LG_ERR_NO_MEMORY.
 */
enum lg_status lg_servers_book_parse(const char *text, size_t len,
				     const char *file,
				     struct lg_servers_book *out_book,
				     struct lg_error *err);
void lg_servers_book_release(struct lg_servers_book *book);

/* The same book as a journal of this version. */
enum lg_status lg_servers_book_render(const struct lg_servers_book *book,
				      struct lg_buffer *out_text,
				      struct lg_error *err);

/* The change with this id, "" or NULL: without one; else NULL. */
struct lg_servers_record *
lg_servers_book_find(const struct lg_servers_book *book, const char *id);

/* The record's target of that name, or NULL. */
struct lg_servers_record_target *
lg_servers_record_target(const struct lg_servers_record *record,
			 const char *name);

/* Adds a target without values. */
enum lg_status lg_servers_record_add(struct lg_servers_record *record,
				     const char *name, struct lg_error *err);

/* 1: a target that took this step is not in a restart any more. */
int lg_servers_step_ends_restart(enum lg_servers_step step);

/* 1 where any target of it is locked. */
int lg_servers_is_anywhere(const struct lg_servers_record *record);

/* Between before and wanted: applying, lifting, or left there. */
int lg_servers_is_unfinished(const struct lg_servers_record *record);

/* It ends then, as now tells. */
void lg_servers_record_ends(struct lg_servers_record *record, int64_t until_s,
			    const struct lg_now *now);

/* 1 when the lock's end is past: by the clock since boot within one boot, else
 * by the wall clock (contract 7 "Locks"). */
int lg_servers_record_is_over(const struct lg_servers_record *record,
			      const struct lg_now *now);

/* How many seconds the lock would last from its beginning to until_s, whatever
 * the wall clock was made to say meanwhile. */
int64_t lg_servers_record_lasts_s(const struct lg_servers_record *record,
				  int64_t until_s, const struct lg_now *now);

#endif
