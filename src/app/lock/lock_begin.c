/* SPDX-License-Identifier: ISC */
/*
 * lock_begin.c - apply, and the beginning of a lock that waited
 *
 * A lock is in force from the moment its file is on disk: it holds the values
 * themselves, so a process that ends right after loses nothing. An apply that
 * fails later takes the file away again. A lock whose time has come begins in
 * memory whatever the disk says.
 */
#include "app/lock/lock_change.h"

#include <stdio.h>
#include <string.h>

#include "core/policy/message.h"

#include "app/lock/backup.h"
#include "app/lock/state.h"
#include "app/lock/picture.h"

/* One line of what people wrote (contract 8 "Words"). */
static enum lg_status one_line(const char *text, char **out_line,
			       struct lg_error *err)
{
	struct lg_buffer line = {0};
	enum lg_status status = LG_OK;

	if (text) {
		lg_message_clean(text, strlen(text), &line);
		lg_buffer_text(&line, "");
		status = lg_buffer_take(&line, out_line, err);
	}
	lg_buffer_release(&line);
	return status;
}

static enum lg_status find_times(const struct lg_state *state,
				 const struct lg_target_lock *request,
				 int64_t *out_begin_s, int64_t *out_until_s,
				 struct lg_error *err)
{
	int64_t now_s = lg_state_now(state).wall_ms / 1000;
	int64_t begin_s = request->at_s ? request->at_s : now_s;
	int64_t until_s = request->until_s;

	if (!until_s && request->for_s > 0)
		until_s = begin_s + request->for_s;
	if (!until_s)
		return lg_error_set(err, LG_ERR_RANGE, NULL,
				    "a lock needs an end; say how long or "
				    "until when");
	if (request->at_s && request->at_s < now_s)
		return lg_error_set(err, LG_ERR_RANGE, NULL,
				    "the beginning is in the past");
	if (until_s <= begin_s)
		return lg_error_set(err, LG_ERR_RANGE, NULL,
				    "the end is not after the beginning");
	if (request->max_duration_s >= 0 &&
	    until_s - begin_s > request->max_duration_s)
		return lg_lock_too_long(request->profile, until_s - begin_s,
					request->max_duration_s, "", err);
	*out_begin_s = begin_s;
	*out_until_s = until_s;
	return LG_OK;
}

static int same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* The same profile with the same variables, at a time that is shared. */
static enum lg_status find_same(const struct lg_state *state,
				const struct lg_target_lock *request,
				int64_t begin_s, int64_t until_s,
				struct lg_error *err)
{
	for (size_t i = 0; i < state->lock_count; i++) {
		const struct lg_lock *lock = state->lock[i];
		int64_t from_s = lg_lock_waits(lock) ? lock->start.wall_s : 0;

		if (!same_text(lock->profile, request->profile) ||
		    !same_text(lock->variables, request->variables) ||
		    until_s <= from_s ||
		    (lock->until.wall_s && begin_s >= lock->until.wall_s))
			continue;
		lg_error_set(err, LG_ERR_CONFLICT, lock->profile,
			     "this lock is %s already (%s); extend or lift it",
			     lg_lock_waits(lock) ? "waiting" : "in force",
			     lock->id);
		return lg_error_code(err, "already-in-force");
	}
	return LG_OK;
}

static enum lg_status make_id(const struct lg_state *state,
			      const struct lg_target_lock *request,
			      char out_id[LG_LOCK_ID_SIZE],
			      struct lg_error *err)
{
	struct lg_now now = lg_state_now(state);
	struct lg_buffer seed = {0};
	char digest[LG_DIGEST_SIZE];
	enum lg_status status;
	unsigned int number = 0;

