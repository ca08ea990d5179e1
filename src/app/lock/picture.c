/* SPDX-License-Identifier: ISC */
/*
 * picture.c - registry.reg and lock.json: what all that is in force comes to
 *
 * The locks' own files and standing.reg are what counts while a lock is in
 * force; this is made again from them whenever it is lost. Who edits it by
 * hand is told, for nothing reads it.
 */
#include "app/lock/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/policy/compose.h"
#include "base/instant.h"

#include "app/lock/lock_change.h"
#include "app/lock/lock_file.h"
#include "app/lock/state.h"
#include "app/lock/stored_values.h"

int lg_picture_is_marked(const struct lg_buffer *text)
{
	return text->len && memmem(text->data, text->len, LG_PICTURE_MARK,
				   strlen(LG_PICTURE_MARK));
}

int lg_picture_is_standing(const struct lg_state *state,
			   const struct lg_buffer *text)
{
	struct lg_registry *found = NULL;
	int is = lg_stored_values_parse(
			 state->files, text->data ? text->data : "", text->len,
			 LG_STATE_REGISTRY, LG_STORED_END_OPTIONAL, &found,
			 NULL) == LG_OK &&
		 lg_stored_values_equal(found, state->standing);

	lg_registry_free(&found);
	return is;
}

static int is_shown(const struct lg_lock *lock)
{
	return !lg_lock_waits(lock) && lock->values &&
	       !lg_values_concern_some(lock->values);
}

static int by_end(const void *a, const void *b)
{
	return lg_lock_compare_ends(*(struct lg_lock *const *)b,
				    *(struct lg_lock *const *)a);
}

/* The locks in the order in which they speak. */
static enum lg_status ordered(const struct lg_state *state,
			      struct lg_lock ***out_lock, struct lg_error *err)
{
	struct lg_lock **lock = malloc((state->lock_count + 1) * sizeof(*lock));

	if (!lock)
		return lg_no_memory(err);
	if (state->lock_count) {
		memcpy(lock, state->lock, state->lock_count * sizeof(*lock));
		qsort(lock, state->lock_count, sizeof(*lock), by_end);
	}
	*out_lock = lock;
	return LG_OK;
}

enum lg_status lg_picture_values(const struct lg_state *state,
				 struct lg_registry **out_values,
				 struct lg_error *err)
{
	const struct lg_registry *shown[LG_LOCKS_MAX];
	struct lg_compose_input input = {
		.dialect = LG_DIALECT_GATE,
		.before = lg_state_replaced(state) ? NULL : state->standing,
		.lock = shown,
	};
	struct lg_lock **lock = NULL;
	enum lg_status status = ordered(state, &lock, err);

	if (status != LG_OK)
		return status;
	for (size_t i = 0; i < state->lock_count && i < LG_LOCKS_MAX; i++)
		if (is_shown(lock[i]))
			shown[input.lock_count++] = lock[i]->values;
	free(lock);
	if (!input.lock_count)
		return input.before
			       ? lg_registry_copy(input.before, out_values, err)
			       : lg_registry_new(out_values, err);
	status = lg_compose(&input, out_values, NULL, err);
	/* What cannot be written as one set is shown by the lock that speaks;
	 * each is decided by its own values all the same. */
	if (status != LG_OK && status != LG_ERR_NO_MEMORY)
		status = lg_registry_copy(shown[0], out_values, err);
	return status;
}

/* A lock that registry.reg does not show, as comments. */
static void add_comments(const struct lg_lock *lock, struct lg_buffer *text)
{
	const char *line = lock->stored ? lock->stored : "";
	char until[LG_INSTANT_SIZE] = "it is lifted";

	if (lock->until.wall_s)
		lg_instant_format(lock->until.wall_s, until);
	lg_buffer_format(text,
			 "; %s, %s until %s, concerns some and is not "
			 "shown above:\n",
			 lock->id, lock->profile ? lock->profile : "", until);
	/* Past the head of the Registry Editor text. */
	line = strchr(line, '[');
	while (line && *line) {
		size_t len = strcspn(line, "\n");

		if (len && *line != ';') {
			lg_buffer_text(text, "; ");
			lg_buffer_append(text, line, len);
			lg_buffer_char(text, '\n');
		}
		line += len + (line[len] == '\n');
	}
}

