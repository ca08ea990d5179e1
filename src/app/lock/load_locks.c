/* SPDX-License-Identifier: ISC */
/*
 * load_locks.c - reading locks/ after whatever happened to it
 *
 * Each lock stands for itself: what became of one file changes nothing about
 * the others. A lock whose file is damaged comes from its good copy; where
 * that is lost too, the audit still tells its name and its end, and
 * registry.reg whom it refused with the others.
 */
#include "app/lock/state_loading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lock/state.h"
#include "app/lock/picture.h"

static enum lg_status read_lock(const struct lg_state *state, const char *id,
				const char *ending, struct lg_lock **out_lock,
				struct lg_error *err)
{
	struct lg_buffer text = {0};
	struct lg_lock *lock = NULL;
	enum lg_status status;
	char path[64];

	snprintf(path, sizeof(path), LG_STATE_LOCKS "/%s%s", id, ending);
	status = state->files->read(state->files->self, path, &text, err);
	if (status == LG_OK)
		status = lg_lock_file_parse(state->files,
					    text.data ? text.data : "",
					    text.len, path, &lock, err);
	if (status == LG_OK && strcmp(lock->id, id))
		status = lg_error_set(err, LG_ERR_SYNTAX, path,
				      "is the record of another lock");
	if (status != LG_OK)
		lg_lock_free(&lock);
	else
		*out_lock = lock;
	lg_buffer_release(&text);
	return status;
}

/* Neither file can be read: what other files say of it. */
static enum lg_status salvage(struct lg_loading *loading, const char *id,
			      struct lg_lock **out_lock, struct lg_error *err)
{
	struct lg_state *state = loading->state;
	const struct lg_told *told = lg_loading_told(loading, id);
	struct lg_now now = lg_state_now(state);
	struct lg_lock *lock = NULL;
	enum lg_status status = lg_lock_new(&lock, err);

	if (status != LG_OK)
		return status;
	snprintf(lock->id, sizeof(lock->id), "%s", id);
	if (told)
		status = lg_loading_copy(told->lock, lock, err);
	if (status == LG_OK && !lock->since_s)
		lock->since_s = now.wall_ms / 1000;
	lg_lock_stamp(lock, &now);
	/* Whether it was is not told; where there is nothing, it was not. */
	lock->asked = 1;
	if (status == LG_OK)
		status = lg_loading_picture(state, id, &lock->values, NULL);
	if (status == LG_ERR_NO_MEMORY) {
		lg_lock_free(&lock);
		return status;
	}
	lg_state_loud(state, "the lock %s%s%s cannot be read: %s%s", id,
		      lock->profile ? " " : "",
		      lock->profile ? lock->profile : "",
		      !lock->values ? "whom it refuses is not known"
		      : lg_values_concern_some(lock->values)
			      ? "it stays in force as registry.reg tells it"
			      : "it stays in force with all that was in force",
		      lock->until.wall_s ? "; its end comes from the audit"
					 : " until it is lifted; nobody knows "
					   "its end");
	*out_lock = lock;
	return LG_OK;
}

static enum lg_status read_answers(struct lg_loading *loading,
				   const struct lg_lock *lock,
				   const char *ending,
				   struct lg_findings **out_findings)
{
	struct lg_state *state = loading->state;
	struct lg_error err = {0};
	enum lg_status status;
	char path[64];

	snprintf(path, sizeof(path), LG_STATE_LOCKS "/%s%s", lock->id, ending);
	status = lg_state_read_findings(state->files, path, out_findings, &err);
	if (lg_loading_is_fatal(loading, status, &err))
		return status;
	if (status != LG_OK && status != LG_ERR_UNKNOWN_KEY)
		lg_loading_keep_aside(state, path, &err);
	return LG_OK;
}

static enum lg_status read_findings(struct lg_loading *loading,
				    struct lg_lock *lock)
{
	enum lg_status status = LG_OK;

	if (lock->asked)
		status = read_answers(loading, lock, ".findings",
				      &lock->findings);
	if (status == LG_OK && lock->values &&
	    lg_values_concern_some(lock->values))
		status = read_answers(loading, lock, ".concerned",
				      &lock->concerned);
	return status;
}

/* The copy of a lock whose file is good: a process that ended between the two
 * has left an older one, or none. */
