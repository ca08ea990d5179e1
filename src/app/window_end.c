/* SPDX-License-Identifier: ISC */
/*
 * window_end.c - confirming, extending and lifting a lock; values without one
 *
 * Lifting puts back exactly what was there before, whatever it was: the record
 * carries it, and the back-up made at apply carries its findings.
 */
#include "app/window.h"

#include <stdlib.h>
#include <string.h>

#include <logongate/duration.h>

#include "app/stored_values.h"
#include "app/window_journal.h"

static enum lg_status no_lock(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_CONFLICT, NULL,
			    "no lock is in force or pending");
}

enum lg_status lg_window_confirm(struct lg_state *state, const char *by,
				 struct lg_error *err)
{
	struct lg_lock *lock = NULL;
	enum lg_status status;

	if (state->lock->phase == LG_LOCK_NONE)
		return no_lock(err);
	if (!state->lock->confirm.wall_s)
		return lg_error_set(err, LG_ERR_CONFLICT, NULL,
				    "the lock does not wait for a confirm");
	status = lg_lock_copy(state->lock, &lock, err);
	if (status)
		return status;
	lock->confirm = (struct lg_deadline){0};
	status = lg_state_save_lock(state, lock, err);
	if (!status)
		lg_window_journal_done(state, LG_EVENT_CONFIRM, lock, by,
				       "done", lg_state_locked(state));
	lg_lock_free(&lock);
	return status;
}

static enum lg_status lasts_too_long(const struct lg_lock *lock,
				     int64_t lasts_s, struct lg_error *err)
{
	struct lg_buffer lasts = {0}, most = {0};
	enum lg_status status;

	lg_duration_format(lasts_s, &lasts);
	lg_duration_format(lock->max_duration_s, &most);
	status = lg_error_set(err, LG_ERR_RANGE, lock->profile,
			      "the lock would last %s from its start; "
			      "max_duration of the profile is %s",
			      lasts.data ? lasts.data : "too long",
			      most.data ? most.data : "shorter");
	lg_buffer_release(&lasts);
	lg_buffer_release(&most);
	return status;
}

enum lg_status lg_window_extend(struct lg_state *state, const char *by,
				int64_t until_s, int64_t for_s,
				struct lg_error *err)
{
	struct lg_now now = lg_state_now(state);
	int64_t now_s = now.wall_ms / 1000;
	struct lg_lock *lock = NULL;
	enum lg_status status;
	int64_t lasts_s;

	if (state->lock->phase == LG_LOCK_NONE)
		return no_lock(err);
	if (!until_s && for_s > 0)
		until_s = now_s + for_s;
	/* By the time that has passed: the wall clock may have been stepped
	 * since the lock began. */
	lasts_s = lg_lock_gone_s(state->lock, &now) + until_s - now_s;
	if (until_s <= now_s ||
	    until_s * 1000 - now.wall_ms <=
		    lg_lock_left_ms(state->lock, &state->lock->start, &now))
		return lg_error_set(err, LG_ERR_RANGE, NULL,
				    "the new end is missing or past");
	if (state->lock->max_duration_s >= 0 &&
	    lasts_s > state->lock->max_duration_s)
		return lasts_too_long(state->lock, lasts_s, err);
	status = lg_lock_copy(state->lock, &lock, err);
	if (status)
		return status;
	/* After a step of the wall clock only this deadline is told by the
	 * new time. That there was one stays known: since is the old time. */
	lock->until = lg_deadline_at(until_s, &now);
	status = lg_state_save_lock(state, lock, err);
	if (!status)
		lg_window_journal_done(state, LG_EVENT_EXTEND, lock, by, "done",
				       lg_state_locked(state));
	lg_lock_free(&lock);
	return status;
}

enum lg_status lg_window_differences(const struct lg_registry *a,
				     const struct lg_registry *b,
				     struct lg_strlist *names,
				     struct lg_error *err)
{
	enum lg_status status = LG_OK;
	size_t i;