enum lg_status lg_picture_comments(const struct lg_state *state,
				   struct lg_buffer *out_text,
				   struct lg_error *err)
{
	struct lg_lock **lock = NULL;
	enum lg_status status = ordered(state, &lock, err);

	if (status != LG_OK)
		return status;
	for (size_t i = 0; i < state->lock_count; i++)
		if (!lg_lock_waits(lock[i]) && !is_shown(lock[i]))
			add_comments(lock[i], out_text);
	free(lock);
	return lg_buffer_status(out_text, err);
}

/* What stands behind "; " in a line of add_comments: of a Registry Editor
 * text, which no other comment has. */
static int is_of_a_lock(const char *line, size_t len)
{
	return len > 2 && line[0] == ';' && line[1] == ' ' &&
	       strchr("[\"@ ", line[2]);
}

enum lg_status lg_picture_take_comment(const struct lg_state *state,
				       const struct lg_buffer *text,
				       const char *id,
				       struct lg_registry **values,
				       struct lg_error *err)
{
	const char *end = text->data + text->len;
	struct lg_buffer stored = {0};
	enum lg_status status;
	char begins[32];
	const char *line;
	size_t len;

	snprintf(begins, sizeof(begins), "\n; %s,", id);
	line = memmem(text->data, text->len, begins, strlen(begins));
	if (!line)
		return LG_OK;
	/* The head of the one is the head of the other. */
	len = (size_t)((char *)memchr(text->data, '\n', text->len) -
		       text->data);
	lg_buffer_append(&stored, text->data, len + 1);
	line = memchr(line + 1, '\n', (size_t)(end - line - 1));
	while (line && ++line < end) {
		const char *next = memchr(line, '\n', (size_t)(end - line));

		len = (size_t)((next ? next : end) - line);
		if (!is_of_a_lock(line, len))
			break;
		lg_buffer_append(&stored, line + 2, len - 2);
		lg_buffer_char(&stored, '\n');
		line = next;
	}
	lg_registry_free(values);
	status = lg_buffer_status(&stored, err);
	if (status == LG_OK)
		status = lg_stored_values_parse(
			state->files, stored.data, stored.len,
			LG_STATE_REGISTRY, LG_STORED_END_OPTIONAL, values, err);
	lg_buffer_release(&stored);
	return status;
}

enum lg_status lg_picture_text(const struct lg_state *state,
			       struct lg_buffer *out_text, struct lg_error *err)
{
	struct lg_registry *values = NULL;
	struct lg_buffer text = {0};
	enum lg_status status;
	size_t end;

	status = lg_picture_values(state, &values, err);
	if (status == LG_OK)
		status = lg_stored_values_render(state->files, values, &text,
						 err);
	if (status != LG_OK)
		goto out;
	/* The last line says how many values there are and stays the last. */
	for (end = text.len - 1; end > 0 && text.data[end - 1] != '\n'; end--)
		;
	lg_buffer_append(out_text, text.data, end);
	if (lg_state_locked(state))
		lg_buffer_text(out_text, LG_PICTURE_MARK);
	status = lg_picture_comments(state, out_text, err);
	lg_buffer_append(out_text, text.data + end, text.len - end);
	if (status == LG_OK)
		status = lg_buffer_status(out_text, err);
out:
	lg_registry_free(&values);
	lg_buffer_release(&text);
	return status;
}

/* A file that says what was set by hand, as people wrote it. */
static enum lg_status read_as_written(const struct lg_state *state,
				      const char *name,
				      struct lg_buffer *out_text)
{
	const struct lg_files *files = state->files;
	enum lg_status status = files->read(files->self, name, out_text, NULL);

