/* SPDX-License-Identifier: ISC */
/*
 * backup.c - what was in force before, kept for a while
 *
 * Names are TIME-NUMBER, so they sort by age and none is taken twice. Lists
 * are named by their digest: one that no text in state_dir names any more is
 * of no use to anybody.
 */
#include "app/lock/backup.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"

#include "app/lock/stored_values.h"

#define LISTS "lists"
#define DAMAGED "damaged"
#define DAY_S 86400

static enum lg_status free_name(const struct lg_state *state, char *out_name,
				size_t size, struct lg_error *err)
{
	struct lg_now now = lg_state_now(state);
	char at[LG_INSTANT_SIZE];
	char path[128];

	lg_instant_format(now.wall_ms / 1000, at);
	for (unsigned int number = 1; number < 10000; number++) {
		enum lg_status status;
		uint64_t taken = 0;

		snprintf(out_name, size, "%.4s%.2s%.2sT%.2s%.2s%.2sZ-%04u", at,
			 at + 5, at + 8, at + 11, at + 14, at + 17, number);
		snprintf(path, sizeof(path), LG_STATE_BACKUPS "/%s.reg",
			 out_name);
		status = state->files->size(state->files->self, path, &taken,
					    err);
		if (status != LG_OK || !taken)
			return status;
	}
	return lg_error_set(err, LG_ERR_LIMIT, LG_STATE_BACKUPS,
			    "there are 9999 back-ups of this second");
}

enum lg_status lg_backup_write(struct lg_state *state,
			       struct lg_buffer *out_name, struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_buffer text = {0};
	enum lg_status status;
	char name[64];
	char path[128];

	if (!state->standing) {
		lg_buffer_text(out_name, "");
		return lg_buffer_status(out_name, err);
	}
	status = free_name(state, name, sizeof(name), err);
	if (status == LG_OK)
		status = lg_stored_values_render(files, state->standing, &text,
						 err);
	if (status == LG_OK && state->findings) {
		snprintf(path, sizeof(path), LG_STATE_BACKUPS "/%s.findings",
			 name);
		status = lg_state_write_findings(files, path, state->findings,
						 err);
	}
	if (status == LG_OK) {
		snprintf(path, sizeof(path), LG_STATE_BACKUPS "/%s.reg", name);
		status = lg_files_put(files, path, &text, err);
	}
	if (status == LG_OK) {
		lg_buffer_text(out_name, name);
		status = lg_buffer_status(out_name, err);
	}
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_backup_read(const struct lg_state *state, const char *name,
			      struct lg_registry **out_values,
			      struct lg_findings **out_findings,
			      struct lg_error *err)
{
	const struct lg_files *files = state->files;
	struct lg_findings *findings = NULL;
	struct lg_registry *values = NULL;
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
	status = lg_stored_values_read(files, path, LG_STORED_END_REQUIRED,
				       &values, NULL, err);
	if (status == LG_OK) {
		snprintf(path, sizeof(path), LG_STATE_BACKUPS "/%.*s.findings",
			 (int)len, name);
		if (lg_state_read_findings(files, path, &findings, NULL) !=
		    LG_OK)
			findings = NULL;
		*out_values = values;
		*out_findings = findings;
	}
	return status;
}

static int is_of_a_lock(const struct lg_state *state, const char *name)
{
	for (size_t i = 0; i < state->lock_count; i++) {
		const char *backup = state->lock[i]->backup;

		if (backup && *backup && !strncmp(name, backup, strlen(backup)))
			return 1;
	}
	return 0;
}

/* "20261129T160411Z-0001.reg" to seconds */
int64_t lg_backup_made_s(const char *name)
{
	char at[LG_INSTANT_SIZE];
	int64_t made = 0;

	if (strlen(name) < 20 || name[8] != 'T' || name[15] != 'Z')
		return 0;
	snprintf(at, sizeof(at), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", name,
		 name + 4, name + 6, name + 9, name + 11, name + 13);
	if (lg_instant_parse(at, strlen(at), &made, NULL) != LG_OK)
		return 0;
	return made;
}

static void remove_old_backups(struct lg_state *state, int64_t before_s)
{
	const struct lg_files *files = state->files;
	struct lg_strlist names = {0};
	char path[320];

	files->list(files->self, LG_STATE_BACKUPS, &names, NULL);
	for (size_t i = 0; i < names.count; i++) {
		int64_t made = lg_backup_made_s(names.item[i]);

		if (!made || made >= before_s ||
		    is_of_a_lock(state, names.item[i]))
			continue;
		snprintf(path, sizeof(path), LG_STATE_BACKUPS "/%.250s",
			 names.item[i]);
		files->remove(files->self, path, NULL);
	}
	lg_strlist_release(&names);
}

/* Adds what a folder's texts say to the text in which lists are looked for. */
static enum lg_status add_texts(const struct lg_files *files,
				const char *folder, struct lg_buffer *texts)
{
	struct lg_strlist names = {0};
	enum lg_status status;
	char path[320];

	status = files->list(files->self, folder, &names, NULL);
	for (size_t i = 0; status == LG_OK && i < names.count; i++) {
		const char *name = names.item[i];
		size_t len = strlen(name);

		if (!(len > 4 && !strcmp(name + len - 4, ".reg")) &&
		    !(len > 5 && !strcmp(name + len - 5, ".json")) &&
		    strcmp(folder, DAMAGED))
			continue;
		snprintf(path, sizeof(path), "%s%s%.250s", folder,
			 *folder ? "/" : "", name);
		status = files->read(files->self, path, texts, NULL);
	}
	lg_strlist_release(&names);
	return status;
}

static void remove_unnamed_lists(struct lg_state *state)
{
	static const char *const folders[] = {"", LG_STATE_LOCKS,
					      LG_STATE_BACKUPS, DAMAGED};
	const struct lg_files *files = state->files;
	struct lg_strlist names = {0};
	struct lg_buffer texts = {0};
	enum lg_status status = LG_OK;
	char path[320];

	files->list(files->self, LISTS, &names, NULL);
	/* Where any text cannot be read, it may be the one that names it. */
	for (size_t i = 0; names.count && status == LG_OK &&
			   i < sizeof(folders) / sizeof(*folders);
	     i++)
		status = add_texts(files, folders[i], &texts);
	if (status == LG_OK)
		lg_buffer_text(&texts, "");
	for (size_t i = 0;
	     status == LG_OK && texts.status == LG_OK && i < names.count; i++) {
		char digest[LG_DIGEST_SIZE];

		snprintf(digest, sizeof(digest), "%.64s", names.item[i]);
		if (strlen(digest) != LG_DIGEST_SIZE - 1 ||
		    memmem(texts.data, texts.len, digest, LG_DIGEST_SIZE - 1))
			continue;
		snprintf(path, sizeof(path), LISTS "/%.250s", names.item[i]);
		files->remove(files->self, path, NULL);
	}
	lg_buffer_release(&texts);
	lg_strlist_release(&names);
}

void lg_backup_prune(struct lg_state *state, unsigned int keep_days)
{
	struct lg_now now = lg_state_now(state);

	if (!keep_days || state->mode == LG_STATE_READ || state->unsaved)
		return;
	remove_old_backups(state,
			   now.wall_ms / 1000 - (int64_t)keep_days * DAY_S);
	remove_unnamed_lists(state);
}