	if (request->id) {
		if (!lg_lock_is_id(request->id))
			return lg_error_set(err, LG_ERR_SYNTAX, request->id,
					    "is not the id of a lock");
		memcpy(out_id, request->id, LG_LOCK_ID_SIZE);
		return LG_OK;
	}
	do {
		lg_buffer_clear(&seed);
		lg_buffer_format(
			&seed, "%s %lld %lld %llu %u %s %s", now.boot_id,
			(long long)now.boot_ms, (long long)now.wall_ms,
			(unsigned long long)state->generation, number++,
			request->profile ? request->profile : "",
			request->by ? request->by : "");
		status = lg_buffer_status(&seed, err);
		if (status == LG_OK)
			status = lg_files_digest(state->files, &seed, digest,
						 err);
		if (status == LG_OK)
			snprintf(out_id, LG_LOCK_ID_SIZE, "lg-%.12s", digest);
	} while (status == LG_OK && lg_state_lock(state, out_id));
	lg_buffer_release(&seed);
	return status;
}

static enum lg_status make_lock(struct lg_state *state,
				const struct lg_target_lock *request,
				int64_t begin_s, int64_t until_s,
				struct lg_lock **out_lock, struct lg_error *err)
{
	struct lg_now now = lg_state_now(state);
	struct lg_lock *lock = NULL;
	enum lg_status status = lg_lock_new(&lock, err);

	if (status != LG_OK)
		return status;
	if ((status = make_id(state, request, lock->id, err)) != LG_OK ||
	    (status = one_line(request->profile, &lock->profile, err)) !=
		    LG_OK ||
	    (status = one_line(request->by, &lock->by, err)) != LG_OK ||
	    (status = one_line(request->reason, &lock->reason, err)) != LG_OK ||
	    (status = lg_registry_copy(request->values, &lock->values, err)) !=
		    LG_OK)
		goto out;
	if (request->variables && *request->variables &&
	    !(lock->variables = strdup(request->variables)))
		status = lg_no_memory(err);
	if (status == LG_OK)
		status = lg_state_copy_findings(request->findings,
						&lock->findings, err);
	if (status == LG_OK)
		status = lg_state_copy_findings(request->concerned,
						&lock->concerned, err);
	if (status != LG_OK)
		goto out;
	lock->asked = request->findings != NULL;
	lock->replaces = request->replaces;
	lock->origin = request->origin;
	lock->generation = state->generation + 1;
	lock->since_s = request->at_s ? 0 : begin_s;
	lock->max_duration_s = request->max_duration_s;
	lock->start.wall_s = request->at_s;
	lock->until.wall_s = until_s;
	if (request->confirm_within_s > 0)
		lock->confirm.wall_s = begin_s + request->confirm_within_s;
	if (request->grace_s > 0)
		lock->cut.wall_s = begin_s + request->grace_s;
	lg_lock_stamp(lock, &now);
	*out_lock = lock;
	lock = NULL;
out:
	lg_lock_free(&lock);
	return status;
}

/* standing.reg is only there while a lock is in force. */
static int has_stray_standing(const struct lg_state *state)
{
	return !lg_state_locked(state) &&
	       lg_files_has(state->files, LG_STATE_STANDING);
}

/* A failed apply: what it wrote is taken back as far as it got. shown:
 * registry.reg may show it. */
static void take_back(struct lg_state *state, struct lg_lock *lock, int shown)
{
	struct lg_error err = {0};
	enum lg_status status;

	lg_state_take(state, lock);
	status = lg_state_remove_lock(state, lock->id, &err);
	if (status != LG_OK)
		lg_strlist_add(&state->gone, lock->id, strlen(lock->id), NULL);
	else if (shown || has_stray_standing(state))
		status = lg_picture_write(state, &err);
	if (status == LG_OK)
		return;
	lg_state_unwritten(state, &err, "it is tried again");
}

static enum lg_status put_on_disk(struct lg_state *state, struct lg_lock *lock,
				  struct lg_error *err)
{
	int waits = lg_lock_waits(lock);
	struct lg_buffer backup = {0};
	enum lg_status status = LG_OK;

