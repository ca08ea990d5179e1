/* SPDX-License-Identifier: ISC */
/*
 * lock_end.c - choosing, confirming, extending and lifting a lock
 *
 * A lock is over when its file is gone. What is left is composed anew; with
 * the last lock everything is exactly as before. An end that time brings does
 * not wait for a disk: it is done in memory first.
 */
#include "app/lock/lock_change.h"

#include <string.h>

#include "base/instant.h"

#include "app/lock/state.h"
#include "app/lock/picture.h"

static int is_meant(const struct lg_lock *lock, const char *name,
		    enum lg_lock_meant meant)
{
	if (meant == LG_MEANT_UNCONFIRMED && !lock->confirm.wall_s && !name)
		return 0;
	return !name || !strcmp(lock->id, name) ||
	       lg_lock_profile_is(lock->profile, name);
}

enum lg_status lg_lock_not_there(size_t count, const char *name,
				 enum lg_lock_meant meant, struct lg_error *err)
{
	if (name)
		lg_error_set(err, LG_ERR_CONFLICT, name,
			     "no lock of this name or id is in force or "
			     "waiting");
	else if (meant == LG_MEANT_UNCONFIRMED && count)
		lg_error_set(err, LG_ERR_CONFLICT, NULL,
			     "no lock is waiting to be confirmed");
	else
		lg_error_set(err, LG_ERR_CONFLICT, NULL,
			     "no lock is in force or waiting");
	return lg_error_code(err, "not-in-force");
}

static enum lg_status several(const struct lg_state *state, const char *name,
			      enum lg_lock_meant meant, struct lg_error *err)
{
	struct lg_buffer list = {0};

	for (size_t i = 0; i < state->lock_count; i++) {
		const struct lg_lock *lock = state->lock[i];
		char until[LG_INSTANT_SIZE] = "it is lifted";

		if (!is_meant(lock, name, meant))
			continue;
		if (lock->until.wall_s)
			lg_instant_format(lock->until.wall_s, until);
		lg_buffer_format(&list, "%s%s %s until %s",
				 list.len ? ", " : "", lock->id,
				 lock->profile ? lock->profile : "", until);
	}
	lg_error_set(err, LG_ERR_CONFLICT, name,
		     "there are several locks; say which, by profile or id: %s",
		     list.data ? list.data : "");
	lg_buffer_release(&list);
	return lg_error_code(err, "ambiguous-lock");
}

enum lg_status lg_lock_choose(const struct lg_state *state, const char *name,
			      enum lg_lock_meant meant,
			      struct lg_lock **out_lock, struct lg_error *err)
{
	struct lg_lock *found = NULL;
	size_t count = 0;

	for (size_t i = 0; i < state->lock_count; i++) {
		if (!is_meant(state->lock[i], name, meant))
			continue;
		found = state->lock[i];
		count++;
	}
	if (!count)
		return lg_lock_not_there(state->lock_count, name, meant, err);
	if (count > 1)
		return several(state, name, meant, err);
	*out_lock = found;
	return LG_OK;
}

/* Writes a lock whose deadlines were changed; back to before on a failure. */
static enum lg_status save(struct lg_state *state, struct lg_lock *lock,
			   const struct lg_lock *before, struct lg_error *err)
{
	enum lg_status status;

	if (state->defers) {
		state->unsaved = 1;
		return LG_OK;
	}
	status = lg_state_write_lock(state, lock, 0, err);
	if (status != LG_OK) {
		char *stored = lock->stored;

		*lock = *before;
		lock->stored = stored;
		/* The file may say either. */
		state->unsaved = 1;
		return status;
	}
	/* registry.reg names ends of locks that concern some. */
	if (lg_picture_write(state, NULL) != LG_OK)
		state->unsaved = 1;
	return LG_OK;
}

enum lg_status lg_lock_confirm(struct lg_state *state, struct lg_lock *lock,
			       const char *by, struct lg_error *err)
{
	struct lg_lock before = *lock;
	enum lg_status status;

	if (!lock->confirm.wall_s) {
		lg_error_set(err, LG_ERR_CONFLICT, lock->profile,
			     "the lock is not waiting to be confirmed");
		return lg_error_code(err, "not-in-force");
	}
	lock->confirm = (struct lg_deadline){0};
	status = save(state, lock, &before, err);
	if (status == LG_OK)
		lg_lock_journal_done(state, LG_EVENT_CONFIRM, lock, by, "done",
				     !lg_lock_waits(lock));
	return status;
}

enum lg_status lg_lock_extend(struct lg_state *state, struct lg_lock *lock,
			      const char *by, int64_t until_s, int64_t for_s,
			      struct lg_error *err)
{
	struct lg_now now = lg_state_now(state);
	int64_t now_s = now.wall_ms / 1000;
	struct lg_lock before = *lock;
	enum lg_status status;
	int64_t starts_ms = lg_lock_left_ms(lock, &lock->start, &now);
	int64_t lasts_s;

	if (!until_s && for_s > 0)
		until_s = now_s + for_s;
	/* By the time that has passed: the wall clock may have been stepped
	 * since the lock began. */
	lasts_s = lg_lock_gone_s(lock, &now) + until_s - now_s;
	if (starts_ms > 0)
		lasts_s -= starts_ms / 1000;
	if (until_s <= now_s || until_s * 1000 - now.wall_ms <= starts_ms)
		return lg_error_set(err, LG_ERR_RANGE, NULL,
				    "the new end is missing or in the past");
	if (lock->max_duration_s >= 0 && lasts_s > lock->max_duration_s)
		return lg_lock_too_long(lock->profile, lasts_s,
					lock->max_duration_s, " from its start",
					err);
	/* After a step of the wall clock only this deadline is told by the
	 * new time. That there was one stays known: since is the old time. */
	lock->until = lg_deadline_at(until_s, &now);
	status = save(state, lock, &before, err);
	if (status == LG_OK)
		lg_lock_journal_done(state, LG_EVENT_EXTEND, lock, by, "done",
				     !lg_lock_waits(lock));
	return status;
}

