/* SPDX-License-Identifier: ISC */
/*
 * disk.c - port/files in memory, with all that can happen to a disk
 */
#include "sim/disk.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What becomes of a change. */
enum fate {
	DONE = 0,
	FAILED,     /* nothing happened */
	FAILED_LATE /* it happened and is said not to have */
};

struct disk_file *disk_find(const struct disk *disk, const char *name)
{
	size_t i;

	for (i = 0; i < disk->count; i++)
		if (!strcmp(disk->file[i].name, name))
			return &disk->file[i];
	return NULL;
}

static struct disk_file *make(struct disk *disk, const char *name)
{
	struct disk_file *file = disk_find(disk, name);

	if (file)
		return file;
	disk->file =
		realloc(disk->file, (disk->count + 1) * sizeof(*disk->file));
	file = &disk->file[disk->count++];
	*file = (struct disk_file){.name = strdup(name)};
	return file;
}

void disk_put(struct disk *disk, const char *name, const void *bytes,
	      size_t len)
{
	struct disk_file *file = make(disk, name);

	lg_buffer_clear(&file->bytes);
	lg_buffer_append(&file->bytes, bytes, len);
	file->synced = len;
}

void disk_drop(struct disk *disk, const char *name)
{
	struct disk_file *file = disk_find(disk, name);

	if (!file)
		return;
	free(file->name);
	lg_buffer_release(&file->bytes);
	*file = disk->file[--disk->count];
}

static enum lg_status no_space(const char *name, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_IO, name,
			    "cannot write: No space left on device");
}

/* grows: it needs room. is_part (may be NULL): only a part of it was done. */
static enum fate decide(struct disk *disk, int grows, int *is_part)
{
	disk->changes++;
	if (disk->is_dead)
		return FAILED;
	if (disk->crashes_in && !--disk->crashes_in) {
		uint32_t how = chance_below(disk->chance, is_part ? 3 : 2);

		disk->is_dead = 1;
		if (disk->is_broken || (disk->is_full && grows))
			return FAILED;
		if (how == 2)
			*is_part = 1;
		return how ? FAILED_LATE : FAILED;
	}
	if (disk->is_broken || (disk->is_full && grows)) {
		disk->missteps++;
		return FAILED;
	}
	if (disk->fails_in && !--disk->fails_in) {
		disk->missteps++;
		return disk->fails_late ? FAILED_LATE : FAILED;
	}
	return DONE;
}

static enum fate change(struct disk *disk, const char *what, const char *name,
			int grows, int *is_part)
{
	static const char *const words[] = {"", " - fails",
					    " - fails, and is done"};
	enum fate fate = decide(disk, grows, is_part);

	if (disk->shows)
		printf("        %s %s%s\n", what, name, words[fate]);
	return fate;
}

static enum lg_status disk_read_at(void *self, const char *name,
				   uint64_t offset, size_t max,
				   struct lg_buffer *out_bytes,
				   struct lg_error *err)
{
	struct disk *disk = self;
	struct disk_file *file = disk_find(disk, name);
	size_t len;

	if (disk->is_dead)
		return lg_error_set(err, LG_ERR_IO, name, "cannot read");
	if (!file)
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, name,
				    "there is no such file");
	if (offset < file->bytes.len) {
		len = file->bytes.len - (size_t)offset;
		lg_buffer_append(out_bytes, file->bytes.data + offset,
				 len < max ? len : max);
	}
	return lg_buffer_status(out_bytes, err);
}

static enum lg_status disk_read(void *self, const char *name,
				struct lg_buffer *out_bytes,
				struct lg_error *err)
{
	return disk_read_at(self, name, 0, SIZE_MAX, out_bytes, err);
}

static enum lg_status disk_replace(void *self, const char *name,
				   const void *bytes, size_t len,
				   struct lg_error *err)
{
	struct disk *disk = self;
	enum fate fate = change(disk, "writes", name, 1, NULL);

	if (fate != FAILED)
		disk_put(disk, name, bytes, len);
	return fate ? no_space(name, err) : LG_OK;
}

static enum lg_status disk_append(void *self, const char *name,
				  const void *bytes, size_t len,
				  enum lg_files_sync sync, struct lg_error *err)
{
	struct disk *disk = self;
	struct disk_file *file;
	int is_part = 0;
	enum fate fate = change(disk, "appends to", name, 1, &is_part);

	if (fate != FAILED) {
		file = make(disk, name);
		if (file->bytes.len &&
		    file->bytes.data[file->bytes.len - 1] != '\n')
			lg_buffer_char(&file->bytes, '\n');
		lg_buffer_append(
			&file->bytes, bytes,
			is_part ? chance_below(disk->chance, (uint32_t)len)
				: len);
		if (sync == LG_FILES_SYNC)
			file->synced = file->bytes.len;
	}
	return fate ? no_space(name, err) : LG_OK;
}

static enum lg_status disk_remove(void *self, const char *name,
				  struct lg_error *err)
{
	struct disk *disk = self;
	enum fate fate;

