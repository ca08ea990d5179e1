/* SPDX-License-Identifier: ISC */
/*
 * state_load.c - reading state_dir after whatever happened to it
 *
 * locks/ says which locks there are, standing.reg or registry.reg what was set
 * by hand. Each may be missing, damaged or from another time; which other file
 * then speaks for it is said here, in load_locks.c and in load_standing.c. A
 * lock is never lost silently, and what could not be trusted is kept aside and
 * said loudly.
 */
#include "app/lock/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#include "app/lock/picture.h"
#include "app/lock/state_loading.h"
#include "app/lock/stored_values.h"

void lg_loading_keep_aside(struct lg_state *state, const char *name,
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
	if (state->files->set_aside(state->files->self, name, &kept, &err) !=
	    LG_OK)
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

const char *lg_loading_word(enum lg_status status)
{
	return status == LG_ERR_UNKNOWN_KEY ? "missing"
	       : status == LG_ERR_DENIED    ? "not to be read"
					    : "damaged";
}

int lg_loading_is_fatal(struct lg_loading *loading, enum lg_status status,
			const struct lg_error *err)
{
	int fatal = status == LG_ERR_NO_MEMORY || status == LG_ERR_LIMIT ||
		    (status == LG_ERR_DENIED &&
		     loading->state->mode == LG_STATE_READ);

	if (fatal && loading->err)
		*loading->err = *err;
	return fatal;
}

static enum lg_status read_picture(const struct lg_state *state,
				   const char *name, const char *id,
				   struct lg_registry **out_values,
				   struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_registry *values = NULL;
	struct lg_buffer text = {0};
	enum lg_status status = files->read(files->self, name, &text, err);

	if (status == LG_OK)
		status = lg_stored_values_parse(
			files, text.data ? text.data : "", text.len, name,
			LG_STORED_END_REQUIRED, &values, err);
	if (status == LG_OK && id)
		status =
			lg_picture_take_comment(state, &text, id, &values, err);
	if (status == LG_OK)
		*out_values = values;
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_loading_picture(const struct lg_state *state, const char *id,
				  struct lg_registry **out_values,
				  struct lg_error *err)
{
	enum lg_status status =
		read_picture(state, LG_STATE_REGISTRY, id, out_values, err);

	if (status != LG_OK && status != LG_ERR_NO_MEMORY)
		status = read_picture(state, LG_STATE_REGISTRY_GOOD, id,
				      out_values, err);
	return status;
}

static enum lg_status load_record(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_buffer text = {0};
	struct lg_error err = {0};
	enum lg_status status;

	status = state->files->read(state->files->self, LG_STATE_LOCK, &text,
				    &err);
	if (status == LG_OK)
		status = lg_lock_record_parse(text.data ? text.data : "",
					      text.len, LG_STATE_LOCK,
					      &loading->record, &err);
	lg_buffer_release(&text);
	if (lg_loading_is_fatal(loading, status, &err))
		return status;
	loading->damaged = status != LG_OK && status != LG_ERR_UNKNOWN_KEY;
	if (loading->damaged)
		lg_loading_keep_aside(state, LG_STATE_LOCK, &err);
	state->generation = loading->record.generation;
	memcpy(state->picture, loading->record.picture, sizeof(state->picture));
	return LG_OK;
}

static char *copy_of(const char *text, enum lg_status *status)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		*status = LG_ERR_NO_MEMORY;
	return copy;
}

enum lg_status lg_loading_copy(const struct lg_lock *told, struct lg_lock *lock,
			       struct lg_error *err)
{
	enum lg_status status = LG_OK;

	lock->profile = copy_of(told->profile, &status);
	lock->by = copy_of(told->by, &status);
	lock->reason = copy_of(told->reason, &status);
	lock->backup = copy_of(told->backup, &status);
	lock->generation = told->generation;
	lock->since_s = told->since_s;
	lock->until.wall_s = told->until.wall_s;
	lock->max_duration_s = told->max_duration_s;
	return status == LG_OK ? LG_OK : lg_no_memory(err);
}

static struct lg_lock *lock_of(const struct lg_journal_entry *entry)
{
	const struct lg_lock told = {
		.profile = (char *)entry->profile,
		.by = (char *)entry->by,
		.reason = (char *)entry->reason,
		.backup = (char *)entry->backup,
		.generation = entry->generation,
		.since_s = entry->since_s,
		.until.wall_s = entry->until_s,
		.max_duration_s = entry->max_duration_s,
	};
	struct lg_lock *lock = NULL;

	if (lg_lock_new(&lock, NULL) != LG_OK)
		return NULL;
	if (entry->id && lg_lock_is_id(entry->id))
		memcpy(lock->id, entry->id, sizeof(lock->id));
	lg_loading_copy(&told, lock, NULL);
	return lock;
}

struct lg_told *lg_loading_told(const struct lg_loading *loading,
				const char *id)
{
	for (size_t i = 0; i < loading->told_count; i++)
		if (!strcmp(loading->told[i].lock->id, id))
			return &loading->told[i];
	return NULL;
}

static int keep_line(void *context, const struct lg_journal_entry *entry)
{
	struct lg_loading *loading = context;
	struct lg_lock *lock = lock_of(entry);
	struct lg_told *told;

	if (!lock)
		return 1;
	if (entry->generation > loading->state->generation)
		loading->state->generation = entry->generation;
	lg_lock_free(&loading->last.lock);
	loading->last = (struct lg_told){lock_of(entry), entry->locks, 0};
	told = *lock->id ? lg_loading_told(loading, lock->id) : NULL;
	if (!*lock->id ||
	    (!told && !entry->locks && entry->event != LG_EVENT_APPLY)) {
		lg_lock_free(&lock);
		return 0;
	}
	if (!told) {
		if (lg_grow(&loading->told, &loading->told_capacity,
			    loading->told_count, sizeof(*told),
			    NULL) != LG_OK) {
			lg_lock_free(&lock);
			return 1;
		}
		told = &loading->told[loading->told_count++];
		*told = (struct lg_told){0};
	}
	lg_lock_free(&told->lock);
	told->lock = lock;
	told->locks = entry->locks;
	told->applied |= entry->locks;
	/* What is over is not searched again for each later line. */
	if (!entry->locks && entry->event != LG_EVENT_APPLY &&
	    entry->event != LG_EVENT_EXTEND &&
	    entry->event != LG_EVENT_CONFIRM) {
		lg_lock_free(&told->lock);
		*told = loading->told[--loading->told_count];
	}
	return 0;
}

/* Into told and last. */
static void read_audit(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_buffer kept = {0};
	size_t damaged = 0;

	lg_journal_read(state->files, LG_JOURNAL_FILE, 0, keep_line, loading,
			&damaged, NULL);
	if (damaged && state->mode == LG_STATE_WRITE &&
	    lg_journal_mend(state->files, &kept, NULL) == LG_OK)
		lg_state_loud(state,
			      "%zu lines of audit.jsonl cannot be read; they "
			      "are kept in %s",
			      damaged, kept.data);
	else if (damaged)
		lg_state_loud(state, "%zu lines of audit.jsonl cannot be read",
			      damaged);
	lg_buffer_release(&kept);
}

static enum lg_status load_findings(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_error err = {0};
	enum lg_status status;

	status = lg_state_read_findings(state->files, LG_STATE_FINDINGS,
					&state->findings, &err);
	if (lg_loading_is_fatal(loading, status, &err))
		return status;
	if (status != LG_OK && status != LG_ERR_UNKNOWN_KEY)
		lg_loading_keep_aside(state, LG_STATE_FINDINGS, &err);
	return LG_OK;
}

/* The picture is looked at too: people read it. */
static enum lg_status look_at_picture(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_registry *values = NULL;
	struct lg_error err = {0};
	enum lg_status status;

	if (!lg_state_locked(state) || state->unread)
		return LG_OK;
	status = lg_stored_values_read(state->files, LG_STATE_REGISTRY,
				       LG_STORED_END_REQUIRED, &values, NULL,
				       &err);
	lg_registry_free(&values);
	if (lg_loading_is_fatal(loading, status, &err))
		return status;
	if (status == LG_OK)
		return LG_OK;
	if (status != LG_ERR_UNKNOWN_KEY)
		lg_loading_keep_aside(state, LG_STATE_REGISTRY, &err);
	/* It stays until a change must write there, which keeps it. */
	if (status == LG_ERR_DENIED) {
		loading->spares_picture = 1;
		return LG_OK;
	}
	lg_state_loud(state,
		      "registry.reg is %s: it is made again from the locks, "
		      "the last good copy of what is in force",
		      lg_loading_word(status));
	loading->writes_picture = 1;
	return LG_OK;
}

/* A process that ended right after it wrote a lock left no line about it. */
static void tell_untold(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;

	for (size_t i = 0; i < state->lock_count; i++) {
		struct lg_lock *lock = state->lock[i];
		const struct lg_told *told = lg_loading_told(loading, lock->id);

		if (told && (told->applied || lg_lock_waits(lock)))
			continue;
		lg_lock_journal_done(state, LG_EVENT_APPLY, lock, NULL,
				     loading->record.version == 1
					     ? "carried over"
				     : lg_lock_waits(lock) ? "pending"
							   : "done",
				     !lg_lock_waits(lock));
	}
}

/* After a reboot the time since boot starts anew. */
static void count_from_this_boot(struct lg_state *state)
{
	struct lg_now now = lg_state_now(state);

	for (size_t i = 0; i < state->lock_count; i++) {
		if (lg_lock_same_boot(state->lock[i], &now))
			continue;
		lg_lock_stamp(state->lock[i], &now);
		if (state->mode == LG_STATE_WRITE &&
		    lg_state_write_lock(state, state->lock[i], 0, NULL) !=
			    LG_OK)
			state->unsaved = 1;
	}
}

/* lock.json of the earlier version is lost: what its last audit line says. */
static void take_v1_from_audit(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_now now = lg_state_now(state);
	struct lg_lock *last = loading->last.lock;

	if (loading->record.version || state->lock_count || !last ||
	    *last->id || !loading->last.locks)
		return;
	loading->record = (struct lg_lock_record){
		.version = 1, .phase = LG_PHASE_ACTIVE, .lock = last};
	loading->last.lock = NULL;
	if (!last->since_s)
		last->since_s = now.wall_ms / 1000;
	lg_lock_stamp(last, &now);
	lg_state_loud(state,
		      "lock.json is missing or damaged: the lock stays in "
		      "force%s",
		      last->until.wall_s ? "; its end comes from the audit"
					 : " until it is lifted; nobody knows "
					   "its end");
}

static void say_of_record(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;

	if (loading->record.version || !state->lock_count)
		return;
	lg_state_loud(state, "lock.json is %s: it is made again from the locks",
		      loading->damaged ? "damaged" : "missing");
	loading->writes_picture = 1;
}

static void write_again(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_error err = {0};
	enum lg_status status = LG_OK;

	if (state->mode == LG_STATE_READ)
		return;
	if (loading->writes_picture) {
		/* A person may have written there while nobody looked. */
		if (!loading->spares_picture)
			status = lg_hand_edit_check(state, NULL, &err);
		for (size_t i = 0; status == LG_OK && i < state->lock_count;
		     i++)
			status = lg_state_write_lock(state, state->lock[i], 0,
						     &err);
		if (status == LG_OK && !loading->spares_picture)
			status = lg_picture_write(state, &err);
	} else if (lg_state_locked(state) && !loading->spares_picture) {
		status = lg_hand_edit_check(state, NULL, &err);
		if (status == LG_OK && state->loud.count)
			status = lg_picture_write(state, &err);
	}
	if (status == LG_OK)
		return;
	lg_state_unwritten(state, &err, "it is tried again");
}

static void release(struct lg_loading *loading)
{
	for (size_t i = 0; i < loading->told_count; i++)
		lg_lock_free(&loading->told[i].lock);
	free(loading->told);
	lg_lock_free(&loading->last.lock);
	lg_lock_record_release(&loading->record);
}

enum lg_status lg_state_load(const struct lg_files *files,
			     const struct lg_clock *clock,
			     enum lg_state_mode mode,
			     struct lg_state **out_state, struct lg_error *err)
{
	struct lg_loading loading = {.err = err};
	struct lg_state *state = calloc(1, sizeof(*state));
	enum lg_status status;

	if (!state)
		return lg_no_memory(err);
	state->files = files;
	state->clock = clock;
	state->mode = mode;
	loading.state = state;
	if ((status = load_record(&loading)) != LG_OK)
		goto out;
	read_audit(&loading);
	if ((status = lg_loading_locks(&loading)) != LG_OK ||
	    (status = load_findings(&loading)) != LG_OK)
		goto out;
	take_v1_from_audit(&loading);
	if (loading.record.version == 1 && !state->lock_count)
		status = lg_loading_carry_v1(&loading);
	else if (loading.record.version == 1)
		loading.writes_picture = 1;
	if (status == LG_OK && !state->standing)
		status = lg_loading_standing(&loading);
	if (status == LG_OK)
		status = look_at_picture(&loading);
	if (status != LG_OK)
		goto out;
	say_of_record(&loading);
	write_again(&loading);
	count_from_this_boot(state);
	if (mode == LG_STATE_WRITE)
		tell_untold(&loading);
	*out_state = state;
	state = NULL;
out:
	release(&loading);
	lg_state_free(&state);
	return status;
}
