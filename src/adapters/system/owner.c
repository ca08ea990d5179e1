/* SPDX-License-Identifier: ISC */
/*
 * owner.c - new files and folders belong to whom their folder belongs to
 */
#include "adapters/system/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0640
#define FOLDER_MODE 0750

int lg_owner_open_folder(int dir, const char *name)
{
	return openat(dir < 0 ? AT_FDCWD : dir, name,
		      O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

int lg_owner_make_folder(int dir, const char *name)
{
	int at = dir < 0 ? AT_FDCWD : dir;
	int is_new = mkdirat(at, name, 0700) == 0;
	int fd;

	if (!is_new && errno != EEXIST)
		return -1;
	fd = lg_owner_open_folder(dir, name);
	if (fd >= 0 && is_new && dir >= 0 &&
	    (lg_owner_adopt(fd, dir) || fsync(dir))) {
		int number = errno;

		close(fd);
		errno = number;
		return -1;
	}
	return fd;
}

/* Only root can give something away; what a member of the group makes in a
 * folder that its group may write to stays his. */
int lg_owner_adopt(int fd, int dir)
{
	struct stat folder;
	struct stat is;
	mode_t mode;

	if (fstat(dir, &folder) || fstat(fd, &is))
		return -1;
	if ((is.st_uid != folder.st_uid || is.st_gid != folder.st_gid) &&
	    fchown(fd, folder.st_uid, folder.st_gid) && geteuid() == 0)
		return -1;
	mode = S_ISDIR(is.st_mode) ? FOLDER_MODE : FILE_MODE;
	return fchmod(fd, mode & folder.st_mode);
}
