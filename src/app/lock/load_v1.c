/* SPDX-License-Identifier: ISC */
/*
 * load_v1.c - carrying over the one lock of an earlier version
 *
 * Then registry.reg was the lock's values with what was there before under
 * them, and lock.json had the earlier text. So it becomes a lock that stands
 * in place of the standing values, and the earlier text becomes these. Until
 * its file is written lock.json stays as it was: whoever starts next does it
 * again.
 */
#include "app/lock/state_loading.h"

#include <stdio.h>
#include <string.h>

#include "app/lock/backup.h"
#include "app/lock/picture.h"
#include "app/lock/stored_values.h"

#define PENDING "pending.reg"
#define PENDING_FINDINGS "pending.findings"
#define APPLIED "applied.reg"

/* What stood in registry.reg before the lock: its record, its back-up. */
static enum lg_status load_earlier(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	const char *earlier = loading->record.earlier;
	const char *backup = loading->record.lock->backup;
	struct lg_registry *values = NULL;
	struct lg_registry *kept = NULL;

	lg_registry_free(&state->standing);
	lg_findings_free(&state->findings);
	if (earlier &&
	    lg_stored_values_parse(state->files, earlier, strlen(earlier),
				   LG_STATE_LOCK, LG_STORED_END_OPTIONAL,
				   &values, NULL) != LG_OK)
		values = NULL;
	if (backup &&
	    lg_backup_read(state, backup, &kept, &state->findings, NULL) ==
		    LG_OK &&
	    !values) {
		values = kept;
		kept = NULL;
	}
	lg_registry_free(&kept);
	if (!values) {
		lg_state_loud(state, "what was there before the lock is lost; "
				     "it will be lifted to no values at all");
		return lg_registry_new(&state->standing, loading->err);
	}
	state->standing = values;
	return LG_OK;
}

/* An id that comes out the same when it has to be done again. */
static enum lg_status name_it(struct lg_state *state, struct lg_lock *lock,
			      struct lg_error *err)
{
	struct lg_buffer seed = {0};
	char digest[LG_DIGEST_SIZE];
	enum lg_status status;

	lg_buffer_format(&seed, "v1 %llu %lld %s",
			 (unsigned long long)lock->generation,
			 (long long)lock->until.wall_s,
			 lock->profile ? lock->profile : "");
	status = lg_buffer_status(&seed, err);
	if (status == LG_OK)
		status = lg_files_digest(state->files, &seed, digest, err);
	if (status == LG_OK)
		snprintf(lock->id, sizeof(lock->id), "lg-%.12s", digest);
	lg_buffer_release(&seed);
	return status;
}

static enum lg_status add_it(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_lock *lock = loading->record.lock;
	enum lg_status status = name_it(state, lock, loading->err);

	if (status == LG_OK)
		status = lg_state_add(state, lock, loading->err);
	if (status == LG_OK)
		loading->record.lock = NULL;
	return status;
}

/* In force: registry.reg (or its good copy) is what it sets. */
static enum lg_status carry_active(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_lock *lock = loading->record.lock;
	struct lg_error err = {0};
	enum lg_status status;

	status = lg_loading_picture(state, NULL, &lock->values, &err);
	if (lg_loading_is_fatal(loading, status, &err))
		return status;
	if (status != LG_OK) {
		lg_state_loud(state,
			      "registry.reg cannot be read and there is no "
			      "good copy: the gate has no policy it can trust");
		state->unread = 1;
	}
	lock->replaces = 1;
	lock->start = (struct lg_deadline){0};
	lock->findings = state->findings;
	lock->asked = lock->findings != NULL;
	state->findings = NULL;
	status = load_earlier(loading);
	return status != LG_OK ? status : add_it(loading);
}

static enum lg_status carry_pending(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	struct lg_lock *lock = loading->record.lock;
	struct lg_error err = {0};
	enum lg_status status;

	status = lg_stored_values_read(state->files, PENDING,
				       LG_STORED_END_REQUIRED, &lock->values,
				       NULL, &err);
	if (lg_loading_is_fatal(loading, status, &err))
		return status;
	if (status != LG_OK) {
		lg_state_loud(state,
			      "the lock that waited is lost: " PENDING
			      " cannot be read: %s; apply it again",
			      err.text);
		return LG_OK;
	}
	if (lg_state_read_findings(state->files, PENDING_FINDINGS,
				   &lock->findings, NULL) != LG_OK)
		lock->findings = NULL;
	lock->asked = lock->findings != NULL;
	lock->since_s = 0;
	return add_it(loading);
}

static enum lg_status write_it(struct lg_loading *loading)
{
	static const char *const gone[] = {PENDING, PENDING_FINDINGS, APPLIED};
	struct lg_state *state = loading->state;
	const struct lg_files *files = state->files;
	struct lg_buffer text = {0};
	enum lg_status status = LG_OK;

	if (state->mode == LG_STATE_READ || state->unread)
		return LG_OK;
	/* What stands in registry.reg is that version's own. */
	if (files->read(files->self, LG_STATE_REGISTRY, &text, NULL) == LG_OK)
		status = lg_files_digest(files, &text, state->picture,
					 loading->err);
	lg_buffer_clear(&text);
	if (status == LG_OK && lg_state_locked(state)) {
		status = lg_stored_values_render(files, state->standing, &text,
						 loading->err);
		if (status == LG_OK)
			status = lg_files_put(files, LG_STATE_STANDING, &text,
					      loading->err);
	}
	for (size_t i = 0; status == LG_OK && i < state->lock_count; i++)
		status = lg_state_write_lock(state, state->lock[i], 1,
					     loading->err);
	if (status == LG_OK)
		status = lg_state_write_findings(files, LG_STATE_FINDINGS,
						 state->findings, loading->err);
	if (status == LG_OK)
		status = lg_picture_write(state, loading->err);
	for (size_t i = 0; status == LG_OK && i < sizeof(gone) / sizeof(*gone);
	     i++)
		files->remove(files->self, gone[i], NULL);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_loading_carry_v1(struct lg_loading *loading)
{
	struct lg_state *state = loading->state;
	enum lg_lock_phase phase = loading->record.phase;
	struct lg_registry *values = NULL;
	char digest[LG_DIGEST_SIZE] = "";
	enum lg_status status = LG_OK;

	/* An apply whose values are all on disk is in force, any other never
	 * was; a lift that began is finished. */
	if (phase == LG_PHASE_APPLYING) {
		lg_stored_values_read(state->files, LG_STATE_REGISTRY,
				      LG_STORED_END_REQUIRED, &values, digest,
				      NULL);
		lg_registry_free(&values);
		phase = strcmp(digest, loading->record.digest)
				? LG_PHASE_LIFTING
				: LG_PHASE_ACTIVE;
	}
	switch (phase) {
	case LG_PHASE_NONE:
	case LG_PHASE_APPLYING:
		return LG_OK;
	case LG_PHASE_PENDING:
		status = carry_pending(loading);
		break;
	case LG_PHASE_ACTIVE:
		status = carry_active(loading);
		break;
	case LG_PHASE_LIFTING:
		lg_state_loud(state, "a change that was interrupted is undone:"
				     " the earlier values are back");
		status = load_earlier(loading);
		break;
	}
	return status != LG_OK ? status : write_it(loading);
}
