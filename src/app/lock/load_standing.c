/* SPDX-License-Identifier: ISC */
/*
 * load_standing.c - reading what was set by hand after whatever happened to it
 *
 * While a lock is in force it is standing.reg, else registry.reg. Each has
 * somebody who speaks for it: back-ups that the locks name, the last good
 * copy.
 */
#include "app/lock/state_loading.h"

#include <string.h>

#include "app/lock/backup.h"
#include "app/lock/picture.h"
#include "app/lock/stored_values.h"

static int begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* A folder without registry.reg is one in which nothing was ever set, unless
 * lock.json knows of it, or what was set lies below damaged/. */
static int was_there(const struct lg_loading *loading)
{
	const struct lg_state *state = loading->state;
	struct lg_strlist names = {0};
	int was = *loading->record.picture != '\0';

	state->files->list(state->files->self, "damaged", &names, NULL);
	for (size_t i = 0; i < names.count; i++)
		was |= begins(names.item[i], LG_STATE_REGISTRY) ||
		       begins(names.item[i], LG_STATE_REGISTRY_GOOD) ||
		       begins(names.item[i], LG_STATE_STANDING);
	lg_strlist_release(&names);
	return was;
}

static int take_backup(struct lg_loading *loading, const char *name)
{
	struct lg_state *state = loading->state;
	struct lg_findings *findings = NULL;

	if (!name || lg_backup_read(state, name, &state->standing, &findings,
				    NULL) != LG_OK)
		return 0;
	lg_findings_free(&findings);
	loading->writes_picture = 1;
	return 1;
}

/* The file shows what locks came to that are over. */
static int is_left_picture(const struct lg_state *state, const char *name)
{
	struct lg_buffer text = {0};
	int is = state->files->read(state->files->self, name, &text, NULL) ==
			 LG_OK &&
		 lg_picture_is_marked(&text);

	lg_buffer_release(&text);
	return is;
}

static enum lg_status load_left_backup(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	const struct lg_lock_record *record = &loading->record;
	const struct lg_lock *last =
		record->version == LG_LOCK_FILE_VERSION && record->lock
			? record->lock
			: loading->last.lock;
	const char *backup = last ? last->backup : NULL;

	if (take_backup(loading, backup))
		lg_state_loud(state,
			      "standing.reg is missing and the last lock is "
			      "over: the values set by hand come from the "
			      "back-up %s",
			      backup);
	else
		lg_state_loud(state,
			      "standing.reg is missing and the last lock is "
			      "over: the values set by hand are lost, and the "
			      "gate has no policy it can trust; logongate "
			      "registry import sets them anew");
	loading->writes_picture = 1;
	return LG_OK;
}

/* registry.reg is no help; the good copy is, or nothing can be trusted. */
static enum lg_status load_good_copy(struct lg_loading *loading,
				     enum lg_status first,
				     const struct lg_error *why)
{
	struct lg_state *state = loading->state;
	struct lg_error err = {0};
	int missing = first == LG_ERR_UNKNOWN_KEY;
	enum lg_status status = lg_stored_values_read(
		state->files, LG_STATE_REGISTRY_GOOD, LG_STORED_END_OPTIONAL,
		&state->standing, NULL, &err);

	if (lg_loading_is_fatal(loading, status, &err))
		return status;
	if (status == LG_ERR_UNKNOWN_KEY && missing && !was_there(loading))
		return lg_registry_new(&state->standing, loading->err);
	if (!missing)
		lg_loading_keep_aside(state, LG_STATE_REGISTRY, why);
	if (status == LG_OK && is_left_picture(state, LG_STATE_REGISTRY_GOOD)) {
		lg_registry_free(&state->standing);
		return load_left_backup(loading);
	}
	if (status != LG_OK) {
		if (status != LG_ERR_UNKNOWN_KEY)
			lg_loading_keep_aside(state, LG_STATE_REGISTRY_GOOD,
					      &err);
		lg_state_loud(state,
			      "registry.reg is %s and there is no good copy: "
			      "the gate has no policy it can trust; logongate "
			      "registry import sets the values anew",
			      lg_loading_word(first));
		loading->writes_picture = first != LG_ERR_DENIED;
		return LG_OK;
	}
	if (missing && !lg_registry_count(state->standing))
		return LG_OK;
	lg_state_loud(state,
		      "registry.reg is %s: the values in force come from the "
		      "last good copy",
		      lg_loading_word(first));
	loading->writes_picture = first != LG_ERR_DENIED;
	return LG_OK;
}

/* That of a lock that waited was made before, and something else may have been
 * set by hand meanwhile. */
static const char *backup_of_standing(const struct lg_lock *lock)
{
	if (lg_lock_waits(lock) || !lock->backup ||
	    lg_backup_made_s(lock->backup) < lock->since_s)
		return NULL;
	return lock->backup;
}

/* registry.reg is as lock.json knows it and shows no lock: the one whose file
 * is there never got so far. */
static int take_calm_registry(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	char digest[LG_DIGEST_SIZE] = "";

	if (!*loading->record.picture ||
	    is_left_picture(state, LG_STATE_REGISTRY) ||
	    lg_stored_values_read(state->files, LG_STATE_REGISTRY,
				  LG_STORED_END_OPTIONAL, &state->standing,
				  digest, NULL) != LG_OK)
		return 0;
	if (strcmp(digest, loading->record.picture)) {
		lg_registry_free(&state->standing);
		return 0;
	}
	loading->writes_picture = 1;
	return 1;
}

