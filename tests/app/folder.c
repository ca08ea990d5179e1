/* SPDX-License-Identifier: ISC */
/*
 * folder.c - the real file adapter in a folder of its own, with a write that
 * can be made to fail as on a full disk
 */
#include "folder.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"

#include "adapters/system/state_dir.h"

static enum lg_status may_write(struct folder *folder, const char *name,
				struct lg_error *err)
{
	folder->writes++;
	if ((folder->fail_write && folder->writes >= folder->fail_write) ||
	    (folder->killed_write && folder->writes >= folder->killed_write))
		return lg_error_set(err, LG_ERR_IO, name,
				    "cannot write: No space left on device");
	return LG_OK;
}

static enum lg_status folder_files_read(void *self, const char *name,
					struct lg_buffer *out_bytes,
					struct lg_error *err)
{
	struct folder *folder = self;
	char *text = folder->denied ? folder_read(folder, name) : NULL;
	int is_denied = text && strstr(text, folder->denied);

	free(text);
	if (is_denied)
		return lg_error_set(err, LG_ERR_DENIED, name,
				    "cannot read: Permission denied");
	return folder->real.read(folder->real.self, name, out_bytes, err);
}

static enum lg_status folder_files_read_at(void *self, const char *name,
					   uint64_t offset, size_t max,
					   struct lg_buffer *out_bytes,
					   struct lg_error *err)
{
	struct folder *folder = self;

	return folder->real.read_at(folder->real.self, name, offset, max,
				    out_bytes, err);
}

static enum lg_status folder_files_replace(void *self, const char *name,
					   const void *bytes, size_t len,
					   struct lg_error *err)
{
	struct folder *folder = self;
	enum lg_status status = may_write(folder, name, err);

	return status != LG_OK ? status
			       : folder->real.replace(folder->real.self, name,
						      bytes, len, err);
}

static enum lg_status folder_files_append(void *self, const char *name,
					  const void *bytes, size_t len,
					  enum lg_files_sync sync,
					  struct lg_error *err)
{
	struct folder *folder = self;
	enum lg_status status = may_write(folder, name, err);

	return status != LG_OK ? status
			       : folder->real.append(folder->real.self, name,
						     bytes, len, sync, err);
}

static enum lg_status folder_files_remove(void *self, const char *name,
					  struct lg_error *err)
{
	struct folder *folder = self;

	/* Counted only where a kill is to come. */
	if (folder->killed_write) {
		enum lg_status status = may_write(folder, name, err);

		if (status != LG_OK)
			return status;
	}
	return folder->real.remove(folder->real.self, name, err);
}

static enum lg_status folder_files_set_aside(void *self, const char *name,
					     struct lg_buffer *out_kept,
					     struct lg_error *err)
{
	struct folder *folder = self;

	return folder->real.set_aside(folder->real.self, name, out_kept, err);
}

static enum lg_status folder_files_list(void *self, const char *name,
					struct lg_strlist *out_names,
					struct lg_error *err)
{
	struct folder *folder = self;

	return folder->real.list(folder->real.self, name, out_names, err);
}

static enum lg_status folder_files_size(void *self, const char *name,
					uint64_t *out_size,
					struct lg_error *err)
{
	struct folder *folder = self;

	return folder->real.size(folder->real.self, name, out_size, err);
}

static enum lg_status folder_files_digest(void *self, const void *bytes,
					  size_t len,
					  char out_hex[LG_DIGEST_SIZE],
					  struct lg_error *err)
{
	struct folder *folder = self;

	return folder->real.digest(folder->real.self, bytes, len, out_hex, err);
}

static void folder_now(void *self, struct lg_now *out_now)
{
	struct folder *folder = self;

	*out_now = folder->now;
}

void folder_make(struct folder *folder)
{
	const char *tmp = getenv("TMPDIR");

	memset(folder, 0, sizeof(*folder));
	snprintf(folder->path, sizeof(folder->path), "%s/logongate-XXXXXX",
		 tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(folder->path));
	assert_int_equal(lg_state_dir_open(folder->path, LG_STATE_DIR_WRITE,
					   &folder->real, NULL),
			 LG_OK);
	folder->files = (struct lg_files){folder,
					  folder_files_read,
					  folder_files_read_at,
					  folder_files_replace,
					  folder_files_append,
					  folder_files_remove,
					  folder_files_set_aside,
					  folder_files_list,
					  folder_files_size,
					  folder_files_digest,
					  NULL};
	folder->clock = (struct lg_clock){folder, folder_now};
	folder->now.wall_ms = INT64_C(1795299360) * 1000;
	folder->now.boot_ms = 5000;
	snprintf(folder->now.boot_id, sizeof(folder->now.boot_id),
		 "first-boot");
}

