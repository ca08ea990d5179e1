/* SPDX-License-Identifier: ISC */
/*
 * durable.c - writing on after an interruption, flushing names
 */
#include "adapters/system/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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

int lg_flush_folder_of(const char *path)
{
	char *folder = strdup(path);
	char *slash = folder ? strrchr(folder, '/') : NULL;
	int result = -1;
	int fd;

	if (!folder)
		return -1;
	if (slash)
		slash[slash == folder] = '\0';
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		result = fsync(fd);
		close(fd);
	}
	free(folder);
	return result;
}
