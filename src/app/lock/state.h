/* SPDX-License-Identifier: ISC */
/*
 * state.h - everything about locks that survives: state_dir as one value
 *
 * Layer: app: core, port/files, port/clock.
 * Flow: lg_state_load reads state_dir and repairs what it can; lock_change.h
 * changes it; the gate (or a command, where no gate is configured) keeps it
 * open as the only writer.
 *
 * Shape: locks/ID.json is a lock (locks/ID.good.json the same again,
 * locks/ID.findings what the directory said when it was applied). registry.reg
 * is what was set by hand while no lock is in force; else standing.reg keeps
 * that, byte for byte, and registry.reg shows what all of it comes to.
 * lock.json is the record of the lock that ends last. A lock is in force from
 * the moment its file is there until it is removed: everything else can be
 * made again from it.
 * Source: contract 1, 7 "The gate", "Locks", 9, 12.
 */
#ifndef LOGONGATE_APP_LOCK_STATE_H
#define LOGONGATE_APP_LOCK_STATE_H

#include "app/change/journal.h"
#include "app/lock/lock.h"

#define LG_STATE_REGISTRY "registry.reg"
#define LG_STATE_REGISTRY_GOOD "registry.good.reg"
#define LG_STATE_STANDING "standing.reg"
#define LG_STATE_LOCK "lock.json"
#define LG_STATE_LOCKS "locks"
#define LG_STATE_FINDINGS "findings" /* of the standing values */
#define LG_STATE_BACKUPS "backups"

enum lg_state_mode {
	LG_STATE_READ = 0, /* looks; repairs nothing on disk */
	LG_STATE_WRITE
};

/*
 * standing: what was set by hand (long lists put in); NULL when no copy could
 * be read although there should be one.
 * findings: what the directory said of their names; NULL where it was not
 * asked, or the answers are lost.
 * lock[0..lock_count): those in force and those that have yet to begin.
 * unread: a lock's values cannot be read and nothing stands in for them.
 * unsaved: memory is ahead of the disk; gone: ids whose file is not removed
 * yet; owed: audit lines that are not written yet. defers: what time brings is
 * done in memory alone, for lg_picture_flush to write. picture: the SHA-256 of
 * registry.reg as it was written last. loud: what an administrator must be
 * told, one sentence each.
 */
struct lg_state {
	const struct lg_files *files;
	const struct lg_clock *clock;
	enum lg_state_mode mode;
	struct lg_registry *standing;
	struct lg_findings *findings;
	struct lg_lock **lock;
	size_t lock_count;
	size_t lock_capacity;
	uint64_t generation;
	int unread;
	int unsaved;
	int defers;
	struct lg_strlist gone;
	struct lg_buffer owed;
	char picture[LG_DIGEST_SIZE];
	struct lg_strlist loud;
};

/*
 * Reads the folder by the rules of contract 7 "The gate" and 9: a damaged file
 * is set aside (WRITE) and its copy stands in for it; what an earlier version
 * left is carried over; a change that was interrupted is finished. Deadlines
 * that are past are not acted on: see lg_lock_settle.
 * Returns: LG_OK; LG_ERR_LIMIT, a newer logongate wrote it; LG_ERR_DENIED,
 * READ and the caller may not read the files; LG_ERR_IO, LG_ERR_NO_MEMORY.
 * Owns: lg_state_free. files and clock are borrowed for as long as the state
 * lives.
 */
enum lg_status lg_state_load(const struct lg_files *files,
			     const struct lg_clock *clock,
			     enum lg_state_mode mode,
			     struct lg_state **out_state, struct lg_error *err);
void lg_state_free(struct lg_state **state);

/* 1 while a lock is in force (not while one only waits). */
int lg_state_locked(const struct lg_state *state);

/* 1 while a lock in force stands in place of the standing values. */
int lg_state_replaced(const struct lg_state *state);

/* 1 where a policy can be made: nothing that counts is lost. */
int lg_state_trusted(const struct lg_state *state);

