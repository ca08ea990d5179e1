/* SPDX-License-Identifier: ISC */
/*
 * state_load.c - reading state_dir after whatever happened to it
 *
 * lock.json says whether there should be a lock, registry.reg what it is. Each
 * may be missing, damaged or from another time; contract 7 "The gate" says
 * which other file then speaks for it. A lock is never lost silently, and
 * whatever could not be trusted is kept aside and said loudly.
 */
#include "app/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/stored_values.h"

/* What the last audit line says. Texts are owned. */
struct last_line {
	int found;
	struct lg_lock *lock;
	int locks;
};

struct loading {
	struct lg_state *state;
	int record_read;    /* lock.json was read whole */
	int record_damaged; /* there was one, and it cannot be trusted */
	int record_denied;  /* there is one, and it may not be read */
	struct last_line last;
	struct lg_error *err;
};

/* What may not be read is not damaged: it is left where it is. */
static void keep_aside(struct lg_state *state, const char *name,
		       const struct lg_error *trouble)
{
	const char *why = trouble->text;
	struct lg_buffer kept = {0};
	struct lg_error err = {0};

	if (trouble->status == LG_ERR_DENIED) {
		lg_state_loud(state,
			      "%s: %s; it is left as it is: give it to "
			      "the gate's user",
			      name, why);
		return;
	}
	if (state->mode == LG_STATE_READ) {
		lg_state_loud(state, "%s cannot be trusted: %s", name, why);
		return;
	}
	if (state->files->set_aside(state->files->self, name, &kept, &err))
		lg_state_loud(state,
			      "%s cannot be trusted: %s; it could not be kept "
			      "aside either: %s",
			      name, why, err.text);
	else
		lg_state_loud(state,
			      "%s cannot be trusted: %s; it is kept as %s",
			      name, why, kept.data);
	lg_buffer_release(&kept);
}

/* Only no memory, or a reader who may not read, ends the loading. */
static int is_fatal(const struct lg_state *state, enum lg_status status)
{
	return status == LG_ERR_NO_MEMORY ||
	       (status == LG_ERR_DENIED && state->mode == LG_STATE_READ);
}

static enum lg_status end_with(struct loading *loading,
			       const struct lg_error *err)
{
	if (loading->err)
		*loading->err = *err;
	return err->status;
}

static enum lg_status load_record(struct loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_buffer text = {0};
	struct lg_error err = {0};
	enum lg_status status;

	status = state->files->read(state->files->self, LG_STATE_LOCK, &text,
				    &err);
	if (!status)
		status = lg_lock_parse(text.data ? text.data : "", text.len,
				       LG_STATE_LOCK, &state->lock, &err);
	lg_buffer_release(&text);
	if (is_fatal(state, status))
		return end_with(loading, &err);
	loading->record_read = status == LG_OK;
	loading->record_damaged = status && status != LG_ERR_UNKNOWN_KEY;
	loading->record_denied = status == LG_ERR_DENIED;
	if (loading->record_damaged)
		keep_aside(state, LG_STATE_LOCK, &err);
	if (status)
		return lg_lock_new(&state->lock, loading->err);
	return LG_OK;
}

static int keep_last(void *context, const struct lg_journal_entry *entry)
{
	struct last_line *last = context;
	struct lg_lock *lock = NULL;

	if (lg_lock_new(&lock, NULL))
		return 1;
	lock->profile = entry->profile ? strdup(entry->profile) : NULL;
	lock->by = entry->by ? strdup(entry->by) : NULL;
	lock->reason = entry->reason ? strdup(entry->reason) : NULL;
	lock->backup = entry->backup ? strdup(entry->backup) : NULL;
	lock->generation = entry->generation;
	lock->since_s = entry->since_s;
	lock->until.wall_s = entry->until_s;
	lock->max_duration_s = entry->max_duration_s;
	lg_lock_free(&last->lock);
	last->lock = lock;
	last->locks = entry->locks;
	last->found = 1;
	return 0;
}

static void load_last_line(struct loading *loading)
{
	size_t damaged = 0;

	lg_journal_read(loading->state->files, 0, keep_last, &loading->last,
			&damaged, NULL);
	if (damaged)
		lg_state_loud(loading->state,
			      "%zu lines of audit.jsonl cannot be read",
			      damaged);
}

static enum lg_status read_values(const struct lg_state *state,
				  const char *name, enum lg_stored_end end,
				  struct lg_registry **out_values,
				  char out_digest[LG_DIGEST_SIZE],
				  struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_buffer text = {0};
	enum lg_status status;

	status = files->read(files->self, name, &text, err);
	if (!status)
		status = lg_stored_values_parse(
			files, text.data ? text.data : "", text.len, name, end,
			out_values, err);
	if (!status)
		status = files->digest(files->self, text.data, text.len,
				       out_digest, err);
	lg_buffer_release(&text);
	return status;
}

