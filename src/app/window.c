/* SPDX-License-Identifier: ISC */
/*
 * window.c - apply and what follows it
 *
 * The lock record goes first and says "applying" with the digest of the values
 * to come; then findings and values are written; then it says "active". A
 * process that ends in between leaves a record from which lg_state_load knows
 * whether the lock came into force. Lifting goes the same way with "lifting".
 */
#include "app/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/message.h>

#include "app/stored_values.h"
#include "app/window_journal.h"

/* One line of what people wrote (contract 8 "Words"). */
static char *one_line(const char *text)
{
	struct lg_buffer line = {0};
	char *taken = NULL;

	if (text) {
		lg_message_clean(text, strlen(text), &line);
		lg_buffer_text(&line, "");
	}
	if (text && lg_buffer_take(&line, &taken, NULL))
		taken = NULL;
	lg_buffer_release(&line);
	return taken;
}

static enum lg_status no_memory(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
}

static enum lg_status make_lock(struct lg_state *state,
				const struct lg_window_request *request,
				struct lg_lock **out_lock, struct lg_error *err)
{
	struct lg_now now = lg_state_now(state);
	int64_t now_s = now.wall_ms / 1000;
	int64_t begin_s = request->at_s ? request->at_s : now_s;
	int64_t until_s = request->until_s;
	struct lg_lock *lock = NULL;
	enum lg_status status;

	if (!until_s && request->for_s > 0)
		until_s = begin_s + request->for_s;
	if (!until_s)
		return lg_error_set(err, LG_ERR_RANGE, NULL,
				    "a lock needs an end; say how long or "
				    "until when");
	if (request->at_s && request->at_s < now_s)
		return lg_error_set(err, LG_ERR_RANGE, NULL,
				    "the beginning is past");
	if (until_s <= begin_s)
		return lg_error_set(err, LG_ERR_RANGE, NULL,
				    "the end is not after the beginning");
	if (request->max_duration_s >= 0 &&
	    until_s - begin_s > request->max_duration_s)
		return lg_error_set(err, LG_ERR_RANGE, request->profile,
				    "the lock would last %lld s; max_duration "
				    "of the profile is %lld s",
				    (long long)(until_s - begin_s),
				    (long long)request->max_duration_s);
	status = lg_lock_new(&lock, err);
	if (status)
		return status;
	lock->profile = one_line(request->profile);
	lock->by = one_line(request->by);
	lock->reason = one_line(request->reason);
	if ((request->profile && !lock->profile) ||
	    (request->by && !lock->by) || (request->reason && !lock->reason)) {
		lg_lock_free(&lock);
		return no_memory(err);
	}
	lock->phase = request->at_s ? LG_LOCK_PENDING : LG_LOCK_APPLYING;
	lock->generation = state->lock->generation + 1;
	lock->since_s = begin_s;
	lock->max_duration_s = request->max_duration_s;
	lock->start.wall_s = request->at_s;
	lock->until.wall_s = until_s;
	if (request->confirm_within_s > 0)
		lock->confirm.wall_s = begin_s + request->confirm_within_s;
	if (request->grace_s > 0)
		lock->cut.wall_s = begin_s + request->grace_s;
	lg_lock_stamp(lock, &now);
	*out_lock = lock;
	return LG_OK;
}

/* What was there before goes into the record and below backups/. */
static enum lg_status keep_earlier(struct lg_state *state, struct lg_lock *lock,
				   struct lg_error *err)
{
	struct lg_buffer earlier = {0};
	struct lg_buffer name = {0};
	enum lg_status status;

	free(lock->earlier);
	free(lock->backup);
	lock->earlier = lock->backup = NULL;
	status = lg_stored_values_render(state->files, state->values, &earlier,
					 err);
	if (!status)
		status = lg_state_backup(state, &name, err);
	if (!status)
		status = lg_buffer_take(&earlier, &lock->earlier, err);
	if (!status)
		status = lg_buffer_take(&name, &lock->backup, err);
	lg_buffer_release(&earlier);
	lg_buffer_release(&name);
	return status;
}

