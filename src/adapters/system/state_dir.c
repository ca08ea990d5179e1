/* SPDX-License-Identifier: ISC */
/*
 * state_dir.c - files that are old or new, never half
 *
 * A replacement is written beside the file, flushed, renamed over it, and the
 * folder flushed (write-fsync-rename-fsync). The one who may write holds a
 * lock on the file "lock" of the folder; the kernel lets go of it with the
 * process, so nothing has to be cleaned up after a kill. What is made belongs
 * to whom the folder belongs to (owner.h), whoever makes it.
 */
#include "adapters/system/state_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/listed.h"
#include "base/hex.h"
#include "adapters/system/durable.h"
#include "adapters/system/owner.h"
#include "adapters/system/state_place.h"

struct state_dir {
	char *path;
	int fd;
	int lock_fd;
	enum lg_state_dir_mode mode;
};

static enum lg_status failed(const struct state_dir *dir, const char *name,
			     const char *what, int number, struct lg_error *err)
{
	char place[512];

	snprintf(place, sizeof(place), "%s%s%s", dir->path, *name ? "/" : "",
		 name);
	if (number == ELOOP)
		return lg_error_set(err, LG_ERR_IO, place,
				    "cannot %s: it is a symbolic link, and "
				    "none is followed here",
				    what);
	return lg_error_set(err, lg_errno_status(number), place,
			    "cannot %s: %s", what, strerror(number));
}

/* A folder opened for reading changes nothing. */
static enum lg_status may_write(const struct state_dir *dir, const char *name,
				struct lg_error *err)
{
	if (dir->mode != LG_STATE_DIR_READ)
		return LG_OK;
	return failed(dir, name, "write", EROFS, err);
}

static enum lg_status dir_read_at(void *self, const char *name, uint64_t offset,
				  size_t max, struct lg_buffer *out_bytes,
				  struct lg_error *err)
{
	struct state_dir *dir = self;
	enum lg_status status = LG_OK;
	char *chunk = NULL;
	struct stat is;
	int fd = lg_state_place_open(dir->fd, name);

	if (fd < 0 && errno == ENOENT)
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, name,
				    "there is no such file in %s", dir->path);
	if (fd < 0)
		return failed(dir, name, "read", errno, err);
	if (fstat(fd, &is) || !S_ISREG(is.st_mode)) {
		status = lg_error_set(err, LG_ERR_IO, name,
				      "is not an ordinary file");
		goto out;
	}
	chunk = malloc(65536);
	if (!chunk) {
		status = lg_no_memory(err);
		goto out;
	}
	while (max) {
		ssize_t got = pread(fd, chunk, max < 65536 ? max : 65536,
				    (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			status = failed(dir, name, "read", errno, err);
			goto out;
		}
		if (got == 0)
			break;
		lg_buffer_append(out_bytes, chunk, (size_t)got);
		offset += (uint64_t)got;
		max -= (size_t)got;
	}
	status = lg_buffer_status(out_bytes, err);
out:
	free(chunk);
	close(fd);
	return status;
}

static enum lg_status dir_read(void *self, const char *name,
			       struct lg_buffer *out_bytes,
			       struct lg_error *err)
{
	return dir_read_at(self, name, 0, SIZE_MAX, out_bytes, err);
}

static enum lg_status dir_set_aside(void *self, const char *name,
				    struct lg_buffer *out_kept,
				    struct lg_error *err)
{
	struct state_dir *dir = self;
	enum lg_status status = may_write(dir, name, err);
	struct lg_state_place from;
	char kept[300];
	int folder;

	if (status != LG_OK)
		return status;
	if (lg_state_place_find(dir->fd, name, LG_STATE_PLACE_THERE, &from))
		return failed(dir, name, "set aside", errno, err);
	folder = lg_owner_make_folder(dir->fd, "damaged");
	if (folder < 0) {
		status = failed(dir, "damaged", "create", errno, err);
		close(from.folder);
		return status;
	}
	for (unsigned int number = 1; number < 100000; number++) {
		snprintf(kept, sizeof(kept), "%s.%u", from.base, number);
		if (!renameat2(from.folder, from.base, folder, kept,
			       RENAME_NOREPLACE))
			break;
		if (errno != EEXIST) {
			status = failed(dir, name, "set aside", errno, err);
			break;
		}
	}
	fsync(folder);
	fsync(from.folder);
	close(folder);
	close(from.folder);
	if (status != LG_OK)
		return status;
	lg_buffer_format(out_kept, "damaged/%s", kept);
	return lg_buffer_status(out_kept, err);
}