/* registry.reg is no help; the good copy is, or nothing can be trusted. */
static enum lg_status load_good_copy(struct loading *loading, int expected,
				     enum lg_status first,
				     const struct lg_error *why)
{
	struct lg_state *state = loading->state;
	char digest[LG_DIGEST_SIZE];
	struct lg_error err = {0};
	enum lg_status status;
	int missing = first == LG_ERR_UNKNOWN_KEY;
	const char *word = missing                  ? "missing"
			   : first == LG_ERR_DENIED ? "not to be read"
						    : "damaged";

	status = read_values(state, LG_STATE_REGISTRY_GOOD,
			     LG_STORED_END_OPTIONAL, &state->values, digest,
			     &err);
	if (is_fatal(state, status))
		return end_with(loading, &err);
	if (status == LG_ERR_UNKNOWN_KEY && missing && !expected)
		return lg_registry_new(&state->values, loading->err);
	if (!missing)
		keep_aside(state, LG_STATE_REGISTRY, why);
	if (status) {
		if (status != LG_ERR_UNKNOWN_KEY)
			keep_aside(state, LG_STATE_REGISTRY_GOOD, &err);
		lg_state_loud(state,
			      "registry.reg is %s and there is no good copy: "
			      "the gate has no policy it can trust",
			      word);
		return LG_OK;
	}
	if (missing && !expected && !lg_registry_count(state->values))
		return LG_OK;
	lg_state_loud(state,
		      "registry.reg is %s: the values in force come from the "
		      "last good copy",
		      word);
	if (state->mode == LG_STATE_WRITE && first != LG_ERR_DENIED &&
	    lg_state_save_values(state, state->values, &err))
		lg_state_loud(state, "registry.reg could not be written: %s",
			      err.text);
	return LG_OK;
}

static enum lg_status load_values(struct loading *loading,
				  char out_digest[LG_DIGEST_SIZE])
{
	struct lg_state *state = loading->state;
	int expected = lg_state_locked(state) || loading->last.locks;
	struct lg_error err = {0};
	enum lg_status status;

	*out_digest = '\0';
	status = read_values(state, LG_STATE_REGISTRY,
			     expected ? LG_STORED_END_REQUIRED
				      : LG_STORED_END_OPTIONAL,
			     &state->values, out_digest, &err);
	if (!status)
		return LG_OK;
	if (is_fatal(state, status))
		return end_with(loading, &err);
	return load_good_copy(loading, expected, status, &err);
}

static enum lg_status load_findings(struct loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_error err = {0};
	enum lg_status status;

	status = lg_state_read_findings(state->files, LG_STATE_FINDINGS,
					&state->findings, &err);
	if (is_fatal(state, status))
		return end_with(loading, &err);
	if (status && status != LG_ERR_UNKNOWN_KEY)
		keep_aside(state, LG_STATE_FINDINGS, &err);
	return LG_OK;
}

/* The text of a back-up as it stands, for lock->earlier. */
static char *backup_text(const struct lg_state *state, const char *name)
{
	struct lg_buffer text = {0};
	char path[160];
	char *taken = NULL;

	snprintf(path, sizeof(path), LG_STATE_BACKUPS "/%.100s.reg", name);
	if (state->files->read(state->files->self, path, &text, NULL) ||
	    lg_buffer_take(&text, &taken, NULL))
		taken = NULL;
	lg_buffer_release(&text);
	return taken;
}

static char *newest_backup(const struct lg_state *state)
{
	struct lg_strlist names = {0};
	char *newest = NULL;
	size_t i;

	state->files->list(state->files->self, LG_STATE_BACKUPS, &names, NULL);
	for (i = names.count; i > 0 && !newest; i--) {
		const char *name = names.item[i - 1];
		size_t len = strlen(name);

		if (len > 4 && !strcmp(name + len - 4, ".reg"))
			newest = strndup(name, len - 4);
	}
	lg_strlist_release(&names);
	return newest;
}