/* A failed change: what it wrote is taken back as far as it got. */
static void take_back(struct lg_state *state, const struct lg_lock *before,
		      const struct lg_registry *values,
		      const struct lg_findings *findings)
{
	struct lg_error err = {0};

	if (lg_state_save_values(state, values, &err) ||
	    lg_state_save_findings(state, findings, &err) ||
	    lg_state_save_lock(state, before, &err))
		lg_state_loud(state,
			      "what a failed change wrote could not be taken "
			      "back: %s; it is undone at the next start",
			      err.text);
}

/* Writes the values of a lock and puts it in force. */
static enum lg_status put_in_force(struct lg_state *state, struct lg_lock *lock,
				   const struct lg_registry *values,
				   const struct lg_findings *findings,
				   struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_findings *old_findings = NULL;
	struct lg_registry *old_values = NULL;
	struct lg_lock *before = NULL;
	struct lg_buffer text = {0};
	enum lg_status status;
	int began = 0;

	lock->phase = LG_LOCK_APPLYING;
	status = lg_lock_copy(state->lock, &before, err);
	if (!status)
		status = lg_registry_copy(state->values, &old_values, err);
	if (!status && state->findings)
		status = lg_state_copy_findings(state->findings, &old_findings,
						err);
	if (!status)
		status = keep_earlier(state, lock, err);
	if (!status)
		status = lg_stored_values_render(files, values, &text, err);
	if (!status)
		status = files->digest(files->self, text.data, text.len,
				       lock->values_digest, err);
	if (!status)
		status = files->replace(files->self, LG_STATE_APPLIED,
					text.data, text.len, err);
	if (!status) {
		began = 1;
		status = lg_state_save_lock(state, lock, err);
	}
	if (!status)
		status = lg_state_save_findings(state, findings, err);
	if (!status)
		status = lg_state_save_values(state, values, err);
	if (!status) {
		lock->phase = LG_LOCK_ACTIVE;
		lock->start = (struct lg_deadline){0};
		status = lg_state_save_lock(state, lock, err);
	}
	if (!status)
		status = lg_window_journal(state, LG_EVENT_APPLY, state->lock,
					   NULL, "done", 1, err);
	if (status && began)
		take_back(state, before, old_values, old_findings);
	lg_buffer_release(&text);
	lg_lock_free(&before);
	lg_registry_free(&old_values);
	lg_findings_free(&old_findings);
	return status;
}