/* A folder where a file should be is none of ours, and in the way for ever. */
static enum lg_status move_folder(struct state_dir *dir, const char *name,
				  struct lg_error *err)
{
	struct lg_buffer kept = {0};
	enum lg_status status = dir_set_aside(dir, name, &kept, err);

	lg_buffer_release(&kept);
	return status;
}

static enum lg_status dir_replace(void *self, const char *name,
				  const void *bytes, size_t len,
				  struct lg_error *err)
{
	struct state_dir *dir = self;
	enum lg_status status = may_write(dir, name, err);
	struct lg_state_place place;
	int is_done;

	if (status != LG_OK)
		return status;
	if (lg_state_place_find(dir->fd, name, LG_STATE_PLACE_MADE, &place))
		return failed(dir, name, "write", errno, err);
	is_done = !lg_state_place_replace(&place, bytes, len);
	if (!is_done && errno == EISDIR) {
		status = move_folder(dir, name, err);
		is_done = status == LG_OK &&
			  !lg_state_place_replace(&place, bytes, len);
	}
	if (status == LG_OK && !is_done)
		status = failed(dir, name, "write", errno, err);
	close(place.folder);
	return status;
}

static enum lg_status dir_append(void *self, const char *name,
				 const void *bytes, size_t len,
				 enum lg_files_sync sync, struct lg_error *err)
{
	struct state_dir *dir = self;
	enum lg_status status = LG_OK;
	struct lg_state_place place;
	int is_new;
	off_t end;
	int fd;

	status = may_write(dir, name, err);
	if (status != LG_OK)
		return status;
	if (lg_state_place_find(dir->fd, name, LG_STATE_PLACE_MADE, &place))
		return failed(dir, name, "write", errno, err);
	fd = lg_state_place_open_end(&place, &is_new);
	if (fd < 0 && errno == EISDIR && move_folder(dir, name, NULL) == LG_OK)
		fd = lg_state_place_open_end(&place, &is_new);
	if (fd < 0) {
		status = failed(dir, name, "write", errno, err);
		close(place.folder);
		return status;
	}
	/* A line that was cut off by a full disk or a power cut must not
	 * swallow this one. */
	end = lseek(fd, 0, SEEK_END);
	if (end > 0) {
		char last = '\n';

		if (pread(fd, &last, 1, end - 1) == 1 && last != '\n' &&
		    lg_write_all(fd, "\n", 1))
			status = failed(dir, name, "write", errno, err);
	}
	if (status == LG_OK && lg_write_all(fd, bytes, len)) {
		status = failed(dir, name, "write", errno, err);
		/* What was written of it goes, where it can. */
		if (end >= 0 && ftruncate(fd, end))
			status = LG_ERR_IO;
	}
	if (status == LG_OK && sync == LG_FILES_SYNC &&
	    (fsync(fd) || (is_new && fsync(place.folder))))
		status = failed(dir, name, "write", errno, err);
	close(fd);
	close(place.folder);
	return status;
}

static enum lg_status dir_remove(void *self, const char *name,
				 struct lg_error *err)
{
	struct state_dir *dir = self;
	enum lg_status status = may_write(dir, name, err);
	struct lg_state_place place;
	int is_gone;

	if (status != LG_OK)
		return status;
	if (lg_state_place_find(dir->fd, name, LG_STATE_PLACE_THERE, &place))
		return errno == ENOENT
			       ? LG_OK
			       : failed(dir, name, "remove", errno, err);
	is_gone = !unlinkat(place.folder, place.base, 0) || errno == ENOENT;
	if (!is_gone && errno == EISDIR) {
		status = move_folder(dir, name, err);
		is_gone = status == LG_OK;
	}
	if (status == LG_OK && (!is_gone || fsync(place.folder)))
		status = failed(dir, name, "remove", errno, err);
	close(place.folder);
	return status;
}

static enum lg_status dir_list(void *self, const char *folder,
			       struct lg_strlist *out_names,
			       struct lg_error *err)
{
	struct state_dir *dir = self;
	enum lg_status status = LG_OK;
	size_t first = out_names->count;
	struct dirent *entry;
	DIR *stream;
	int fd;

	fd = lg_owner_open_folder(dir->fd, *folder ? folder : ".");
	if (fd < 0)
		return errno == ENOENT
			       ? LG_OK
			       : failed(dir, folder, "read", errno, err);
	stream = fdopendir(fd);
	if (!stream) {
		status = failed(dir, folder, "read", errno, err);
		close(fd);
		return status;
	}
	while (status == LG_OK && (entry = readdir(stream))) {
		size_t len = strlen(entry->d_name);

		if (entry->d_name[0] == '.' ||
		    (len > 4 && !strcmp(entry->d_name + len - 4, ".new")))
			continue;
		status = lg_strlist_add(out_names, entry->d_name, len, err);
	}
	closedir(stream);
	if (out_names->count > first)
		qsort(out_names->item + first, out_names->count - first,
		      sizeof(*out_names->item), lg_compare_texts);
	return status;
}

