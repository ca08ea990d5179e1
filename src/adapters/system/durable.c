/* SPDX-License-Identifier: ISC */
/*
 * durable.c - writing on after an interruption, flushing names
 */
#include "adapters/system/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum lg_status lg_errno_status(int number)
{
	if (number == EACCES || number == EPERM || number == EROFS)
		return LG_ERR_DENIED;
	return number == ENOMEM ? LG_ERR_NO_MEMORY : LG_ERR_IO;
}

enum lg_status lg_errno_set(const char *path, const char *what,
			    struct lg_error *err)
{
	int number = errno;

	return lg_error_set(err, lg_errno_status(number), path, "%s: %s", what,
			    strerror(number));
}

enum lg_status lg_open_regular(const char *path, const char *needed,
			       int *out_fd, struct stat *out_is,
			       struct lg_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	enum lg_status status = LG_OK;

	if (fd < 0)
		return lg_errno_unread(path, err);
	if (fstat(fd, out_is) < 0)
		status = lg_errno_unread(path, err);
	else if (!S_ISREG(out_is->st_mode))
		status = lg_error_set(err, LG_ERR_IO, path, "is %s; %s",
				      S_ISDIR(out_is->st_mode)
					      ? "a directory"
					      : "not a regular file",
				      needed);
	if (status != LG_OK)
		close(fd);
	else
		*out_fd = fd;
	return status;
}

int lg_write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t done = write(fd, at, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		at += done;
		len -= (size_t)done;
	}
	return 0;
}

int lg_read_all(int fd, struct lg_buffer *out_bytes)
{
	char block[65536];
	ssize_t got = 1;

	while (got > 0) {
		got = read(fd, block, sizeof(block));
		if (got > 0)
			lg_buffer_append(out_bytes, block, (size_t)got);
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	return got < 0 ? -1 : 0;
}

char *lg_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

int lg_open_folder_of(const char *path)
{
	char *folder = lg_folder_of(path);
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	free(folder);
	return fd;
}

int lg_make_folders_of(const char *path, mode_t mode)
{
	char *folder = strdup(path);
	int result = folder ? 0 : -1;

	for (char *at = folder; !result && *at && (at = strchr(at + 1, '/'));) {
		*at = '\0';
		if (mkdir(folder, mode) && errno != EEXIST)
			result = -1;
		*at = '/';
	}
	free(folder);
	return result;
}

int lg_flush_folder_of(const char *path)
{
	int fd = lg_open_folder_of(path);
	int result = -1;

	if (fd >= 0) {
		result = fsync(fd);
		close(fd);
	}
	return result;
}
