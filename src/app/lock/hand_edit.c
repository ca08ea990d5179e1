/* SPDX-License-Identifier: ISC */
/*
 * hand_edit.c - what somebody wrote into registry.reg and never said
 *
 * The file is known by its digest as it was written or read last. What is
 * neither that nor what it is to say now is a person's, and is kept before it
 * is written over.
 */

#include <stdio.h>
#include <string.h>

#include "base/instant.h"

#include "app/lock/lock_change.h"
#include "app/lock/picture.h"
#include "app/lock/stored_values.h"

/* A name of a back-up that holds nothing, or this already. */
static void name_hand_edit(const struct lg_state *state,
			   const struct lg_buffer *text, char *out_path,
			   size_t size)
{
	const struct lg_files *files = state->files;
	struct lg_now now = lg_state_now(state);
	struct lg_buffer kept = {0};
	char at[LG_INSTANT_SIZE];
	unsigned int number = 0;
	enum lg_status status;
	char more[16] = "";

	lg_instant_format(now.wall_ms / 1000, at);
	do {
		if (number++)
			snprintf(more, sizeof(more), "-%u", number);
		snprintf(out_path, size,
			 LG_STATE_BACKUPS
			 "/%.4s%.2s%.2sT%.2s%.2s%.2sZ-by-hand%s.reg",
			 at, at + 5, at + 8, at + 11, at + 14, at + 17, more);
		lg_buffer_clear(&kept);
		status = files->read(files->self, out_path, &kept, NULL);
	} while (status == LG_OK && !lg_files_same(&kept, text));
	lg_buffer_release(&kept);
}

/* What a person wrote into registry.reg and is about to be written over. */
static enum lg_status keep_hand_edit(struct lg_state *state,
				     const struct lg_buffer *text,
				     struct lg_error *err)
{
	enum lg_status status;
	char path[96];

	name_hand_edit(state, text, path, sizeof(path));
	status = lg_files_put(state->files, path, text, err);
	if (status == LG_OK)
		lg_state_loud(state,
			      "registry.reg was changed by hand and not read "
			      "since (logongate registry import puts values in "
			      "force); it is written over, and what stood "
			      "there is kept as %s",
			      path);
	return status;
}

enum lg_status lg_hand_edit_spare(struct lg_state *state, const char *name,
				  struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_error unread = {0};
	struct lg_buffer text = {0};
	struct lg_buffer kept = {0};
	enum lg_status status = files->read(files->self, name, &text, &unread);

	lg_buffer_release(&text);
	if (status != LG_ERR_DENIED)
		return LG_OK;
	status = files->set_aside(files->self, name, &kept, err);
	if (status == LG_OK)
		lg_state_loud(state,
			      "%s: %s; nobody knows what stands there, so it "
			      "is kept as %s before it is written anew",
			      name, unread.text, kept.data);
	lg_buffer_release(&kept);
	return status;
}

/* Where nobody knows what registry.reg was last: it is a picture, or says what
 * was set by hand as it was read. */
static int is_known(const struct lg_state *state, const struct lg_buffer *text)
{
	return lg_picture_is_marked(text) ||
	       (state->standing && lg_picture_is_standing(state, text));
}

enum lg_status lg_hand_edit_check(struct lg_state *state,
				  struct lg_strlist *changed,
				  struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_registry *values = NULL;
	struct lg_registry *found = NULL;
	struct lg_buffer expected = {0};
	struct lg_buffer text = {0};
	enum lg_status read =
		files->read(files->self, LG_STATE_REGISTRY, &text, NULL);
	enum lg_status status = LG_OK;
	char digest[LG_DIGEST_SIZE];

	if (read == LG_ERR_DENIED)
		status = lg_hand_edit_spare(state, LG_STATE_REGISTRY, err);
	if (status == LG_OK)
		status = lg_hand_edit_spare(state, LG_STATE_REGISTRY_GOOD, err);
	if (status != LG_OK || read != LG_OK)
		goto out;
	if (*state->picture) {
		status = lg_files_digest(files, &text, digest, err);
		if (status != LG_OK || !strcmp(digest, state->picture))
			goto out;
	} else if (is_known(state, &text)) {
		goto out;
	}
	/* A process that ended while it wrote has left one or the other. */
	status = lg_picture_text(state, &expected, err);
	if (status != LG_OK || lg_files_same(&expected, &text))
		goto out;
	status = keep_hand_edit(state, &text, err);
	if (status == LG_OK && changed &&
	    lg_stored_values_parse(files, text.data, text.len,
				   LG_STATE_REGISTRY, LG_STORED_END_OPTIONAL,
				   &found, NULL) == LG_OK) {
		status = lg_picture_values(state, &values, err);
		if (status == LG_OK)
			status = lg_registry_differences(values, found, changed,
							 err);
	}
out:
	lg_registry_free(&values);
	lg_registry_free(&found);
	lg_buffer_release(&expected);
	lg_buffer_release(&text);
	return status;
}