static void look_at_copy(struct lg_loading *loading, const char *id)
{
	struct lg_state *state = loading->state;
	struct lg_buffer text = {0};
	struct lg_buffer copy = {0};
	struct lg_lock *lock = NULL;
	struct lg_error err = {0};
	enum lg_status status;
	char path[64];

	snprintf(path, sizeof(path), LG_STATE_LOCKS "/%s.json", id);
	if (state->files->read(state->files->self, path, &text, NULL) != LG_OK)
		goto out;
	snprintf(path, sizeof(path), LG_STATE_LOCKS "/%s.good.json", id);
	status = state->files->read(state->files->self, path, &copy, NULL);
	if (status == LG_OK && lg_files_same(&text, &copy))
		goto out;
	if (status == LG_OK &&
	    read_lock(state, id, ".good.json", &lock, &err) != LG_OK)
		lg_loading_keep_aside(state, path, &err);
	loading->writes_picture = 1;
out:
	lg_lock_free(&lock);
	lg_buffer_release(&text);
	lg_buffer_release(&copy);
}

/* Into the state; takes the lock, on a failure too. */
static enum lg_status take(struct lg_loading *loading, struct lg_lock *lock)
{
	struct lg_state *state = loading->state;
	enum lg_status status = read_findings(loading, lock);

	if (status == LG_OK)
		status = lg_state_add(state, lock, loading->err);
	if (status != LG_OK) {
		lg_lock_free(&lock);
		return status;
	}
	if (lock->generation > state->generation)
		state->generation = lock->generation;
	if (!lock->values && !lg_lock_waits(lock)) {
		state->unread = 1;
		lg_state_loud(state,
			      "the values of the lock %s %s are lost: whom it "
			      "refuses is not known until it ends or is "
			      "lifted",
			      lock->id, lock->profile ? lock->profile : "");
	}
	return LG_OK;
}

static enum lg_status load_one(struct lg_loading *loading, const char *id)
{
	struct lg_state *state = loading->state;
	struct lg_lock *lock = NULL;
	struct lg_error first = {0};
	struct lg_error second = {0};
	enum lg_status status;
	char path[64];

	status = read_lock(state, id, ".json", &lock, &first);
	if (lg_loading_is_fatal(loading, status, &first))
		return status;
	snprintf(path, sizeof(path), LG_STATE_LOCKS "/%s.json", id);
	if (status != LG_OK) {
		enum lg_status again =
			read_lock(state, id, ".good.json", &lock, &second);

		if (lg_loading_is_fatal(loading, again, &second))
			return again;
		if (status != LG_ERR_UNKNOWN_KEY)
			lg_loading_keep_aside(state, path, &first);
		if (again == LG_OK)
			lg_state_loud(state,
				      "%s is %s: the lock comes from the last "
				      "good copy",
				      path, lg_loading_word(status));
		loading->writes_picture |= status != LG_ERR_DENIED;
		status = again;
	}
	if (status != LG_OK) {
		snprintf(path, sizeof(path), LG_STATE_LOCKS "/%s.good.json",
			 id);
		if (status != LG_ERR_UNKNOWN_KEY)
			lg_loading_keep_aside(state, path, &second);
		status = salvage(loading, id, &lock, loading->err);
	} else {
		look_at_copy(loading, id);
	}
	return status == LG_OK ? take(loading, lock) : status;
}

static int is_file_of(const char *name, char out_id[LG_LOCK_ID_SIZE])
{
	size_t len = LG_LOCK_ID_SIZE - 1;

	if (strlen(name) <= len)
		return 0;
	memcpy(out_id, name, len);
	out_id[len] = '\0';
	return lg_lock_is_id(out_id) && (!strcmp(name + len, ".json") ||
					 !strcmp(name + len, ".good.json"));
}

/* A process that ended between two files of a lock has left one behind. */
static void remove_stray(struct lg_state *state, const char *name)
{
	char id[LG_LOCK_ID_SIZE];
	char path[64];

	snprintf(id, sizeof(id), "%s", name);
	if (!lg_lock_is_id(id) || lg_state_lock(state, id) ||
	    (strcmp(name + strlen(id), ".findings") &&
	     strcmp(name + strlen(id), ".concerned")))
		return;
	snprintf(path, sizeof(path), LG_STATE_LOCKS "/%.40s", name);
	if (state->files->remove(state->files->self, path, NULL) != LG_OK) {
		lg_strlist_add(&state->gone, id, strlen(id), NULL);
		state->unsaved = 1;
	}
}