	if (status == LG_OK && state->standing &&
	    (lg_picture_is_marked(out_text) ||
	     !lg_picture_is_standing(state, out_text)))
		status = LG_ERR_SYNTAX;
	if (status != LG_OK)
		lg_buffer_clear(out_text);
	return status;
}

enum lg_status lg_picture_keep_standing(struct lg_state *state,
					struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_buffer text = {0};
	enum lg_status status;
	uint64_t size = 0;

	/* What is lost cannot be kept, and what locks came to is not it. */
	if (!state->standing)
		return LG_OK;
	status = files->size(files->self, LG_STATE_STANDING, &size, err);
	if (status != LG_OK || size)
		return status;
	/* Byte for byte, unless somebody changed it and never said so. */
	status = read_as_written(state, LG_STATE_REGISTRY, &text);
	if (status != LG_OK)
		status = lg_stored_values_render(files, state->standing, &text,
						 err);
	if (status == LG_OK)
		status = lg_files_put(files, LG_STATE_STANDING, &text, err);
	lg_buffer_release(&text);
	return status;
}

/* What registry.reg is to be. LG_ERR_UNKNOWN_KEY: nobody knows. */
static enum lg_status text_to_write(const struct lg_state *state,
				    struct lg_buffer *out_text,
				    struct lg_error *err)
{
	if (lg_state_locked(state))
		return lg_picture_text(state, out_text, err);
	if (read_as_written(state, LG_STATE_STANDING, out_text) == LG_OK ||
	    (state->standing &&
	     read_as_written(state, LG_STATE_REGISTRY, out_text) == LG_OK))
		return LG_OK;
	if (!state->standing)
		return LG_ERR_UNKNOWN_KEY;
	return lg_stored_values_render(state->files, state->standing, out_text,
				       err);
}

static enum lg_status read_back(const struct lg_files *files,
				const struct lg_buffer *wanted,
				struct lg_error *err)
{
	struct lg_buffer found = {0};
	enum lg_status status =
		files->read(files->self, LG_STATE_REGISTRY, &found, err);

	if (status == LG_OK && !lg_files_same(&found, wanted))
		status = lg_error_set(err, LG_ERR_IO, LG_STATE_REGISTRY,
				      "does not hold what was written to it");
	lg_buffer_release(&found);
	return status;
}

enum lg_status lg_picture_write_record(struct lg_state *state,
				       struct lg_error *err)
{
	struct lg_lock_record record = {.generation = state->generation,
					.lock = lg_state_last(state)};
	struct lg_buffer text = {0};
	enum lg_status status;

	for (size_t i = 0; !lg_state_last(state) && i < state->lock_count; i++)
		if (!record.lock ||
		    lg_lock_compare_ends(state->lock[i], record.lock) > 0)
			record.lock = state->lock[i];
	memcpy(record.picture, state->picture, sizeof(record.picture));
	status = lg_lock_record_render(&record, &text, err);
	if (status == LG_OK)
		status = lg_files_put(state->files, LG_STATE_LOCK, &text, err);
	lg_buffer_release(&text);
	return status;
}

/*
 * Nobody knows what was set by hand and no lock is in force: what the locks
 * came to must not be taken for it at the next start.
 */
static void forget_picture(struct lg_state *state)
{
	static const char *const names[] = {LG_STATE_REGISTRY,
					    LG_STATE_REGISTRY_GOOD};
	const struct lg_files *files = state->files;
	struct lg_buffer kept = {0};
	struct lg_buffer text = {0};

	for (size_t i = 0; i < 2; i++) {
		lg_buffer_clear(&text);
		if (files->read(files->self, names[i], &text, NULL) == LG_OK &&
		    lg_picture_is_marked(&text) &&
		    files->set_aside(files->self, names[i], &kept, NULL) !=
			    LG_OK)
			state->unsaved = 1;
	}
	lg_buffer_release(&kept);
	lg_buffer_release(&text);
}

