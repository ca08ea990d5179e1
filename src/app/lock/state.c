/* SPDX-License-Identifier: ISC */
/*
 * state.c - the set of locks and the standing values, and writing each of them
 *
 * Disk first, memory second: when a write fails, the state still says what is
 * on disk. A lock's good copy is written after its file and removed before it,
 * so that a lock that was lifted never comes back from its copy.
 */
#include "app/lock/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/listed.h"
#include "app/lock/lock_file.h"
#include "app/lock/stored_values.h"

void lg_state_free(struct lg_state **state)
{
	if (!state || !*state)
		return;
	for (size_t i = 0; i < (*state)->lock_count; i++)
		lg_lock_free(&(*state)->lock[i]);
	free((*state)->lock);
	lg_registry_free(&(*state)->standing);
	lg_findings_free(&(*state)->findings);
	lg_strlist_release(&(*state)->gone);
	lg_buffer_release(&(*state)->owed);
	lg_strlist_release(&(*state)->loud);
	free(*state);
	*state = NULL;
}

int lg_state_locked(const struct lg_state *state)
{
	return lg_state_last(state) != NULL;
}

int lg_state_replaced(const struct lg_state *state)
{
	for (size_t i = 0; i < state->lock_count; i++)
		if (!lg_lock_waits(state->lock[i]) && state->lock[i]->replaces)
			return 1;
	return 0;
}

int lg_state_trusted(const struct lg_state *state)
{
	/* A lock whose values are known is enforced whatever became of the
	 * values that were set by hand. */
	return !state->unread && (state->standing || lg_state_locked(state));
}

struct lg_lock *lg_state_last(const struct lg_state *state)
{
	struct lg_lock *last = NULL;

	for (size_t i = 0; i < state->lock_count; i++) {
		struct lg_lock *lock = state->lock[i];

		if (!lg_lock_waits(lock) &&
		    (!last || lg_lock_compare_ends(lock, last) > 0))
			last = lock;
	}
	return last;
}

struct lg_lock *lg_state_lock(const struct lg_state *state, const char *id)
{
	for (size_t i = 0; i < state->lock_count; i++)
		if (!strcmp(state->lock[i]->id, id))
			return state->lock[i];
	return NULL;
}

enum lg_status lg_state_add(struct lg_state *state, struct lg_lock *lock,
			    struct lg_error *err)
{
	enum lg_status status =
		lg_grow(&state->lock, &state->lock_capacity, state->lock_count,
			sizeof(struct lg_lock *), err);

	if (status == LG_OK)
		state->lock[state->lock_count++] = lock;
	return status;
}

void lg_state_take(struct lg_state *state, struct lg_lock *lock)
{
	size_t kept = 0;

	for (size_t i = 0; i < state->lock_count; i++)
		if (state->lock[i] != lock)
			state->lock[kept++] = state->lock[i];
	state->lock_count = kept;
}

