/* SPDX-License-Identifier: ISC */
/*
 * state.c - writing what must survive
 *
 * Disk first, memory second: when a write fails, the state still says what is
 * on disk. What registry.reg says after a write is read back and compared
 * before anybody relies on it (A3).
 */
#include "app/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/instant.h>

#include "app/stored_values.h"

void lg_state_free(struct lg_state **state)
{
	if (!state || !*state)
		return;
	lg_registry_free(&(*state)->values);
	lg_findings_free(&(*state)->findings);
	lg_lock_free(&(*state)->lock);
	lg_strlist_release(&(*state)->loud);
	free(*state);
	*state = NULL;
}

int lg_state_locked(const struct lg_state *state)
{
	switch (state->lock->phase) {
	case LG_LOCK_NONE:
	case LG_LOCK_PENDING:
		return 0;
	case LG_LOCK_APPLYING:
	case LG_LOCK_ACTIVE:
	case LG_LOCK_LIFTING:
		return 1;
	}
	return 0;
}

void lg_state_loud(struct lg_state *state, const char *format, ...)
{
	struct lg_error text;
	char line[1024];
	va_list arguments;
	size_t i;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	/* Takes control characters out. */
	lg_error_set(&text, LG_OK, NULL, "%s", line);
	for (i = 0; i < state->loud.count; i++)
		if (!strcmp(state->loud.item[i], text.text))
			return;
	lg_strlist_add(&state->loud, text.text, strlen(text.text), NULL);
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
	struct lg_now now;

	state->clock->now(state->clock->self, &now);
	return now;
}