	if (!waits)
		status = lg_hand_edit_check(state, NULL, err);
	if (status == LG_OK)
		status = lg_backup_write(state, &backup, err);
	if (status == LG_OK && backup.len)
		status = lg_buffer_take(&backup, &lock->backup, err);
	if (status == LG_OK && !waits)
		status = lg_picture_keep_standing(state, err);
	if (status == LG_OK)
		status = lg_state_write_lock(state, lock, 1, err);
	lg_buffer_release(&backup);
	return status;
}

enum lg_status lg_lock_apply(struct lg_state *state,
			     const struct lg_target_lock *request,
			     struct lg_lock **out_lock, struct lg_error *err)
{
	uint64_t generation = state->generation;
	struct lg_lock *lock = NULL;
	int shown = 0;
	int64_t begin_s = 0;
	int64_t until_s = 0;
	enum lg_status status;

	status = find_times(state, request, &begin_s, &until_s, err);
	/* The fleet's are told apart by those who apply them. */
	if (status == LG_OK && request->origin != LG_ORIGIN_FLEET)
		status = find_same(state, request, begin_s, until_s, err);
	if (status == LG_OK && state->lock_count >= LG_LOCKS_MAX) {
		lg_error_set(err, LG_ERR_CONFLICT, NULL,
			     "%d locks are in force or waiting, and no more "
			     "are taken; lift one first",
			     LG_LOCKS_MAX);
		status = lg_error_code(err, "too-many-locks");
	}
	if (status == LG_OK)
		status =
			make_lock(state, request, begin_s, until_s, &lock, err);
	if (status != LG_OK)
		return status;
	/* What a full disk left behind must not mix with this. */
	status = lg_picture_flush(state, err);
	if (status != LG_OK)
		goto out;
	status = put_on_disk(state, lock, err);
	if (status == LG_OK)
		status = lg_state_add(state, lock, err);
	if (status == LG_OK) {
		shown = 1;
		state->generation++;
		status = lg_lock_waits(lock)
				 ? lg_picture_write_record(state, err)
				 : lg_picture_write(state, err);
	}
	if (status == LG_OK) {
		status = lg_lock_journal(state, LG_EVENT_APPLY, lock, NULL,
					 lg_lock_waits(lock) ? "pending"
							     : "done",
					 !lg_lock_waits(lock), err);
		/* Whether the line is there or not, it must not stand alone. */
		if (status != LG_OK)
			lg_lock_journal_done(state, LG_EVENT_LIFT, lock, NULL,
					     "undone", 0);
	}
	if (status != LG_OK) {
		state->generation = generation;
		take_back(state, lock, shown);
		goto out;
	}
	*out_lock = lock;
	lock = NULL;
out:
	lg_lock_free(&lock);
	return status;
}

static void not_written(struct lg_state *state, const struct lg_error *err)
{
	lg_state_unwritten(
		state, err,
		"the lock is in force all the same, and writing it is tried again");
}

enum lg_status lg_lock_begin(struct lg_state *state, struct lg_lock *lock,
			     struct lg_error *err)
{
	int writes = state->mode == LG_STATE_WRITE && !state->defers;
	struct lg_error failed = {0};
	enum lg_status status = LG_OK;

	if (writes)
		status = lg_hand_edit_check(state, NULL, &failed);
	if (status == LG_ERR_NO_MEMORY) {
		if (err)
			*err = failed;
		return status;
	}
	if (writes)
		status = lg_picture_keep_standing(state, &failed);
	lock->since_s = lock->start.wall_s;
	lock->start = (struct lg_deadline){0};
	lock->generation = ++state->generation;
	if (!lock->values)
		state->unread = 1;
	if (state->mode == LG_STATE_READ)
		return LG_OK;
	if (writes && status == LG_OK)
		status = lg_state_write_lock(state, lock, 0, &failed);
	if (writes && status == LG_OK)
		status = lg_picture_write(state, &failed);
	if (status != LG_OK)
		not_written(state, &failed);
	else if (!writes)
		state->unsaved = 1;
	lg_lock_journal_done(state, LG_EVENT_APPLY, lock, NULL, "done", 1);
	return LG_OK;
}
