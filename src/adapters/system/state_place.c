/* SPDX-License-Identifier: ISC */
/*
 * state_place.c - opening, replacing and appending without following links
 */
#include "adapters/system/state_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/system/durable.h"
#include "adapters/system/owner.h"

#define BASE_SIZE 300

/* Closes, and keeps why. */
static int give_up(int fd)
{
	int number = errno;

	close(fd);
	errno = number;
	return -1;
}

int lg_state_place_find(int dir, const char *name,
			enum lg_state_place_make make,
			struct lg_state_place *out_place)
{
	const char *slash = strchr(name, '/');
	char folder[256];
	int fd;

	if (!slash) {
		fd = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	} else if ((size_t)(slash - name) >= sizeof(folder)) {
		errno = ENAMETOOLONG;
		return -1;
	} else {
		memcpy(folder, name, (size_t)(slash - name));
		folder[slash - name] = '\0';
		fd = make ? lg_owner_make_folder(dir, folder)
			  : lg_owner_open_folder(dir, folder);
	}
	if (fd < 0)
		return -1;
	out_place->folder = fd;
	out_place->base = slash ? slash + 1 : name;
	return 0;
}

int lg_state_place_open(int dir, const char *name)
{
	struct lg_state_place place;
	int fd;

	if (lg_state_place_find(dir, name, LG_STATE_PLACE_THERE, &place))
		return -1;
	fd = openat(place.folder, place.base,
		    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0)
		return give_up(place.folder);
	close(place.folder);
	return fd;
}

/* Makes base, which is not there, and writes all of it. */
static int write_new(const struct lg_state_place *place, const char *base,
		     const void *bytes, size_t len)
{
	int fd = openat(place->folder, base,
			O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
			0600);

	if (fd < 0)
		return -1;
	if (lg_owner_adopt(fd, place->folder) || lg_write_all(fd, bytes, len) ||
	    fsync(fd))
		return give_up(fd);
	return close(fd);
}

int lg_state_place_replace(const struct lg_state_place *place,
			   const void *bytes, size_t len)
{
	char base[BASE_SIZE];
	int number;

	if (snprintf(base, sizeof(base), "%s.new", place->base) >=
	    (int)sizeof(base)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	/* One that a kill left, or that somebody prepared. */
	unlinkat(place->folder, base, 0);
	if (!write_new(place, base, bytes, len) &&
	    !renameat(place->folder, base, place->folder, place->base))
		return fsync(place->folder);
	number = errno;
	unlinkat(place->folder, base, 0);
	errno = number;
	return -1;
}

int lg_state_place_open_end(const struct lg_state_place *place, int *out_is_new)
{
	const int flags =
		O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	int fd = openat(place->folder, place->base, flags);
	struct stat is;

	*out_is_new = fd < 0 && errno == ENOENT;
	if (*out_is_new)
		fd = openat(place->folder, place->base,
			    flags | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return -1;
	if (*out_is_new && lg_owner_adopt(fd, place->folder))
		return give_up(fd);
	if (fstat(fd, &is))
		return give_up(fd);
	if (S_ISREG(is.st_mode))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}