static enum lg_status let_wait(struct lg_state *state,
			       const struct lg_lock *lock,
			       const struct lg_window_request *request,
			       struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_buffer text = {0};
	enum lg_status status;

	status = lg_stored_values_render(files, request->values, &text, err);
	if (!status)
		status = files->replace(files->self, LG_STATE_PENDING,
					text.data, text.len, err);
	if (!status)
		status = lg_state_write_findings(files,
						 LG_STATE_PENDING_FINDINGS,
						 request->findings, err);
	if (!status)
		status = lg_state_save_lock(state, lock, err);
	if (!status)
		lg_window_journal_done(state, LG_EVENT_APPLY, lock, NULL,
				       "pending", 0);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_window_apply(struct lg_state *state,
			       const struct lg_window_request *request,
			       struct lg_error *err)
{
	struct lg_lock *lock = NULL;
	enum lg_status status;

	if (state->lock->phase != LG_LOCK_NONE)
		return lg_error_set(err, LG_ERR_CONFLICT, state->lock->profile,
				    "a lock is already %s; extend or lift it "
				    "first",
				    lg_state_locked(state) ? "in force"
							   : "pending");
	if (!state->values)
		return lg_error_set(err, LG_ERR_CONFLICT, LG_STATE_REGISTRY,
				    "the values in force cannot be read, so "
				    "nobody could put them back; restore a "
				    "back-up first");
	status = make_lock(state, request, &lock, err);
	if (status)
		return status;
	if (request->at_s)
		status = let_wait(state, lock, request, err);
	else
		status = put_in_force(state, lock, request->values,
				      request->findings, err);
	lg_lock_free(&lock);
	return status;
}

/* A pending lock whose time has come. */
static enum lg_status begin(struct lg_state *state, struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_findings *findings = NULL;
	struct lg_registry *values = NULL;
	struct lg_lock *lock = NULL;
	struct lg_buffer text = {0};
	enum lg_status status;

	status = files->read(files->self, LG_STATE_PENDING, &text, err);
	if (!status)
		status = lg_stored_values_parse(
			files, text.data, text.len, LG_STATE_PENDING,
			LG_STORED_END_REQUIRED, &values, err);
	if (!status) {
		status = lg_state_read_findings(
			files, LG_STATE_PENDING_FINDINGS, &findings, err);
		/* Without them the gate asks the directory again. */
		if (status != LG_ERR_NO_MEMORY)
			status = LG_OK;
	}
	if (!status)
		status = lg_lock_copy(state->lock, &lock, err);
	if (!status && state->mode == LG_STATE_READ) {
		lg_registry_free(&state->values);
		lg_findings_free(&state->findings);
		state->values = values;
		state->findings = findings;
		values = NULL;
		findings = NULL;
		state->lock->phase = LG_LOCK_ACTIVE;
	} else if (!status) {
		status = put_in_force(state, lock, values, findings, err);
	}
	if (!status && state->mode == LG_STATE_WRITE) {
		files->remove(files->self, LG_STATE_PENDING, NULL);
		files->remove(files->self, LG_STATE_PENDING_FINDINGS, NULL);
	}
	lg_lock_free(&lock);
	lg_registry_free(&values);
	lg_findings_free(&findings);
	lg_buffer_release(&text);
	return status;
}

enum lg_window_event lg_window_next(const struct lg_state *state,
				    int64_t *out_left_ms)
{
	const struct lg_lock *lock = state->lock;
	struct lg_now now = lg_state_now(state);
	struct {
		enum lg_window_event event;
		const struct lg_deadline *deadline;
	} const active[] = {
		{LG_WINDOW_EXPIRES, &lock->until},
		{LG_WINDOW_UNCONFIRMED, &lock->confirm},
		{LG_WINDOW_CUTS, &lock->cut},
	};
	enum lg_window_event next = LG_WINDOW_NOTHING;
	int64_t least_ms = -1;
	size_t i;

	if (lock->phase == LG_LOCK_PENDING) {
		int64_t end_ms = lg_lock_left_ms(lock, &lock->until, &now);

		*out_left_ms = lg_lock_left_ms(lock, &lock->start, &now);
		/* It came and went while nobody was there. */
		return end_ms == 0 ? LG_WINDOW_EXPIRES : LG_WINDOW_BEGINS;
	}
	for (i = 0; lg_state_locked(state) && i < 3; i++) {
		int64_t left_ms =
			lg_lock_left_ms(lock, active[i].deadline, &now);

		if (left_ms >= 0 && (least_ms < 0 || left_ms < least_ms)) {
			least_ms = left_ms;
			next = active[i].event;
		}
	}
	*out_left_ms = least_ms;
	return next;
}

enum lg_status lg_window_settle(struct lg_state *state,
				enum lg_window_event *out_event,
				struct lg_error *err)
{
	enum lg_status status = LG_OK;
	struct lg_lock *lock = NULL;
	int64_t left_ms;
	enum lg_window_event event = lg_window_next(state, &left_ms);

	if (left_ms != 0)
		event = LG_WINDOW_NOTHING;
	switch (event) {
	case LG_WINDOW_NOTHING:
		break;
	case LG_WINDOW_BEGINS:
		status = begin(state, err);
		break;
	case LG_WINDOW_CUTS:
		status = lg_lock_copy(state->lock, &lock, err);
		if (status)
			break;
		lock->cut = (struct lg_deadline){0};
		if (state->mode == LG_STATE_READ ||
		    lg_state_save_lock(state, lock, NULL))
			state->lock->cut = lock->cut;
		lg_lock_free(&lock);
		break;
	case LG_WINDOW_UNCONFIRMED:
		status = lg_window_lift(state, LG_WINDOW_END_UNCONFIRMED, NULL,
					NULL, NULL, err);
		break;
	case LG_WINDOW_EXPIRES:
		status = lg_window_lift(state, LG_WINDOW_END_EXPIRE, NULL, NULL,
					NULL, err);
		break;
	}
	if (!status)
		*out_event = event;
	return status;
}