static int unlink_one(const char *path, const struct stat *is, int kind,
		      struct FTW *at)
{
	return remove(path);
}

void folder_remove(struct folder *folder)
{
	folder->real.close(folder->real.self);
	nftw(folder->path, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
}

void folder_wait(struct folder *folder, int64_t seconds)
{
	folder->now.wall_ms += seconds * 1000;
	folder->now.boot_ms += seconds * 1000;
}

struct lg_state *folder_load(struct folder *folder)
{
	struct lg_state *state = NULL;
	struct lg_error err = {0};

	if (lg_state_load(&folder->files, &folder->clock, LG_STATE_WRITE,
			  &state, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	return state;
}

static void path_of(const struct folder *folder, const char *name, char *path,
		    size_t size)
{
	snprintf(path, size, "%s/%s", folder->path, name);
}

char *folder_read(const struct folder *folder, const char *name)
{
	struct lg_buffer text = {0};
	char *taken = NULL;

	if (folder->real.read(folder->real.self, name, &text, NULL) == LG_OK) {
		lg_buffer_text(&text, "");
		assert_int_equal(lg_buffer_take(&text, &taken, NULL), LG_OK);
	}
	lg_buffer_release(&text);
	return taken;
}

void folder_write(const struct folder *folder, const char *name,
		  const char *text, size_t len)
{
	char path[512];
	int fd;

	path_of(folder, name, path, sizeof(path));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

void folder_unlink(const struct folder *folder, const char *name)
{
	char path[512];

	path_of(folder, name, path, sizeof(path));
	assert_int_equal(unlink(path), 0);
}

int folder_has(const struct folder *folder, const char *name)
{
	char path[512];

	path_of(folder, name, path, sizeof(path));
	return access(path, F_OK) == 0;
}

int is_loud(const struct lg_state *state, const char *words)
{
	size_t i;

	for (i = 0; i < state->loud.count; i++)
		if (strstr(state->loud.item[i], words))
			return 1;
	return 0;
}

struct lg_registry *values_listing(const char *dn)
{
	struct lg_registry *values = NULL;
	struct lg_strlist list = {0};

	assert_int_equal(lg_strlist_add(&list, dn, strlen(dn), NULL), LG_OK);
	assert_int_equal(lg_registry_new(&values, NULL), LG_OK);
	assert_int_equal(lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
					      LG_VALUE_LOGON_ONLY_AS, &list,
					      NULL),
			 LG_OK);
	assert_int_equal(lg_registry_set_text(values, LG_KEY_PARAMETERS_SYSTEM,
					      LG_VALUE_WHEN_INVALID, "closed",
					      NULL),
			 LG_OK);
	lg_strlist_release(&list);
	return values;
}

struct lg_target_lock request_for(const struct lg_registry *values)
{
	struct lg_target_lock request = {
		.profile = "upgrade",
		.by = "anna",
		.reason = "disks",
		.values = values,
		.for_s = 3600,
		.max_duration_s = 7200,
	};

	return request;
}

struct lg_lock *applied(struct lg_state *state,
			const struct lg_target_lock *request)
{
	struct lg_lock *lock = NULL;
	struct lg_error err = {0};

	if (lg_lock_apply(state, request, &lock, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	return lock;
}

const char *shown(const struct lg_state *state)
{
	static char dn[256];
	struct lg_registry *values = NULL;
	const char *is;

	assert_int_equal(lg_picture_values(state, &values, NULL), LG_OK);
	is = listed(values);
	snprintf(dn, sizeof(dn), "%s", is ? is : "");
	lg_registry_free(&values);
	return is ? dn : NULL;
}

const char *listed(const struct lg_registry *values)
{
	const struct lg_value *value = lg_registry_find(
		values, LG_KEY_PARAMETERS_SYSTEM, LG_VALUE_LOGON_ONLY_AS);

	return value && value->list.count ? value->list.item[0] : NULL;
}