static enum lg_status read_back(const struct lg_files *files,
				const struct lg_registry *wanted,
				const char *name, struct lg_error *err)
{
	struct lg_registry *found = NULL;
	struct lg_buffer text = {0};
	enum lg_status status;

	status = files->read(files->self, name, &text, err);
	if (!status)
		status = lg_stored_values_parse(files, text.data, text.len,
						name, LG_STORED_END_REQUIRED,
						&found, err);
	if (!status && !lg_stored_values_equal(wanted, found))
		status = lg_error_set(err, LG_ERR_IO, name,
				      "does not hold what was written to it");
	lg_registry_free(&found);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_state_save_values(struct lg_state *state,
				    const struct lg_registry *values,
				    struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_registry *copy = NULL;
	struct lg_buffer text = {0};
	enum lg_status status;

	status = lg_registry_copy(values, &copy, err);
	if (!status)
		status = lg_stored_values_render(files, values, &text, err);
	if (!status)
		status = files->replace(files->self, LG_STATE_REGISTRY,
					text.data, text.len, err);
	if (!status)
		status = read_back(files, values, LG_STATE_REGISTRY, err);
	if (!status)
		status = files->replace(files->self, LG_STATE_REGISTRY_GOOD,
					text.data, text.len, err);
	if (!status) {
		lg_registry_free(&state->values);
		state->values = copy;
		copy = NULL;
	}
	lg_registry_free(&copy);
	lg_buffer_release(&text);
	return status;
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
	if (!status)
		status = files->replace(files->self, name, text.data, text.len,
					err);
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
	if (!status)
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

	status = lg_findings_render(findings, &text, err);
	if (!status)
		status = lg_findings_parse(text.data, text.len, "findings",
					   out_copy, err);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_state_save_findings(struct lg_state *state,
				      const struct lg_findings *findings,
				      struct lg_error *err)
{
	struct lg_findings *copy = NULL;
	enum lg_status status = LG_OK;

	if (findings)
		status = lg_state_copy_findings(findings, &copy, err);
	if (!status)
		status = lg_state_write_findings(
			state->files, LG_STATE_FINDINGS, findings, err);
	if (!status) {
		lg_findings_free(&state->findings);
		state->findings = copy;
		copy = NULL;
	}
	lg_findings_free(&copy);
	return status;
}

enum lg_status lg_state_save_lock(struct lg_state *state,
				  const struct lg_lock *lock,
				  struct lg_error *err)
{
	struct lg_lock *copy = NULL;
	struct lg_buffer text = {0};
	enum lg_status status;

	status = lg_lock_copy(lock, &copy, err);
	if (!status)
		status = lg_lock_render(copy, &text, err);
	if (!status)
		status =
			state->files->replace(state->files->self, LG_STATE_LOCK,
					      text.data, text.len, err);
	if (!status) {
		lg_lock_free(&state->lock);
		state->lock = copy;
		copy = NULL;
	}
	lg_lock_free(&copy);
	lg_buffer_release(&text);
	return status;
}

/* TIME-NUMBER, so that names sort by age and none is taken twice. */
static enum lg_status free_name(const struct lg_state *state, char *out_name,
				size_t size, struct lg_error *err)
{
	struct lg_now now = lg_state_now(state);
	char at[LG_INSTANT_SIZE];
	char path[128];
	unsigned int number;

	lg_instant_format(now.wall_ms / 1000, at);
	for (number = 1; number < 10000; number++) {
		enum lg_status status;
		uint64_t taken = 0;

		snprintf(out_name, size, "%.4s%.2s%.2sT%.2s%.2s%.2sZ-%04u", at,
			 at + 5, at + 8, at + 11, at + 14, at + 17, number);
		snprintf(path, sizeof(path), LG_STATE_BACKUPS "/%s.reg",
			 out_name);
		status = state->files->size(state->files->self, path, &taken,
					    err);
		if (status || !taken)
			return status;
	}
	return lg_error_set(err, LG_ERR_LIMIT, LG_STATE_BACKUPS,
			    "there are 9999 back-ups of this second");
}

enum lg_status lg_state_backup(struct lg_state *state,
			       struct lg_buffer *out_name, struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_buffer text = {0};
	enum lg_status status;
	char name[64];
	char path[128];

	status = free_name(state, name, sizeof(name), err);
	if (!status)
		status = lg_stored_values_render(files, state->values, &text,
						 err);
	if (!status && state->findings) {
		snprintf(path, sizeof(path), LG_STATE_BACKUPS "/%s.findings",
			 name);
		status = lg_state_write_findings(files, path, state->findings,
						 err);
	}
	if (!status) {
		snprintf(path, sizeof(path), LG_STATE_BACKUPS "/%s.reg", name);
		status = files->replace(files->self, path, text.data, text.len,
					err);
	}
	if (!status) {
		lg_buffer_text(out_name, name);
		status = lg_buffer_status(out_name, err);
	}
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_state_read_backup(const struct lg_state *state,
				    const char *name,
				    struct lg_registry **out_values,
				    struct lg_findings **out_findings,
				    struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_findings *findings = NULL;
	struct lg_registry *values = NULL;
	struct lg_buffer text = {0};
	enum lg_status status;
	char path[160];
	size_t len = strlen(name);

	if (len > 4 && !strcmp(name + len - 4, ".reg"))
		len -= 4;
	if (!len || len > 100 || memchr(name, '/', len) || *name == '.')
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, name,
				    "is not the name of a back-up");
	snprintf(path, sizeof(path), LG_STATE_BACKUPS "/%.*s.reg", (int)len,
		 name);
	status = files->read(files->self, path, &text, err);
	if (!status)
		status = lg_stored_values_parse(files, text.data, text.len,
						path, LG_STORED_END_REQUIRED,
						&values, err);
	if (!status) {
		snprintf(path, sizeof(path), LG_STATE_BACKUPS "/%.*s.findings",
			 (int)len, name);
		if (lg_state_read_findings(files, path, &findings, NULL))
			findings = NULL;
		*out_values = values;
		*out_findings = findings;
	}
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_state_reread(struct lg_state *state,
			       struct lg_state_fresh *out_fresh,
			       struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_state_fresh fresh = {0};
	enum lg_status status;

	status = files->read(files->self, LG_STATE_REGISTRY, &fresh.text, err);
	if (status == LG_ERR_UNKNOWN_KEY && !lg_state_locked(state) &&
	    state->values && !lg_registry_count(state->values)) {
		/* Nothing was ever set, and nothing is. */
		*out_fresh = fresh;
		return LG_OK;
	}
	if (!status)
		status = lg_stored_values_parse(
			files, fresh.text.data, fresh.text.len,
			LG_STATE_REGISTRY,
			lg_state_locked(state) ? LG_STORED_END_REQUIRED
					       : LG_STORED_END_OPTIONAL,
			&fresh.values, err);
	if (status) {
		lg_state_loud(state,
			      "registry.reg could not be read again (%s); the "
			      "values read before stay in force",
			      err ? err->text : "");
		lg_state_fresh_release(&fresh);
		return status;
	}
	if (lg_state_read_findings(files, LG_STATE_FINDINGS, &fresh.findings,
				   NULL))
		fresh.findings = NULL;
	*out_fresh = fresh;
	return LG_OK;
}

enum lg_status lg_state_take(struct lg_state *state,
			     struct lg_state_fresh *fresh, struct lg_error *err)
{
	const struct lg_files *files = state->files;
	enum lg_status status;

	if (!fresh->values)
		return LG_OK;
	/* It was read whole, so it is the last good copy now. */
	status = files->replace(files->self, LG_STATE_REGISTRY_GOOD,
				fresh->text.data, fresh->text.len, err);
	if (status)
		return status;
	lg_registry_free(&state->values);
	state->values = fresh->values;
	fresh->values = NULL;
	if (fresh->findings) {
		lg_findings_free(&state->findings);
		state->findings = fresh->findings;
		fresh->findings = NULL;
	}
	return LG_OK;
}

void lg_state_fresh_release(struct lg_state_fresh *fresh)
{
	lg_registry_free(&fresh->values);
	lg_findings_free(&fresh->findings);
	lg_buffer_release(&fresh->text);
}