void lg_state_loud(struct lg_state *state, const char *format, ...)
{
	struct lg_error text;
	char line[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	/* Takes control characters out. */
	lg_error_set(&text, LG_OK, NULL, "%s", line);
	if (!lg_listed(&state->loud, text.text))
		lg_strlist_add(&state->loud, text.text, strlen(text.text),
			       NULL);
}

void lg_state_unwritten(struct lg_state *state, const struct lg_error *err,
			const char *until_then)
{
	state->unsaved = 1;
	lg_state_loud(state, LG_STATE_UNWRITTEN ": %s: %s; %s", err->place,
		      err->text, until_then);
}

size_t lg_state_quiet(struct lg_state *state, const char *beginning)
{
	size_t len = strlen(beginning);
	size_t kept = 0;
	size_t i;

	for (i = 0; i < state->loud.count; i++)
		if (strncmp(state->loud.item[i], beginning, len))
			state->loud.item[kept++] = state->loud.item[i];
	i = state->loud.count - kept;
	state->loud.count = kept;
	return i;
}

struct lg_now lg_state_now(const struct lg_state *state)
{
	return lg_clock_now(state->clock);
}

enum lg_status lg_state_write_findings(const struct lg_files *files,
				       const char *name,
				       const struct lg_findings *findings,
				       struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	if (!findings)
		return files->remove(files->self, name, err);
	status = lg_findings_render(findings, &text, err);
	if (status == LG_OK)
		status = lg_files_put(files, name, &text, err);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_state_read_findings(const struct lg_files *files,
				      const char *name,
				      struct lg_findings **out_findings,
				      struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	status = files->read(files->self, name, &text, err);
	if (status == LG_OK)
		status = lg_findings_parse(text.data ? text.data : "", text.len,
					   name, out_findings, err);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_state_copy_findings(const struct lg_findings *findings,
				      struct lg_findings **out_copy,
				      struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	*out_copy = NULL;
	if (!findings)
		return LG_OK;
	status = lg_findings_render(findings, &text, err);
	if (status == LG_OK)
		status = lg_findings_parse(text.data, text.len, "findings",
					   out_copy, err);
	lg_buffer_release(&text);
	return status;
}

static void path_of(const char *id, const char *ending, char *out_path,
		    size_t size)
{
	snprintf(out_path, size, LG_STATE_LOCKS "/%s%s", id, ending);
}

enum lg_status lg_state_write_lock(struct lg_state *state, struct lg_lock *lock,
				   int with_findings, struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_buffer stored = {0};
	struct lg_buffer text = {0};
	enum lg_status status = LG_OK;
	char path[64];

	/* One whose values are lost is kept without: a start must not take it
	 * for one that is over. */
	if (!lock->stored && lock->values) {
		status = lg_stored_values_render(files, lock->values, &stored,
						 err);
		if (status == LG_OK)
			status = lg_buffer_take(&stored, &lock->stored, err);
	}
	if (status == LG_OK && with_findings) {
		path_of(lock->id, ".findings", path, sizeof(path));
		status = lg_state_write_findings(files, path, lock->findings,
						 err);
	}
	if (status == LG_OK && with_findings) {
		path_of(lock->id, ".concerned", path, sizeof(path));
		status = lg_state_write_findings(files, path, lock->concerned,
						 err);
	}
	if (status == LG_OK)
		status = lg_lock_file_render(lock, &text, err);
	if (status == LG_OK) {
		path_of(lock->id, ".json", path, sizeof(path));
		status = lg_files_put(files, path, &text, err);
	}
	if (status == LG_OK) {
		path_of(lock->id, ".good.json", path, sizeof(path));
		/* The lock is in force without its copy. */
		if (lg_files_put(files, path, &text, NULL) != LG_OK)
			state->unsaved = 1;
	}
	lg_buffer_release(&stored);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_state_remove_lock(struct lg_state *state, const char *id,
				    struct lg_error *err)
{
	static const char *const endings[] = {".good.json", ".json",
					      ".findings", ".concerned"};
	const struct lg_files *files = state->files;
	enum lg_status status = LG_OK;
	char path[64];

	for (size_t i = 0;
	     status == LG_OK && i < sizeof(endings) / sizeof(*endings); i++) {
		path_of(id, endings[i], path, sizeof(path));
		status = files->remove(files->self, path, err);
	}
	return status;
}

int lg_state_has_lock_file(const struct lg_state *state, const char *id)
{
	char path[64];

	path_of(id, ".json", path, sizeof(path));
	return lg_files_has(state->files, path);
}

/* registry.reg without a lock in force: written, read back, compared (A3). */
static enum lg_status write_values(const struct lg_files *files,
				   const char *name,
				   const struct lg_registry *values,
				   struct lg_buffer *out_text,
				   struct lg_error *err)
{
	struct lg_registry *found = NULL;
	enum lg_status status;

	status = lg_stored_values_render(files, values, out_text, err);
	if (status == LG_OK)
		status = lg_files_put(files, name, out_text, err);
	if (status == LG_OK)
		status = lg_stored_values_read(
			files, name, LG_STORED_END_REQUIRED, &found, NULL, err);
	if (status == LG_OK && !lg_stored_values_equal(values, found))
		status = lg_error_set(err, LG_ERR_IO, name,
				      "does not hold what was written to it");
	lg_registry_free(&found);
	return status;
}

/* A file as it was: its bytes, or none. */
struct kept_file {
	const char *name;
	struct lg_buffer bytes;
	int was_there;
};

static enum lg_status keep_file(const struct lg_files *files, const char *name,
				struct kept_file *out_kept,
				struct lg_error *err)
{
	enum lg_status status;

	*out_kept = (struct kept_file){.name = name};
	status = files->read(files->self, name, &out_kept->bytes, err);
	out_kept->was_there = status != LG_ERR_UNKNOWN_KEY;
	return out_kept->was_there ? status : LG_OK;
}

static enum lg_status put_back(const struct lg_files *files,
			       const struct kept_file *kept)
{
	if (!kept->was_there)
		return files->remove(files->self, kept->name, NULL);
	return lg_files_put(files, kept->name, &kept->bytes, NULL);
}

enum lg_status lg_state_save_standing(struct lg_state *state,
				      const struct lg_registry *values,
				      const struct lg_findings *findings,
				      struct lg_error *err)
{
	const struct lg_files *files = state->files;
	int locked = lg_state_locked(state);
	const char *name = locked ? LG_STATE_STANDING : LG_STATE_REGISTRY;
	struct kept_file kept_findings = {0};
	struct kept_file kept_values = {0};
	struct lg_findings *facts = NULL;
	struct lg_registry *copy = NULL;
	struct lg_buffer text = {0};
	enum lg_status status;

	if ((status = lg_registry_copy(values, &copy, err)) != LG_OK ||
	    (status = lg_state_copy_findings(findings, &facts, err)) != LG_OK ||
	    (status = keep_file(files, LG_STATE_FINDINGS, &kept_findings,
				err)) != LG_OK ||
	    (status = keep_file(files, name, &kept_values, err)) != LG_OK)
		goto out;
	status = lg_state_write_findings(files, LG_STATE_FINDINGS, findings,
					 err);
	if (status == LG_OK)
		status = write_values(files, name, values, &text, err);
	if (status == LG_OK && !locked)
		status = lg_files_digest(files, &text, state->picture, err);
	if (status != LG_OK) {
		/* What cannot be put back now is made again from memory. */
		if (put_back(files, &kept_findings) != LG_OK ||
		    put_back(files, &kept_values) != LG_OK) {
			*state->picture = '\0';
			state->unsaved = 1;
		}
		goto out;
	}
	/* They are in force without their copy. */
	if (!locked &&
	    lg_files_put(files, LG_STATE_REGISTRY_GOOD, &text, NULL) != LG_OK)
		state->unsaved = 1;
	lg_registry_free(&state->standing);
	state->standing = copy;
	copy = NULL;
	lg_findings_free(&state->findings);
	state->findings = facts;
	facts = NULL;
out:
	lg_buffer_release(&kept_findings.bytes);
	lg_buffer_release(&kept_values.bytes);
	lg_findings_free(&facts);
	lg_registry_free(&copy);
	lg_buffer_release(&text);
	return status;
}

/* Disk first, then what is known in memory. */
static enum lg_status save_findings(const struct lg_state *state,
				    const char *name,
				    const struct lg_findings *findings,
				    struct lg_findings **known,
				    struct lg_error *err)
{
	struct lg_findings *copy = NULL;
	enum lg_status status = lg_state_copy_findings(findings, &copy, err);

	if (status == LG_OK)
		status = lg_state_write_findings(state->files, name, findings,
						 err);
	if (status == LG_OK) {
		lg_findings_free(known);
		*known = copy;
		copy = NULL;
	}
	lg_findings_free(&copy);
	return status;
}

enum lg_status lg_state_save_findings(struct lg_state *state,
				      const struct lg_findings *findings,
				      struct lg_error *err)
{
	return save_findings(state, LG_STATE_FINDINGS, findings,
			     &state->findings, err);
}

enum lg_status lg_state_save_lock_findings(struct lg_state *state,
					   struct lg_lock *lock,
					   const struct lg_findings *findings,
					   struct lg_error *err)
{
	char path[64];

	path_of(lock->id, ".findings", path, sizeof(path));
	return save_findings(state, path, findings, &lock->findings, err);
}
