/* SPDX-License-Identifier: ISC */
/*
 * logon_log.h - who was turned away, and who came in, kept for some days
 *
 * Layer: app: core and port/files.
 * Flow: the gate adds every decision; the same person at the same door is
 * written a few times and then counted, so that a storm of retrying phones
 * does not fill the disk. The sum of "count" is exact.
 * Shape: FOLDER/YYYY-MM-DD.jsonl, lines {"at","user","dn","client","version",
 * "process","protocol","address","door","reason","rule","lock","profile",
 * "generation","count","last"}.
 * Source: contract 4 refused, 7 "The gate" (refusals survive a restart).
 */
#ifndef LOGONGATE_APP_RECORDS_LOGON_LOG_H
#define LOGONGATE_APP_RECORDS_LOGON_LOG_H

#include <logongate/policy.h>
#include "port/files.h"

#define LG_REFUSED_FOLDER "refused"
#define LG_LOGONS_FOLDER "logons"

/* One line. Absent texts are NULL. at_s is the first of count, last_s the
 * last one. */
struct lg_logon {
	int64_t at_s;
	int64_t last_s;
	uint64_t count;
	uint64_t generation;
	const char *user;
	const char *dn;
	const char *client;
	const char *version;
	const char *process;
	const char *address;
	const char *door;
	const char *lock;    /* the id of the lock that refused; NULL: none */
	const char *profile; /* its profile */
	enum lg_protocol protocol;
	enum lg_reason reason;
	enum lg_rule rule;
};

/*
 * How much is written. One key is user, dn, client, process, address, door,
 * protocol and reason. lines of a key go out at once in each window, what is
 * over is counted and written as one line when flush_s have passed; of many
 * keys, some hundred a second.
 * per_s and burst bound the lines of all keys together.
 */
struct lg_logon_limits {
	unsigned int lines;
	int64_t window_s;
	int64_t flush_s;
	unsigned int per_s;
	unsigned int burst;
	uint64_t day_bytes;
	unsigned int keep_days;
};

struct lg_logon_limits lg_logon_limits_refused(unsigned int keep_days);
struct lg_logon_limits lg_logon_limits_admitted(unsigned int keep_days);

struct lg_logon_log;

/* files and folder are borrowed for as long as the log lives. */
enum lg_status lg_logon_log_new(const struct lg_files *files,
				const char *folder,
				const struct lg_logon_limits *limits,
				struct lg_logon_log **out_log,
				struct lg_error *err);
/* From the next flush on, older days are removed; 0: none ever. */
void lg_logon_log_keep_days(struct lg_logon_log *log, unsigned int keep_days);
/* Does not flush. */
void lg_logon_log_free(struct lg_logon_log **log);

/* Adds one; it is written with the next flush. Never fails: what cannot be
 * kept apart is counted with the others of its door and reason. */
void lg_logon_log_add(struct lg_logon_log *log, const struct lg_logon *logon);

/* 1 when lines wait to be written. */
int lg_logon_log_waits(const struct lg_logon_log *log);

/* How many counts have not become lines yet. */
size_t lg_logon_log_counts(const struct lg_logon_log *log);

enum lg_logon_flush {
	LG_LOGON_FLUSH_DUE = 0,
	LG_LOGON_FLUSH_SOME, /* counts too that are not due, some hundred */
	LG_LOGON_FLUSH_ALL
};

/*
 * The same in three steps, for one who must not wait for a disk. take: 1 when
 * there is something to write; write does that, in any thread, while lines are
 * added; wrote tells what came of it. Between take and wrote there is no other
 * take.
 */
int lg_logon_log_take(struct lg_logon_log *log, int64_t now_s,
		      enum lg_logon_flush flush);
enum lg_status lg_logon_log_write(struct lg_logon_log *log,
				  struct lg_error *err);
void lg_logon_log_wrote(struct lg_logon_log *log, enum lg_status status);

/* Writes what waits: lines, and counts that are due. On failure they wait on
 * (within bounds). Removes days that are older than keep_days, an hour after
 * the first flush or a step of the clock. */
enum lg_status lg_logon_log_flush(struct lg_logon_log *log, int64_t now_s,
				  enum lg_logon_flush flush,
				  struct lg_error *err);

/* Lines from since_s on, oldest first; as lg_journal_read. */
enum lg_status
lg_logon_log_read(const struct lg_files *files, const char *folder,
		  int64_t since_s,
		  int (*visit)(void *context, const struct lg_logon *logon),
		  void *context, size_t *out_damaged, struct lg_error *err);

/*
 * The same a piece at a time, for one who cannot hold a day in memory: the
 * lines that are there now, at most about 64 KiB a step. *out_done is 1 when
 * no more come. Owns: lg_logon_reader_free. files and folder are borrowed.
 */
struct lg_logon_reader;
enum lg_status lg_logon_reader_new(const struct lg_files *files,
				   const char *folder, int64_t since_s,
				   struct lg_logon_reader **out_reader,
				   struct lg_error *err);
enum lg_status
lg_logon_reader_step(struct lg_logon_reader *reader,
		     int (*visit)(void *context, const struct lg_logon *logon),
		     void *context, int *out_done, struct lg_error *err);
void lg_logon_reader_free(struct lg_logon_reader **reader);

#endif