	for (i = 0; !status && i < lg_registry_count(a); i++) {
		const struct lg_value *value = lg_registry_at(a, i);
		const struct lg_value *other =
			lg_registry_find(b, value->key, value->name);

		if (!other || !lg_value_equal(value, other))
			status = lg_strlist_add(names, value->name,
						strlen(value->name), err);
	}
	for (i = 0; !status && i < lg_registry_count(b); i++) {
		const struct lg_value *value = lg_registry_at(b, i);

		if (!lg_registry_find(a, value->key, value->name))
			status = lg_strlist_add(names, value->name,
						strlen(value->name), err);
	}
	return status;
}

static enum lg_status read_stored(const struct lg_state *state,
				  const char *name,
				  struct lg_registry **out_values)
{
	const struct lg_files *files = state->files;
	struct lg_buffer text = {0};
	enum lg_status status;

	status = files->read(files->self, name, &text, NULL);
	if (!status)
		status = lg_stored_values_parse(files, text.data, text.len,
						name, LG_STORED_END_OPTIONAL,
						out_values, NULL);
	lg_buffer_release(&text);
	return status;
}

/* What is on disk now and is not what apply wrote there. */
static enum lg_status find_changed(struct lg_state *state,
				   struct lg_strlist *changed,
				   struct lg_error *err)
{
	struct lg_registry *applied = NULL;
	struct lg_registry *found = NULL;
	enum lg_status status = LG_OK;

	if (changed && !read_stored(state, LG_STATE_APPLIED, &applied) &&
	    !read_stored(state, LG_STATE_REGISTRY, &found))
		status = lg_window_differences(applied, found, changed, err);
	lg_registry_free(&applied);
	lg_registry_free(&found);
	return status;
}

/* The values and findings to put back. Nobody knows them after lock.json and
 * all back-ups were lost: then none. */
static enum lg_status find_earlier(struct lg_state *state,
				   struct lg_registry **out_values,
				   struct lg_findings **out_findings,
				   struct lg_error *err)
{
	struct lg_lock *lock = state->lock;
	struct lg_registry *backup = NULL;
	enum lg_status status = LG_ERR_UNKNOWN_KEY;

	if (lock->earlier)
		status = lg_stored_values_parse(
			state->files, lock->earlier, strlen(lock->earlier),
			LG_STATE_LOCK, LG_STORED_END_OPTIONAL, out_values, err);
	if (lock->backup && !lg_state_read_backup(state, lock->backup, &backup,
						  out_findings, NULL)) {
		if (status) {
			*out_values = backup;
			return LG_OK;
		}
		lg_registry_free(&backup);
	}
	if (!status)
		return LG_OK;
	if (lock->earlier)
		return status;
	lg_state_loud(state, "what was there before the lock is lost; it is "
			     "lifted to no values at all");
	return lg_registry_new(out_values, err);
}

static enum lg_status forget_pending(struct lg_state *state,
				     struct lg_error *err)
{
	struct lg_lock *none = NULL;
	enum lg_status status = lg_lock_new(&none, err);

	if (status)
		return status;
	none->generation = state->lock->generation;
	if (state->mode == LG_STATE_WRITE)
		status = lg_state_save_lock(state, none, err);
	else
		state->lock->phase = LG_LOCK_NONE;
	if (!status && state->mode == LG_STATE_WRITE) {
		state->files->remove(state->files->self, LG_STATE_PENDING,
				     NULL);
		state->files->remove(state->files->self,
				     LG_STATE_PENDING_FINDINGS, NULL);
	}
	lg_lock_free(&none);
	return status;
}

/* Record, values, findings, record: lg_state_load finishes it when it is
 * interrupted. */
static enum lg_status put_back(struct lg_state *state,
			       struct lg_registry **values,
			       struct lg_findings **findings,
			       struct lg_error *err)
{
	struct lg_lock *lock = NULL;
	struct lg_lock *none = NULL;
	struct lg_buffer earlier = {0};
	enum lg_status status;