enum lg_status lg_picture_write(struct lg_state *state, struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_buffer text = {0};
	enum lg_status status = LG_OK;

	/* Of a lock whose values nobody can read registry.reg is the last
	 * copy. */
	if (state->unread)
		return lg_picture_write_record(state, err);
	status = lg_hand_edit_check(state, NULL, err);
	/* registry.reg must not show locks while it is the only copy of what
	 * was set by hand: so after a beginning on a full disk. */
	if (status == LG_OK && lg_state_locked(state))
		status = lg_picture_keep_standing(state, err);
	if (status == LG_OK)
		status = text_to_write(state, &text, err);
	if (status == LG_ERR_UNKNOWN_KEY) {
		lg_buffer_release(&text);
		forget_picture(state);
		return lg_picture_write_record(state, err);
	}
	if (status == LG_OK)
		status = lg_files_put(files, LG_STATE_REGISTRY, &text, err);
	if (status == LG_OK)
		status = read_back(files, &text, err);
	if (status == LG_OK)
		status =
			lg_files_put(files, LG_STATE_REGISTRY_GOOD, &text, err);
	if (status == LG_OK)
		status = lg_files_digest(files, &text, state->picture, err);
	if (status == LG_OK)
		status = lg_picture_write_record(state, err);
	if (status == LG_OK && !lg_state_locked(state))
		status = lg_hand_edit_spare(state, LG_STATE_STANDING, err);
	if (status == LG_OK && !lg_state_locked(state))
		status = files->remove(files->self, LG_STATE_STANDING, err);
	lg_buffer_release(&text);
	return status;
}

/* The lines that belong to what was done in memory. */
static enum lg_status write_owed(struct lg_state *state, struct lg_error *err)
{
	const struct lg_files *files = state->files;
	enum lg_status status = LG_OK;

	if (state->owed.len)
		status = files->append(files->self, LG_JOURNAL_FILE,
				       state->owed.data, state->owed.len,
				       LG_FILES_SYNC, err);
	if (status == LG_OK)
		lg_buffer_clear(&state->owed);
	return status;
}

static enum lg_status write_all(struct lg_state *state, struct lg_error *err)
{
	enum lg_status status = lg_hand_edit_check(state, NULL, err);

	/* Before the first file goes or comes: what stands in registry.reg now
	 * may be what was set by hand. */
	if (status == LG_OK && lg_state_locked(state))
		status = lg_picture_keep_standing(state, err);
	for (size_t i = 0; status == LG_OK && i < state->gone.count; i++)
		status = lg_state_remove_lock(state, state->gone.item[i], err);
	if (status == LG_OK)
		lg_strlist_release(&state->gone);
	for (size_t i = 0; status == LG_OK && i < state->lock_count; i++)
		status = lg_state_write_lock(state, state->lock[i], 0, err);
	if (status == LG_OK && state->unsaved)
		status = lg_error_set(err, LG_ERR_IO, LG_STATE_LOCKS,
				      "a copy could not be written");
	if (status == LG_OK)
		status = lg_picture_write(state, err);
	return status != LG_OK ? status : write_owed(state, err);
}

enum lg_status lg_picture_flush(struct lg_state *state, struct lg_error *err)
{
	struct lg_error failed = {0};
	enum lg_status status;

	if (!state->unsaved || state->mode == LG_STATE_READ)
		return LG_OK;
	state->unsaved = 0;
	status = write_all(state, &failed);
	state->unsaved = status != LG_OK;
	if (status == LG_OK) {
		lg_state_quiet(state, LG_STATE_UNWRITTEN);
		lg_state_quiet(state, LG_JOURNAL_UNWRITTEN);
		return LG_OK;
	}
	lg_state_unwritten(
		state, &failed,
		"it counts all the same, and writing it is tried again");
	if (err)
		*err = failed;
	return status;
}
