/* SPDX-License-Identifier: ISC */
/*
 * state.h - everything about the lock that survives: state_dir as one value
 *
 * Layer: app: core, port/files, port/clock.
 * Flow: lg_state_load reads state_dir and repairs what it can; app/window
 * changes it; the gate (or a command, where no gate is configured) keeps it
 * open as the only writer.
 * Source: contract 1, 7 "The gate", "Locks".
 */
#ifndef LOGONGATE_APP_STATE_H
#define LOGONGATE_APP_STATE_H

#include <logongate/findings.h>
#include <logongate/registry.h>

#include "app/journal.h"
#include "app/lock.h"

#define LG_STATE_REGISTRY "registry.reg"
#define LG_STATE_REGISTRY_GOOD "registry.good.reg"
#define LG_STATE_LOCK "lock.json"
#define LG_STATE_FINDINGS "findings"
#define LG_STATE_PENDING "pending.reg"
#define LG_STATE_PENDING_FINDINGS "pending.findings"
#define LG_STATE_APPLIED "applied.reg" /* what apply wrote */
#define LG_STATE_BACKUPS "backups"

enum lg_state_mode {
	LG_STATE_READ = 0, /* looks; repairs nothing on disk */
	LG_STATE_WRITE
};

/*
 * values: what registry.reg says (long lists put in); NULL when no copy could
 * be read although there should be one: no policy can be trusted.
 * findings: as saved; NULL where none are, or they could not be read.
 * lock: never NULL; phase LG_LOCK_NONE without a lock.
 * loud: what an administrator must be told, one sentence each.
 */
struct lg_state {
	const struct lg_files *files;
	const struct lg_clock *clock;
	enum lg_state_mode mode;
	struct lg_registry *values;
	struct lg_findings *findings;
	struct lg_lock *lock;
	struct lg_strlist loud;
};

/*
 * Reads the folder by the rules of contract 7 "The gate": a damaged file is
 * set aside (WRITE), the last good copy stands in for registry.reg, the last
 * audit line and the newest back-up for lock.json; a change that was
 * interrupted is finished or undone. Deadlines that are past are not acted
 * on: see lg_window_settle.
 * Returns: LG_OK; LG_ERR_DENIED, READ and the caller may not read the files;
 * LG_ERR_IO, LG_ERR_NO_MEMORY. Owns: lg_state_free. files and clock are
 * borrowed for as long as the state lives.
 */
enum lg_status lg_state_load(const struct lg_files *files,
			     const struct lg_clock *clock,
			     enum lg_state_mode mode,
			     struct lg_state **out_state, struct lg_error *err);
void lg_state_free(struct lg_state **state);

/* 1 while a lock is in force (not while one is only pending). */
int lg_state_locked(const struct lg_state *state);

/* Adds a sentence to loud, once; failing to is not an error. */
void lg_state_loud(struct lg_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Takes back the sentences that begin like this: it is so no more. Gives how
 * many there were. */
size_t lg_state_quiet(struct lg_state *state, const char *beginning);

/* The clock's now. */
struct lg_now lg_state_now(const struct lg_state *state);

/*
 * Each writes to disk first and changes the state only when that is done.
 * save_values writes registry.reg, reads it back and compares (A3), then the
 * good copy. NULL findings remove the file. Arguments are copied.
 */
enum lg_status lg_state_save_values(struct lg_state *state,
				    const struct lg_registry *values,
				    struct lg_error *err);
enum lg_status lg_state_save_findings(struct lg_state *state,
				      const struct lg_findings *findings,
				      struct lg_error *err);
enum lg_status lg_state_save_lock(struct lg_state *state,
				  const struct lg_lock *lock,
				  struct lg_error *err);

/* Keeps values and findings below backups/; appends the name that
 * `registry restore` and lg_state_read_backup take. (A2) */
enum lg_status lg_state_backup(struct lg_state *state,
			       struct lg_buffer *out_name,
			       struct lg_error *err);

/* *out_findings is NULL where the back-up has none that can be read.
 * LG_ERR_UNKNOWN_KEY: no such back-up. */
enum lg_status lg_state_read_backup(const struct lg_state *state,
				    const char *name,
				    struct lg_registry **out_values,
				    struct lg_findings **out_findings,
				    struct lg_error *err);

/* What stands in state_dir now, before it is taken over. */
struct lg_state_fresh {
	struct lg_registry *values;   /* NULL: those of the state stay */
	struct lg_findings *findings; /* NULL: those of the state stay */
	struct lg_buffer text;        /* of registry.reg */
};

/*
 * Reads registry.reg and findings again (SIGHUP). Where they cannot be read
 * that is said loudly. Nothing of the state changes before they are taken.
 * Owns: release with lg_state_fresh_release, also after they were taken.
 */
enum lg_status lg_state_reread(struct lg_state *state,
			       struct lg_state_fresh *out_fresh,
			       struct lg_error *err);
/* Makes them the state's, and the last good copy. On failure nothing
 * changed. */
enum lg_status lg_state_take(struct lg_state *state,
			     struct lg_state_fresh *fresh,
			     struct lg_error *err);
void lg_state_fresh_release(struct lg_state_fresh *fresh);

/* Reads a saved findings file; LG_ERR_UNKNOWN_KEY: there is none. */
enum lg_status lg_state_read_findings(const struct lg_files *files,
				      const char *name,
				      struct lg_findings **out_findings,
				      struct lg_error *err);
enum lg_status lg_state_write_findings(const struct lg_files *files,
				       const char *name,
				       const struct lg_findings *findings,
				       struct lg_error *err);

/* Copies through the file format. */
enum lg_status lg_state_copy_findings(const struct lg_findings *findings,
				      struct lg_findings **out_copy,
				      struct lg_error *err);

#endif