static enum lg_status dir_size(void *self, const char *name, uint64_t *out_size,
			       struct lg_error *err)
{
	struct state_dir *dir = self;
	struct lg_state_place place;
	struct stat is = {0};
	int number = 0;

	if (lg_state_place_find(dir->fd, name, LG_STATE_PLACE_THERE, &place)) {
		number = errno;
	} else {
		if (fstatat(place.folder, place.base, &is, AT_SYMLINK_NOFOLLOW))
			number = errno;
		close(place.folder);
	}
	if (number && number != ENOENT)
		return failed(dir, name, "look at", number, err);
	*out_size = number ? 0 : (uint64_t)is.st_size;
	return LG_OK;
}

static enum lg_status dir_digest(void *self, const void *bytes, size_t len,
				 char out_hex[LG_DIGEST_SIZE],
				 struct lg_error *err)
{
	unsigned char digest[32];

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, len, digest) < 0)
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "SHA-256 is not available");
	for (size_t i = 0; i < sizeof(digest); i++) {
		out_hex[2 * i] = lg_hex_digit(digest[i] >> 4u);
		out_hex[2 * i + 1] = lg_hex_digit(digest[i]);
	}
	out_hex[64] = '\0';
	return LG_OK;
}

static void dir_close(void *self)
{
	struct state_dir *dir = self;

	if (!dir)
		return;
	if (dir->lock_fd >= 0)
		close(dir->lock_fd);
	if (dir->fd >= 0)
		close(dir->fd);
	free(dir->path);
	free(dir);
}

/* Creates the folder and those above it. */
static int make_folders(const char *path)
{
	if (lg_make_folders_of(path, 0755))
		return -1;
	return mkdir(path, 0750) && errno != EEXIST ? -1 : 0;
}

static enum lg_status take_lock(struct state_dir *dir, struct lg_error *err)
{
	const int flags = O_CLOEXEC | O_NOFOLLOW;
	int fd = openat(dir->fd, "lock", flags | O_RDWR | O_CREAT, 0600);
	int is_strange = fd >= 0 && lg_owner_adopt(fd, dir->fd);

	/* A disk that turned read-only at night must not keep the gate from
	 * standing: who is locked out would get in. */
	if (fd < 0 && errno == EROFS)
		fd = openat(dir->fd, "lock", flags | O_RDONLY);
	dir->lock_fd = fd;
	if (fd < 0 || is_strange)
		return failed(dir, "lock", "open", errno, err);
	if (!flock(dir->lock_fd, LOCK_EX | LOCK_NB))
		return LG_OK;
	if (errno != EWOULDBLOCK)
		return failed(dir, "lock", "lock", errno, err);
	return lg_error_set(err, LG_ERR_CONFLICT, dir->path,
			    "another gate or command holds this state "
			    "directory; there is one gate for each");
}

enum lg_status lg_state_dir_open(const char *path, enum lg_state_dir_mode mode,
				 struct lg_files *out_files,
				 struct lg_error *err)
{
	enum lg_status status;
	struct state_dir *dir = calloc(1, sizeof(*dir));

	if (!dir)
		return lg_no_memory(err);
	dir->fd = -1;
	dir->lock_fd = -1;
	dir->mode = mode;
	dir->path = strdup(path);
	if (!dir->path) {
		status = lg_no_memory(err);
		goto out;
	}
	if (mode != LG_STATE_DIR_READ && make_folders(dir->path)) {
		status = failed(dir, "", "create", errno, err);
		goto out;
	}
	dir->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir->fd < 0) {
		int number = errno;

		status = failed(dir, "", "open", number, err);
		if (number == ENOENT)
			status = LG_ERR_UNKNOWN_KEY;
		goto out;
	}
	status = mode == LG_STATE_DIR_WRITE ? take_lock(dir, err) : LG_OK;
	if (status != LG_OK)
		goto out;
	*out_files = (struct lg_files){
		.self = dir,
		.read = dir_read,
		.read_at = dir_read_at,
		.replace = dir_replace,
		.append = dir_append,
		.remove = dir_remove,
		.set_aside = dir_set_aside,
		.list = dir_list,
		.size = dir_size,
		.digest = dir_digest,
		.close = dir_close,
	};
	dir = NULL;
out:
	dir_close(dir);
	return status;
}