/* registry.reg is no picture: when it was written no lock was in force. */
static int is_calm(const struct lg_state *state)
{
	const struct lg_files *files = state->files;
	struct lg_buffer text = {0};
	int is;

	is = !lg_files_has(files, LG_STATE_STANDING) &&
	     files->read(files->self, LG_STATE_REGISTRY, &text, NULL) ==
		     LG_OK &&
	     text.len && !lg_picture_is_marked(&text);
	lg_buffer_release(&text);
	return is;
}

/* Its name is known, and perhaps its files can be opened by that. Of one that
 * has yet to begin nothing else tells. */
static enum lg_status load_unlisted(struct lg_loading *loading,
				    const struct lg_told *told)
{
	static const char *const endings[] = {".json", ".good.json"};
	struct lg_state *state = loading->state;
	const struct lg_lock *lock = told->lock;
	struct lg_lock *found = NULL;
	enum lg_status status;

	for (size_t i = 0; !found && i < 2; i++)
		read_lock(state, lock->id, endings[i], &found, NULL);
	if (found) {
		lg_lock_free(&found);
		return load_one(loading, lock->id);
	}
	if (told->locks) {
		status = salvage(loading, lock->id, &found, loading->err);
		return status == LG_OK ? take(loading, found) : status;
	}
	lg_state_loud(state,
		      "the lock %s %s has yet to begin and cannot be read: it "
		      "will not begin",
		      lock->id, lock->profile ? lock->profile : "");
	return LG_OK;
}

/*
 * Without lock.json the audit may know of a lock of which no file is left at
 * all. With it, or where registry.reg tells so, such a lock is one whose lift
 * was cut short.
 */
static enum lg_status load_lost(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_lock *lock = NULL;
	int over = loading->record.version == LG_LOCK_FILE_VERSION ||
		   is_calm(state);
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < loading->told_count; i++) {
		const struct lg_lock *told = loading->told[i].lock;

		if (!loading->told[i].locks || lg_state_lock(state, told->id))
			continue;
		if (over) {
			lg_state_loud(
				state,
				"the lock %s %s no longer has a file: it is "
				"over",
				told->id, told->profile ? told->profile : "");
			if (state->mode == LG_STATE_WRITE)
				lg_lock_journal_done(
					state, LG_EVENT_LIFT, told, NULL,
					"found without its file", 0);
			loading->writes_picture = 1;
			continue;
		}
		status = salvage(loading, told->id, &lock, loading->err);
		if (status == LG_OK)
			status = take(loading, lock);
		loading->writes_picture = 1;
	}
	return status;
}

static int oldest_first(const void *a, const void *b)
{
	const struct lg_lock *left = *(struct lg_lock *const *)a;
	const struct lg_lock *right = *(struct lg_lock *const *)b;

	if (left->generation != right->generation)
		return left->generation < right->generation ? -1 : 1;
	return strcmp(left->id, right->id);
}

enum lg_status lg_loading_locks(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_strlist names = {0};
	struct lg_error err = {0};
	enum lg_status status;
	int is_listed;

	status = state->files->list(state->files->self, LG_STATE_LOCKS, &names,
				    &err);
	if (lg_loading_is_fatal(loading, status, &err))
		goto out;
	is_listed = status == LG_OK;
	if (status == LG_ERR_DENIED)
		lg_loading_keep_aside(state, LG_STATE_LOCKS, &err);
	else if (!is_listed)
		lg_state_loud(state, LG_STATE_LOCKS " cannot be read: %s",
			      err.text);
	status = LG_OK;
	for (size_t i = 0; status == LG_OK && i < names.count; i++) {
		char id[LG_LOCK_ID_SIZE];

		if (is_file_of(names.item[i], id) && !lg_state_lock(state, id))
			status = load_one(loading, id);
	}
	for (size_t i = 0;
	     !is_listed && status == LG_OK && i < loading->told_count; i++)
		status = load_unlisted(loading, &loading->told[i]);
	if (is_listed && status == LG_OK)
		status = load_lost(loading);
	for (size_t i = 0; status == LG_OK && state->mode == LG_STATE_WRITE &&
			   i < names.count;
	     i++)
		remove_stray(state, names.item[i]);
	if (status == LG_OK && state->lock_count > LG_LOCKS_MAX)
		lg_state_loud(state,
			      "%zu locks lie in " LG_STATE_LOCKS
			      " and no more than %d count: those that were "
			      "applied last do not refuse anybody until others "
			      "are over",
			      state->lock_count, LG_LOCKS_MAX);
	if (status == LG_OK && state->lock_count)
		qsort(state->lock, state->lock_count, sizeof(*state->lock),
		      oldest_first);
out:
	lg_strlist_release(&names);
	return status;
}
