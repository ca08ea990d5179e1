/* SPDX-License-Identifier: ISC */
/*
 * standing.c - values that were set by hand: import, restore, reload
 *
 * They have no end, concern everybody and change only while no lock is in
 * force: a lift leaves exactly what was there before.
 */
#include "app/lock/lock_change.h"

#include <string.h>

#include "app/lock/backup.h"
#include "app/lock/state.h"
#include "app/lock/picture.h"
#include "app/lock/stored_values.h"

#define UNREAD "registry.reg could not be read again"

enum lg_status lg_registry_differences(const struct lg_registry *a,
				       const struct lg_registry *b,
				       struct lg_strlist *names,
				       struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < lg_registry_count(a); i++) {
		const struct lg_value *value = lg_registry_at(a, i);

		if (!lg_registry_has(b, value))
			status = lg_strlist_add(names, value->name,
						strlen(value->name), err);
	}
	for (size_t i = 0; status == LG_OK && i < lg_registry_count(b); i++) {
		const struct lg_value *value = lg_registry_at(b, i);

		if (!lg_registry_find(a, value->key, value->name))
			status = lg_strlist_add(names, value->name,
						strlen(value->name), err);
	}
	return status;
}

enum lg_status lg_standing_check(const struct lg_registry *values,
				 struct lg_error *err)
{
	if (!lg_values_concern_some(values))
		return LG_OK;
	return lg_error_set(err, LG_ERR_SYNTAX, LG_VALUE_APPLIES_TO,
			    "says whom a lock concerns, and values that are "
			    "set by hand concern everybody; logongate apply "
			    "locks some, by [applies_to] of a profile");
}

enum lg_status lg_standing_write(struct lg_state *state,
				 enum lg_journal_event event, const char *by,
				 const struct lg_registry *values,
				 const struct lg_findings *findings,
				 struct lg_strlist *names, struct lg_error *err)
{
	struct lg_lock entry = {0};
	struct lg_buffer name = {0};
	enum lg_status status;

	if (lg_state_locked(state)) {
		lg_error_set(err, LG_ERR_CONFLICT, NULL,
			     "a lock is in force; lift it first");
		return lg_error_code(err, "already-in-force");
	}
	status = lg_standing_check(values, err);
	if (status == LG_OK)
		status = lg_picture_flush(state, err);
	if (status == LG_OK)
		status = lg_hand_edit_check(state, NULL, err);
	if (status == LG_OK)
		status = lg_backup_write(state, &name, err);
	if (status == LG_OK && names && state->standing)
		status = lg_registry_differences(state->standing, values, names,
						 err);
	if (status == LG_OK)
		status = lg_state_save_standing(state, values, findings, err);
	if (status == LG_OK) {
		state->generation++;
		entry.backup = name.len ? name.data : NULL;
		entry.max_duration_s = -1;
		if (lg_picture_write_record(state, NULL) != LG_OK)
			state->unsaved = 1;
		lg_lock_journal_done(state, event, &entry, by, "done", 0);
	}
	lg_buffer_release(&name);
	return status;
}

/* While a lock is in force registry.reg only shows what is: it is made again,
 * and who edited it is told that nothing was read. */
static enum lg_status look_at_picture(struct lg_state *state,
				      struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_registry *values = NULL;
	struct lg_strlist changed = {0};
	struct lg_buffer kept = {0};
	struct lg_error failed = {0};
	enum lg_status status = lg_stored_values_read(files, LG_STATE_REGISTRY,
						      LG_STORED_END_REQUIRED,
						      &values, NULL, &failed);

	if (status != LG_OK) {
		if (status != LG_ERR_UNKNOWN_KEY)
			files->set_aside(files->self, LG_STATE_REGISTRY, &kept,
					 NULL);
		lg_state_loud(state,
			      UNREAD " (%s); it is made again from the locks "
				     "in force",
			      failed.text);
		if (err)
			*err = failed;
	} else {
		lg_state_quiet(state, UNREAD);
		status = lg_hand_edit_check(state, &changed, err);
		if (status == LG_OK && changed.count)
			status = lg_error_set(
				err, LG_ERR_CONFLICT, LG_STATE_REGISTRY,
				"was changed by hand while a lock is in force, "
				"and shows only what is; what stood there is "
				"kept as a back-up");
	}
	if (lg_picture_write(state, &failed) != LG_OK) {
		lg_state_unwritten(state, &failed, "it is tried again");
		if (status == LG_OK && err)
			*err = failed;
		if (status == LG_OK)
			status = failed.status;
	}
	lg_strlist_release(&changed);
	lg_registry_free(&values);
	lg_buffer_release(&kept);
	return status;
}

enum lg_status lg_standing_read(struct lg_state *state,
				struct lg_standing_fresh *out_fresh,
				struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_standing_fresh fresh = {0};
	enum lg_status status;

	if (lg_state_locked(state)) {
		*out_fresh = fresh;
		return look_at_picture(state, err);
	}
	status = files->read(files->self, LG_STATE_REGISTRY, &fresh.text, err);
	if (status == LG_ERR_UNKNOWN_KEY && state->standing &&
	    !lg_registry_count(state->standing)) {
		/* Nothing was ever set, and nothing is. */
		*out_fresh = fresh;
		return LG_OK;
	}
	if (status == LG_OK)
		status = lg_stored_values_parse(
			files, fresh.text.data ? fresh.text.data : "",
			fresh.text.len, LG_STATE_REGISTRY,
			LG_STORED_END_OPTIONAL, &fresh.values, err);
	if (status != LG_OK) {
		lg_state_loud(state,
			      UNREAD " (%s); the values read before stay in "
				     "force",
			      err ? err->text : "");
		lg_standing_fresh_release(&fresh);
		return status;
	}
	lg_state_quiet(state, UNREAD);
	if (lg_state_read_findings(files, LG_STATE_FINDINGS, &fresh.findings,
				   NULL) != LG_OK)
		fresh.findings = NULL;
	*out_fresh = fresh;
	return LG_OK;
}

enum lg_status lg_standing_take(struct lg_state *state,
				struct lg_standing_fresh *fresh,
				struct lg_error *err)
{
	const struct lg_files *files = state->files;
	char digest[LG_DIGEST_SIZE];
	enum lg_status status;

	if (!fresh->values)
		return LG_OK;
	status = lg_files_digest(files, &fresh->text, digest, err);
	/* It was read whole, so it is the last good copy now. */
	if (status == LG_OK)
		status = lg_files_put(files, LG_STATE_REGISTRY_GOOD,
				      &fresh->text, err);
	if (status != LG_OK)
		return status;
	memcpy(state->picture, digest, sizeof(digest));
	lg_registry_free(&state->standing);
	state->standing = fresh->values;
	fresh->values = NULL;
	if (fresh->findings) {
		lg_findings_free(&state->findings);
		state->findings = fresh->findings;
		fresh->findings = NULL;
	}
	return LG_OK;
}

void lg_standing_fresh_release(struct lg_standing_fresh *fresh)
{
	lg_registry_free(&fresh->values);
	lg_findings_free(&fresh->findings);
	lg_buffer_release(&fresh->text);
}