/* How an end is told; result NULL: that it is done, or never began. */
static const struct {
	enum lg_journal_event event;
	const char *result;
} ends[] = {
	[LG_LOCK_END_LIFT] = {LG_EVENT_LIFT, NULL},
	[LG_LOCK_END_EXPIRE] = {LG_EVENT_EXPIRE, NULL},
	[LG_LOCK_END_UNCONFIRMED] = {LG_EVENT_EXPIRE, "not confirmed"},
	[LG_LOCK_END_FORCE] = {LG_EVENT_LIFT, NULL},
	[LG_LOCK_END_UNDO] = {LG_EVENT_LIFT, "undone"},
};

/* A disk that takes nothing must not keep the way out to itself. */
static enum lg_status say_force(const struct lg_lock *lock,
				enum lg_status status, struct lg_error *err)
{
	struct lg_error why;

	if (!err)
		return status;
	why = *err;
	return lg_error_set(err, status, why.place,
			    "%s; the lock stays in force: where a gate runs, "
			    "logongate lift --force %s ends it all the same",
			    why.text, lock->id);
}

/* Its file goes; where that fails only a lift is refused, and then its copy,
 * which goes first, is made again. */
static enum lg_status remove_file(struct lg_state *state,
				  const struct lg_lock *lock,
				  enum lg_lock_end end, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	/* Without a lock registry.reg counts as what was set by hand, so that
	 * must lie there before the last one goes. */
	if (!state->defers && !lg_lock_waits(lock))
		status = lg_picture_keep_standing(state, err);
	if (!state->defers && status == LG_OK)
		status = lg_state_remove_lock(state, lock->id, err);
	if (!state->defers && status == LG_OK)
		return LG_OK;
	state->unsaved = 1;
	if (status != LG_OK && end == LG_LOCK_END_LIFT &&
	    lg_state_has_lock_file(state, lock->id))
		return say_force(lock, status, err);
	lg_strlist_add(&state->gone, lock->id, strlen(lock->id), NULL);
	return LG_OK;
}

static void write_what_is_left(struct lg_state *state, int waited)
{
	struct lg_error err = {0};
	enum lg_status status;

	if (state->defers)
		return;
	status = waited ? lg_picture_write_record(state, &err)
			: lg_picture_write(state, &err);
	if (status == LG_OK)
		return;
	lg_state_unwritten(
		state, &err,
		state->gone.count
			? "the lock is over all the same, and writing it is "
			  "tried again; a gate that is started before that "
			  "takes it up again"
			: "the lock is over all the same, and writing it is "
			  "tried again");
}

/* What is said of a lock as long as it is there. */
static void take_back_loud(struct lg_state *state, const char *id)
{
	static const char *const begin[] = {
		"the lock ", "the values of the lock ",
		"whom a lock refuses is not known: "};
	struct lg_buffer text = {0};

	for (size_t i = 0; i < sizeof(begin) / sizeof(*begin); i++) {
		lg_buffer_clear(&text);
		lg_buffer_format(&text, "%s%s ", begin[i], id);
		if (lg_buffer_status(&text, NULL) == LG_OK)
			lg_state_quiet(state, text.data);
	}
	lg_buffer_release(&text);
}

/* What nobody can read any more is over with its lock. */
static void look_for_unread(struct lg_state *state)
{
	state->unread = 0;
	for (size_t i = 0; i < state->lock_count; i++)
		if (!state->lock[i]->values && !lg_lock_waits(state->lock[i]))
			state->unread = 1;
}

enum lg_status lg_lock_lift(struct lg_state *state, struct lg_lock *lock,
			    enum lg_lock_end end, const char *by,
			    struct lg_strlist *restored,
			    struct lg_strlist *changed, struct lg_error *err)
{
	struct lg_registry *before = NULL;
	struct lg_registry *after = NULL;
	int waited = lg_lock_waits(lock);
	int writes = state->mode == LG_STATE_WRITE;
	enum lg_status status = LG_OK;

	if (!waited && restored)
		status = lg_picture_values(state, &before, err);
	if (status == LG_OK && !waited && writes && !state->defers)
		status = lg_hand_edit_check(state, changed, err);
	/* An end that cannot wait does not wait for a hand edit either: it is
	 * looked for again before the file is written over. */
	if (status != LG_OK && status != LG_ERR_NO_MEMORY &&
	    end != LG_LOCK_END_LIFT)
		status = LG_OK;
	if (status == LG_OK && writes)
		status = remove_file(state, lock, end, err);
	if (status != LG_OK)
		goto out;
	lg_state_take(state, lock);
	state->generation++;
	look_for_unread(state);
	take_back_loud(state, lock->id);
	if (before && lg_picture_values(state, &after, NULL) == LG_OK)
		lg_registry_differences(before, after, restored, NULL);
	if (writes) {
		write_what_is_left(state, waited);
		lg_lock_journal_done(state, ends[end].event, lock, by,
				     ends[end].result ? ends[end].result
				     : waited         ? "never began"
						      : "done",
				     0);
	}
	lg_lock_free(&lock);
out:
	lg_registry_free(&before);
	lg_registry_free(&after);
	return status;
}
