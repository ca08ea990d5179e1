/* SPDX-License-Identifier: ISC */
/*
 * atomic_file.c - files outside state_dir that are replaced whole
 *
 * Write, flush, rename, flush the folder: after a crash there is the old file
 * or the new one.
 */
#include "adapters/system/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/system/durable.h"

#define SIZE_LIMIT ((off_t)1 << 30)

enum lg_status lg_file_read(const char *path, struct lg_buffer *out_bytes,
			    struct lg_error *err)
{
	enum lg_status status = LG_OK;
	struct stat about;
	int fd;

	/* O_NONBLOCK: a FIFO in the file's place must not hang us */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &about) != 0) {
		status = lg_errno_set(path, "cannot be read", err);
		goto out;
	}
	if (!S_ISREG(about.st_mode)) {
		status = lg_error_set(err, LG_ERR_IO, path,
				      "is not a regular file");
		goto out;
	}
	if (about.st_size > SIZE_LIMIT) {
		status = lg_error_set(err, LG_ERR_LIMIT, path, "is over 1 GiB");
		goto out;
	}
	status = lg_read_all(fd, out_bytes) == 0
			 ? lg_buffer_status(out_bytes, err)
			 : lg_errno_set(path, "cannot be read", err);
out:
	if (fd >= 0)
		close(fd);
	return status;
}

enum lg_status lg_atomic_file_adopt(const char *new_path, const char *path,
				    struct lg_error *err)
{
	struct stat about;
	int result;
	int fd;

	fd = open(new_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return lg_errno_set(new_path, "cannot be read again", err);
	if (stat(path, &about) == 0) {
		/* an owner that cannot be kept is no reason to fail */
		if (fchown(fd, about.st_uid, about.st_gid) != 0)
			errno = 0;
		result = fchmod(fd, about.st_mode & 07777);
	} else {
		result = 0;
	}
	if (result == 0)
		result = fsync(fd);
	close(fd);
	if (result != 0 || rename(new_path, path) != 0 ||
	    lg_flush_folder_of(path) != 0)
		return lg_errno_set(path, "cannot be replaced", err);
	return LG_OK;
}

/* Beside it, under a name that servers which read whole folders pass over. */
static enum lg_status name_new(const char *path, struct lg_buffer *out_name,
			       struct lg_error *err)
{
	const char *slash = strrchr(path, '/');
	size_t folder = slash ? (size_t)(slash + 1 - path) : 0;

	lg_buffer_append(out_name, path, folder);
	lg_buffer_format(out_name, ".%s.XXXXXX", path + folder);
	return lg_buffer_status(out_name, err);
}

enum lg_status lg_atomic_file_replace(const char *path, const void *bytes,
				      size_t len, struct lg_error *err)
{
	char *target = realpath(path, NULL);
	struct lg_buffer new_path = {0};
	enum lg_status status;
	int fd;

	/* a link stays one, and what it leads to is replaced */
	if (target != NULL)
		path = target;
	status = name_new(path, &new_path, err);
	if (status != LG_OK)
		goto out;
	fd = mkostemp(new_path.data, O_CLOEXEC);
	if (fd < 0) {
		status =
			lg_errno_set(path, "its folder takes no new file", err);
		goto out;
	}
	if (lg_write_all(fd, bytes, len) != 0)
		status = lg_errno_set(path, "cannot be written", err);
	close(fd);
	if (status == LG_OK)
		status = lg_atomic_file_adopt(new_path.data, path, err);
	if (status != LG_OK)
		unlink(new_path.data);
out:
	lg_buffer_release(&new_path);
	free(target);
	return status;
}