/* Of the locks in force the one that ends last; NULL: none. */
struct lg_lock *lg_state_last(const struct lg_state *state);

/* NULL where no lock has this id. */
struct lg_lock *lg_state_lock(const struct lg_state *state, const char *id);

/* Takes the lock over; those that are there stay in their order. */
enum lg_status lg_state_add(struct lg_state *state, struct lg_lock *lock,
			    struct lg_error *err);
/* Takes it out of memory alone and gives it to the caller. */
void lg_state_take(struct lg_state *state, struct lg_lock *lock);

/* Adds a sentence to loud, once; failing to is not an error. */
void lg_state_loud(struct lg_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What changed is not on disk: it is written later, and that is told with what
 * holds until then, "it is ...". */
#define LG_STATE_UNWRITTEN "what changed could not be written"
void lg_state_unwritten(struct lg_state *state, const struct lg_error *err,
			const char *until_then);

/* Takes back the sentences that begin like this: it is over. Gives how many
 * there were. */
size_t lg_state_quiet(struct lg_state *state, const char *beginning);

/* The clock's now. */
struct lg_now lg_state_now(const struct lg_state *state);

/*
 * Writes a lock's file and its good copy; with_findings: what the directory
 * said too. On a failure the file says what it said before, or is not
 * there. lock->stored is made where it is NULL.
 */
enum lg_status lg_state_write_lock(struct lg_state *state, struct lg_lock *lock,
				   int with_findings, struct lg_error *err);

/* Removes its files: from then on it is over for whoever starts next. On a
 * failure some may be gone; lg_state_has_lock_file says whether it is over. */
enum lg_status lg_state_remove_lock(struct lg_state *state, const char *id,
				    struct lg_error *err);
int lg_state_has_lock_file(const struct lg_state *state, const char *id);

/* Standing values and their findings, disk first, then memory. Without a lock
 * in force they are registry.reg, else standing.reg. Copies. On a failure the
 * files say what they said before, or are owed (unsaved). */
enum lg_status lg_state_save_standing(struct lg_state *state,
				      const struct lg_registry *values,
				      const struct lg_findings *findings,
				      struct lg_error *err);

/* The findings of the standing values. Copies; NULL removes the file. */
enum lg_status lg_state_save_findings(struct lg_state *state,
				      const struct lg_findings *findings,
				      struct lg_error *err);

/* The directory was asked again for a lock whose answers were lost. Copies. */
enum lg_status lg_state_save_lock_findings(struct lg_state *state,
					   struct lg_lock *lock,
					   const struct lg_findings *findings,
					   struct lg_error *err);

/* Writes and reads a saved findings file; NULL removes it;
 * LG_ERR_UNKNOWN_KEY: there is none. */
enum lg_status lg_state_read_findings(const struct lg_files *files,
				      const char *name,
				      struct lg_findings **out_findings,
				      struct lg_error *err);
enum lg_status lg_state_write_findings(const struct lg_files *files,
				       const char *name,
				       const struct lg_findings *findings,
				       struct lg_error *err);

/* Copies through the file format; of NULL NULL. */
enum lg_status lg_state_copy_findings(const struct lg_findings *findings,
				      struct lg_findings **out_copy,
				      struct lg_error *err);

/* How the loud sentence about lines that are owed begins. */
#define LG_JOURNAL_UNWRITTEN "audit.jsonl could not be written"

/* Journals what happened to lock, which may be one that is over; by NULL: the
 * one who applied it. locks: it is in force after it. */
enum lg_status lg_lock_journal(struct lg_state *state,
			       enum lg_journal_event event,
			       const struct lg_lock *lock, const char *by,
			       const char *result, int locks,
			       struct lg_error *err);

/* The same where the thing is done and cannot be undone for want of a line
 * about it: one that cannot be written is owed, and said loudly. */
void lg_lock_journal_done(struct lg_state *state, enum lg_journal_event event,
			  const struct lg_lock *lock, const char *by,
			  const char *result, int locks);

#endif
