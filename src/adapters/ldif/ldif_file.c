/* SPDX-License-Identifier: ISC */
/*
 * ldif_file.c - the bytes of an export, and whether they changed
 *
 * The state is taken before and after reading: a file that is being written
 * is not read as if it were whole.
 */
#include "ldif_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/system/durable.h"

static int take_state(int fd, struct lg_ldif_file_state *out_state)
{
	struct stat stat;

	if (fstat(fd, &stat) != 0)
		return -1;
	if (!S_ISREG(stat.st_mode)) {
		errno = S_ISDIR(stat.st_mode) ? EISDIR : EINVAL;
		return -1;
	}
	*out_state = (struct lg_ldif_file_state){
		.device = (uint64_t)stat.st_dev,
		.inode = (uint64_t)stat.st_ino,
		.size = (int64_t)stat.st_size,
		.changed_s = (int64_t)stat.st_mtim.tv_sec,
		.changed_ns = (int64_t)stat.st_mtim.tv_nsec,
	};
	return 0;
}

static int same_state(const struct lg_ldif_file_state *a,
		      const struct lg_ldif_file_state *b)
{
	return a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && a->changed_s == b->changed_s &&
	       a->changed_ns == b->changed_ns;
}

static enum lg_status unreadable(const char *file, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_DIRECTORY, file,
			    "the export cannot be read: %s", strerror(errno));
}

enum lg_status lg_ldif_file_read(const char *file,
				 const struct lg_ldif_file_state *known,
				 struct lg_buffer *out_bytes,
				 struct lg_ldif_file_state *out_state,
				 int *out_changed, struct lg_error *err)
{
	struct lg_ldif_file_state before;
	struct lg_ldif_file_state after;
	enum lg_status status = LG_OK;
	/* Not to hang on a FIFO. */
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return unreadable(file, err);
	if (take_state(fd, &before) != 0) {
		status = unreadable(file, err);
		goto out;
	}
	*out_changed = !known || !same_state(known, &before);
	if (!*out_changed)
		goto out;
	status = lg_read_all(fd, out_bytes) == 0
			 ? lg_buffer_status(out_bytes, err)
			 : unreadable(file, err);
	if (status != LG_OK)
		goto out;
	if (take_state(fd, &after) != 0)
		status = unreadable(file, err);
	else if (!same_state(&before, &after) ||
		 after.size != (int64_t)out_bytes->len)
		status = lg_error_set(err, LG_ERR_DIRECTORY, file,
				      "the export is being written; try again "
				      "when it is whole");
	else
		*out_state = after;
out:
	close(fd);
	return status;
}