	if (!disk_find(disk, name) && !disk->is_dead)
		return LG_OK;
	fate = change(disk, "removes", name, 0, NULL);
	if (fate != FAILED)
		disk_drop(disk, name);
	return fate ? lg_error_set(err, LG_ERR_IO, name,
				   "cannot remove: Input/output error")
		    : LG_OK;
}

static enum lg_status disk_set_aside(void *self, const char *name,
				     struct lg_buffer *out_kept,
				     struct lg_error *err)
{
	struct disk *disk = self;
	const char *slash = strrchr(name, '/');
	struct disk_file *file;
	unsigned int number = 1;
	char kept[160];
	enum fate fate = disk_find(disk, name)
				 ? change(disk, "sets aside", name, 0, NULL)
				 : FAILED;

	if (fate != FAILED) {
		do
			snprintf(kept, sizeof(kept), "damaged/%s.%u",
				 slash ? slash + 1 : name, number++);
		while (disk_find(disk, kept));
		file = disk_find(disk, name);
		free(file->name);
		file->name = strdup(kept);
	}
	if (fate)
		return lg_error_set(err, LG_ERR_IO, name,
				    "cannot set aside: Input/output error");
	lg_buffer_text(out_kept, kept);
	return lg_buffer_status(out_kept, err);
}

static int is_earlier(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum lg_status disk_list(void *self, const char *folder,
				struct lg_strlist *out_names,
				struct lg_error *err)
{
	struct disk *disk = self;
	size_t first = out_names->count;
	size_t len = strlen(folder);
	enum lg_status status = LG_OK;
	size_t i;

	if (disk->is_dead)
		return lg_error_set(err, LG_ERR_IO, folder, "cannot read");
	for (i = 0; status == LG_OK && i < disk->count; i++) {
		const char *name = disk->file[i].name;

		if (len) {
			if (strncmp(name, folder, len) || name[len] != '/')
				continue;
			name += len + 1;
		}
		if (!strchr(name, '/'))
			status = lg_strlist_add(out_names, name, strlen(name),
						err);
	}
	if (out_names->count > first)
		qsort(out_names->item + first, out_names->count - first,
		      sizeof(*out_names->item), is_earlier);
	return status;
}

static enum lg_status disk_size(void *self, const char *name,
				uint64_t *out_size, struct lg_error *err)
{
	struct disk *disk = self;
	struct disk_file *file = disk_find(disk, name);

	if (disk->is_dead)
		return lg_error_set(err, LG_ERR_IO, name, "cannot look at");
	*out_size = file ? file->bytes.len : 0;
	return LG_OK;
}

static enum lg_status disk_digest(void *self, const void *bytes, size_t len,
				  char out_hex[LG_DIGEST_SIZE],
				  struct lg_error *err)
{
	unsigned char digest[32];
	size_t i;

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, len, digest) < 0)
		return lg_error_set(err, LG_ERR_BUG, NULL, "no SHA-256");
	for (i = 0; i < sizeof(digest); i++)
		snprintf(out_hex + 2 * i, 3, "%02x", digest[i]);
	return LG_OK;
}

void disk_make(struct disk *disk, struct chance *chance)
{
	*disk = (struct disk){.chance = chance};
	disk->port = (struct lg_files){
		.self = disk,
		.read = disk_read,
		.read_at = disk_read_at,
		.replace = disk_replace,
		.append = disk_append,
		.remove = disk_remove,
		.set_aside = disk_set_aside,
		.list = disk_list,
		.size = disk_size,
		.digest = disk_digest,
	};
}

void disk_release(struct disk *disk)
{
	while (disk->count)
		disk_drop(disk, disk->file[0].name);
	free(disk->file);
	disk->file = NULL;
}

void disk_revive(struct disk *disk, int power)
{
	size_t i;

	disk->is_dead = 0;
	disk->crashes_in = 0;
	disk->fails_in = 0;
	for (i = 0; power && i < disk->count; i++)
		disk->file[i].bytes.len = disk->file[i].synced;
}

void disk_show(const struct disk *disk)
{
	size_t i;

	for (i = 0; i < disk->count; i++)
		printf("--- %s (%zu bytes)\n%.*s\n", disk->file[i].name,
		       disk->file[i].bytes.len,
		       disk->file[i].bytes.len < 4000
			       ? (int)disk->file[i].bytes.len
			       : 4000,
		       disk->file[i].bytes.data ? disk->file[i].bytes.data
						: "");
}

uint64_t disk_print(const struct disk *disk, const char *but)
{
	uint64_t sum = 0;
	size_t i;
	size_t k;

	for (i = 0; i < disk->count; i++) {
		const struct disk_file *file = &disk->file[i];
		uint64_t hash = UINT64_C(14695981039346656037);

		if (but && !strncmp(file->name, but, strlen(but)))
			continue;
		for (k = 0; file->name[k]; k++)
			hash = (hash ^ (unsigned char)file->name[k]) *
			       UINT64_C(1099511628211);
		for (k = 0; k < file->bytes.len; k++)
			hash = (hash ^ (unsigned char)file->bytes.data[k]) *
			       UINT64_C(1099511628211);
		sum += hash;
	}
	return sum;
}