/* lock.json is lost: what the last audit line and the newest back-up say. */
static enum lg_status make_record(struct loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_now now = lg_state_now(state);
	struct lg_lock *lock;
	int limits = state->values && lg_stored_values_limit(state->values);
	struct lg_error err = {0};

	if (loading->last.found) {
		/* Counts on, also where the line was one of no lock. */
		state->lock->generation = loading->last.lock->generation;
		if (!loading->last.locks) {
			if (limits || loading->record_damaged)
				lg_state_loud(state,
					      "lock.json is missing or damaged;"
					      " the audit says that no lock "
					      "is in force");
			return LG_OK;
		}
		if (state->values && !limits) {
			lg_state_loud(state,
				      "the audit says that a lock is in force,"
				      " but lock.json is missing and "
				      "registry.reg holds none");
			return LG_OK;
		}
	} else if (!limits) {
		return LG_OK;
	}
	if (loading->last.found) {
		lg_lock_free(&state->lock);
		state->lock = loading->last.lock;
		loading->last.lock = NULL;
	}
	lock = state->lock;
	lock->phase = LG_LOCK_ACTIVE;
	if (!lock->generation)
		lock->generation = 1;
	if (!lock->backup)
		lock->backup = newest_backup(state);
	if (lock->backup)
		lock->earlier = backup_text(state, lock->backup);
	lg_lock_stamp(lock, &now);
	lg_state_loud(state, "lock.json is %s: the lock stays in force%s%s",
		      loading->record_denied ? "not to be read"
					     : "missing or damaged",
		      lock->until.wall_s ? "; its end comes from the audit"
					 : " until it is lifted; nobody knows "
					   "its end",
		      lock->earlier ? "" : "; what was there before is lost");
	if (state->mode == LG_STATE_WRITE && !loading->record_denied &&
	    lg_state_save_lock(state, lock, &err))
		lg_state_loud(state, "lock.json could not be written: %s",
			      err.text);
	return LG_OK;
}

static void earlier_values(struct lg_state *state)
{
	struct lg_findings *findings = NULL;
	struct lg_registry *values = NULL;
	struct lg_lock *lock = state->lock;

	if (!lock->earlier ||
	    lg_stored_values_parse(state->files, lock->earlier,
				   strlen(lock->earlier), LG_STATE_LOCK,
				   LG_STORED_END_REQUIRED, &values, NULL))
		return;
	lg_registry_free(&state->values);
	state->values = values;
	values = NULL;
	if (lock->backup)
		lg_state_read_backup(state, lock->backup, &values, &findings,
				     NULL);
	lg_registry_free(&values);
	lg_findings_free(&state->findings);
	state->findings = findings;
}

/*
 * A process that ended between two writes. An apply whose values are all on
 * disk is in force, any other never was; a lift that began is finished.
 */
static enum lg_status finish_interrupted(struct loading *loading,
					 const char *digest)
{
	struct lg_state *state = loading->state;
	struct lg_lock *lock = state->lock;
	int back = 0;

	switch (lock->phase) {
	case LG_LOCK_NONE:
	case LG_LOCK_PENDING:
	case LG_LOCK_ACTIVE:
		return LG_OK;
	case LG_LOCK_APPLYING:
		back = strcmp(digest, lock->values_digest) != 0;
		break;
	case LG_LOCK_LIFTING:
		back = 1;
		break;
	}
	lock->phase = LG_LOCK_ACTIVE;
	if (back) {
		lg_state_loud(state, "a change that was interrupted is undone:"
				     " the earlier values are back");
		earlier_values(state);
		lock->phase = LG_LOCK_NONE;
	}
	if (state->mode == LG_STATE_READ || !state->values)
		return LG_OK;
	if (back) {
		enum lg_status status = lg_state_save_findings(
			state, state->findings, loading->err);

		if (!status)
			status = lg_state_save_values(state, state->values,
						      loading->err);
		if (status)
			return status;
	}
	return lg_state_save_lock(state, lock, loading->err);
}

/* After a reboot the time since boot starts anew. */
static void count_from_this_boot(struct lg_state *state)
{
	struct lg_now now = lg_state_now(state);

	if (state->lock->phase == LG_LOCK_NONE ||
	    lg_lock_same_boot(state->lock, &now))
		return;
	lg_lock_stamp(state->lock, &now);
	if (state->mode == LG_STATE_WRITE)
		lg_state_save_lock(state, state->lock, NULL);
}

enum lg_status lg_state_load(const struct lg_files *files,
			     const struct lg_clock *clock,
			     enum lg_state_mode mode,
			     struct lg_state **out_state, struct lg_error *err)
{
	struct loading loading = {.err = err};
	char digest[LG_DIGEST_SIZE];
	struct lg_state *state = calloc(1, sizeof(*state));
	enum lg_status status;

	if (!state)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	state->files = files;
	state->clock = clock;
	state->mode = mode;
	loading.state = state;
	status = load_record(&loading);
	if (status)
		goto out;
	if (!loading.record_read)
		load_last_line(&loading);
	status = load_values(&loading, digest);
	if (!status)
		status = load_findings(&loading);
	if (!status && !loading.record_read)
		status = make_record(&loading);
	if (!status)
		status = finish_interrupted(&loading, digest);
	if (status)
		goto out;
	count_from_this_boot(state);
	*out_state = state;
	state = NULL;
out:
	lg_lock_free(&loading.last.lock);
	lg_state_free(&state);
	return status;
}