/* standing.reg is no help: each lock in force names a back-up of it. */
static enum lg_status load_standing_backup(struct lg_loading *loading,
					   enum lg_status first,
					   const struct lg_error *why)
{
	struct lg_state *state = loading->state;
	const size_t count = state->lock_count;

	if (first != LG_ERR_UNKNOWN_KEY)
		lg_loading_keep_aside(state, LG_STATE_STANDING, why);
	/* One that was made of it goes first. */
	for (size_t i = 0; i < 2 * count; i++) {
		const struct lg_lock *lock =
			state->lock[i < count ? i : i - count];
		const char *backup =
			i < count ? backup_of_standing(lock) : lock->backup;

		if (lg_lock_waits(lock) || !take_backup(loading, backup))
			continue;
		lg_state_loud(state,
			      "standing.reg is %s: the values set by hand come "
			      "from the back-up %s",
			      lg_loading_word(first), backup);
		return LG_OK;
	}
	if (first == LG_ERR_UNKNOWN_KEY && take_calm_registry(loading)) {
		lg_state_loud(state, "standing.reg is missing: the values set "
				     "by hand come from registry.reg, which "
				     "shows no lock");
		return LG_OK;
	}
	lg_state_loud(state, "the values that were set by hand are lost; they "
			     "were beside the locks, which stay in force");
	return LG_OK;
}

/* standing.reg holds less than a back-up that was made of it. */
static int is_cut_off(const struct lg_state *state)
{
	struct lg_findings *findings = NULL;
	struct lg_registry *kept = NULL;
	int differs = 0;

	for (size_t i = 0; !kept && i < state->lock_count; i++) {
		const char *backup = backup_of_standing(state->lock[i]);

		if (!backup || lg_backup_read(state, backup, &kept, &findings,
					      NULL) != LG_OK)
			continue;
		differs = !lg_stored_values_equal(kept, state->standing);
	}
	lg_registry_free(&kept);
	lg_findings_free(&findings);
	return differs;
}

static int is_copied(const struct lg_state *state)
{
	const struct lg_files *files = state->files;
	struct lg_buffer text = {0};
	struct lg_buffer copy = {0};
	int is = files->read(files->self, LG_STATE_REGISTRY, &text, NULL) ==
			 LG_OK &&
		 files->read(files->self, LG_STATE_REGISTRY_GOOD, &copy,
			     NULL) == LG_OK &&
		 lg_files_same(&text, &copy);

	lg_buffer_release(&text);
	lg_buffer_release(&copy);
	return is;
}

/* What was read whole is the last good copy: a person may have written it, or
 * a process ended between the two files. */
static void write_good_copy(struct lg_state *state)
{
	const struct lg_files *files = state->files;
	struct lg_buffer text = {0};

	if (files->read(files->self, LG_STATE_REGISTRY, &text, NULL) == LG_OK &&
	    lg_files_put(files, LG_STATE_REGISTRY_GOOD, &text, NULL) != LG_OK)
		state->unsaved = 1;
	lg_buffer_release(&text);
}

/* Without standing.reg it is registry.reg. */
static enum lg_status load_registry(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	int copied = is_copied(state);
	struct lg_error err = {0};
	enum lg_status status;

	/* Of a picture that was cut off the end would be missing; what has a
	 * copy is whole. */
	status = lg_stored_values_read(state->files, LG_STATE_REGISTRY,
				       loading->last.locks && !copied
					       ? LG_STORED_END_REQUIRED
					       : LG_STORED_END_OPTIONAL,
				       &state->standing, state->picture, &err);
	if (status == LG_OK && !copied && state->mode == LG_STATE_WRITE)
		write_good_copy(state);
	if (status == LG_OK || lg_loading_is_fatal(loading, status, &err))
		return status;
	return load_good_copy(loading, status, &err);
}

enum lg_status lg_loading_standing(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_error err = {0};
	enum lg_status status;
	int written = 1;

	status = lg_stored_values_read(state->files, LG_STATE_STANDING,
				       LG_STORED_END_REQUIRED, &state->standing,
				       NULL, &err);
	/* One that a person wrote does not say where it ends. */
	if (status == LG_ERR_SYNTAX)
		status = lg_stored_values_read(state->files, LG_STATE_STANDING,
					       LG_STORED_END_OPTIONAL,
					       &state->standing, NULL, NULL);
	else
		written = 0;
	if (status == LG_OK && written && is_cut_off(state)) {
		lg_registry_free(&state->standing);
		status = LG_ERR_SYNTAX;
	}
	if (lg_loading_is_fatal(loading, status, &err))
		return status;
	loading->standing_moved = status != LG_ERR_UNKNOWN_KEY;
	if (status == LG_OK) {
		loading->writes_picture |= !lg_state_locked(state);
		return LG_OK;
	}
	if (loading->standing_moved || lg_state_locked(state))
		return load_standing_backup(loading, status, &err);
	if (is_left_picture(state, LG_STATE_REGISTRY))
		return load_left_backup(loading);
	return load_registry(loading);
}