	if (state->mode == LG_STATE_READ) {
		lg_registry_free(&state->values);
		lg_findings_free(&state->findings);
		state->values = *values;
		state->findings = *findings;
		*values = NULL;
		*findings = NULL;
		state->lock->phase = LG_LOCK_NONE;
		return LG_OK;
	}
	status = lg_lock_copy(state->lock, &lock, err);
	if (!status)
		status = lg_lock_new(&none, err);
	if (!status && !lock->earlier) {
		status = lg_stored_values_render(state->files, *values,
						 &earlier, err);
		if (!status)
			status = lg_buffer_take(&earlier, &lock->earlier, err);
	}
	if (!status) {
		lock->phase = LG_LOCK_LIFTING;
		status = lg_state_save_lock(state, lock, err);
	}
	if (!status)
		status = lg_state_save_findings(state, *findings, err);
	if (!status)
		status = lg_state_save_values(state, *values, err);
	if (!status) {
		none->generation = state->lock->generation + 1;
		status = lg_state_save_lock(state, none, err);
	}
	lg_buffer_release(&earlier);
	lg_lock_free(&lock);
	lg_lock_free(&none);
	return status;
}

enum lg_status lg_window_lift(struct lg_state *state, enum lg_window_end end,
			      const char *by, struct lg_strlist *restored,
			      struct lg_strlist *changed, struct lg_error *err)
{
	struct lg_findings *findings = NULL;
	struct lg_registry *values = NULL;
	struct lg_lock *over = NULL;
	enum lg_status status;

	if (state->lock->phase == LG_LOCK_NONE)
		return no_lock(err);
	status = lg_lock_copy(state->lock, &over, err);
	if (status)
		return status;
	if (state->lock->phase == LG_LOCK_PENDING) {
		status = forget_pending(state, err);
	} else {
		status = find_changed(state, changed, err);
		if (!status)
			status = find_earlier(state, &values, &findings, err);
		if (!status && restored && state->values)
			status = lg_window_differences(state->values, values,
						       restored, err);
		if (!status)
			status = put_back(state, &values, &findings, err);
	}
	if (!status && state->mode == LG_STATE_WRITE)
		lg_window_journal_done(
			state,
			end == LG_WINDOW_END_LIFT ? LG_EVENT_LIFT
						  : LG_EVENT_EXPIRE,
			over, by,
			end == LG_WINDOW_END_UNCONFIRMED ? "not confirmed"
			: over->phase == LG_LOCK_PENDING ? "never began"
							 : "done",
			0);
	lg_lock_free(&over);
	lg_registry_free(&values);
	lg_findings_free(&findings);
	return status;
}

enum lg_status lg_window_write(struct lg_state *state,
			       enum lg_journal_event event, const char *by,
			       const struct lg_registry *values,
			       const struct lg_findings *findings,
			       struct lg_strlist *names, struct lg_error *err)
{
	struct lg_lock entry = {0};
	struct lg_buffer name = {0};
	enum lg_status status = LG_OK;

	if (state->lock->phase != LG_LOCK_NONE)
		return lg_error_set(err, LG_ERR_CONFLICT, NULL,
				    "a lock is in force or pending; lift it "
				    "first");
	if (state->values) {
		status = lg_state_backup(state, &name, err);
		if (!status && names)
			status = lg_window_differences(state->values, values,
						       names, err);
	}
	if (!status)
		status = lg_state_save_findings(state, findings, err);
	if (!status)
		status = lg_state_save_values(state, values, err);
	if (!status) {
		state->lock->generation++;
		entry.backup = name.data;
		entry.max_duration_s = -1;
		status = lg_state_save_lock(state, state->lock, err);
		lg_window_journal_done(
			state, event, &entry, by,
			status ? "done, but lock.json could not be "
				 "written"
			       : "done",
			0);
		status = LG_OK;
	}
	lg_buffer_release(&name);
	return status;
}
