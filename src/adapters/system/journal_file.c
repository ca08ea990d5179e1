/* SPDX-License-Identifier: ISC */
/*
 * journal_file.c - a file that lines are only ever added to, by one at a time
 *
 * The lock is of the open file, not of the process: this process reads the
 * file by its name meanwhile, and a lock of the process would end with that.
 */
#include "adapters/system/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/system/atomic_file.h"
#include "adapters/system/durable.h"
#include "adapters/system/owner.h"

struct lg_journal_file {
	char *path;
	int fd;
};

/* A gate that runs as another user must read what root wrote. */
static int give_to_owner_of_folder(const char *path, int fd)
{
	int dir = lg_open_folder_of(path);
	int result = -1;

	if (dir >= 0) {
		result = lg_owner_adopt(fd, dir);
		close(dir);
	}
	return result;
}

static int is_at(const char *path, int fd)
{
	struct stat there, here;

	return stat(path, &there) == 0 && fstat(fd, &here) == 0 &&
	       there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

enum lg_status lg_journal_file_open(const char *path,
				    struct lg_journal_file **out_file,
				    struct lg_error *err)
{
	struct lg_journal_file *file = calloc(1, sizeof(*file));
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	enum lg_status status = LG_OK;
	int is_new;

	if (file)
		file->path = strdup(path);
	if (!file || !file->path) {
		free(file);
		return lg_no_memory(err);
	}
	is_new = access(path, F_OK) != 0;
	file->fd =
		open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
		     0600);
	if (file->fd < 0) {
		status = lg_errno_set(path, "cannot be written", err);
	} else if (fcntl(file->fd, F_OFD_SETLK, &whole) != 0) {
		status = lg_error_set(
			err, LG_ERR_CONFLICT, path,
			"another command is changing servers right now");
	} else if (!is_at(path, file->fd)) {
		/* another command put one in its place since it was opened */
		status = lg_error_set(err, LG_ERR_CONFLICT, path,
				      "another command changed servers just "
				      "now; try again");
	} else if (is_new) {
		if (give_to_owner_of_folder(path, file->fd) != 0 ||
		    lg_flush_folder_of(path) != 0)
			status = lg_errno_set(path, "cannot be written", err);
	}
	if (status == LG_OK)
		*out_file = file;
	else
		lg_journal_file_close(&file);
	return status;
}

int lg_journal_file_is_held(const char *path)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int held;

	if (fd < 0)
		return 0;
	/* asked, never taken: taking it would stop who wants to write */
	held = fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
	close(fd);
	return held;
}

void lg_journal_file_close(struct lg_journal_file **file)
{
	if (!*file)
		return;
	if ((*file)->fd >= 0)
		close((*file)->fd);
	free((*file)->path);
	free(*file);
	*file = NULL;
}

enum lg_status lg_journal_file_read(const char *path,
				    struct lg_buffer *out_text,
				    struct lg_error *err)
{
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return LG_OK;
	return lg_file_read(path, out_text, err);
}

/* What stands after the last LF was never finished: it is taken away, so that
 * the next line does not become part of it. */
static int drop_cut_off_line(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END);
	off_t keep = end;
	char c = '\0';

	while (keep > 0 && pread(fd, &c, 1, keep - 1) == 1 && c != '\n')
		keep--;
	return keep < end ? ftruncate(fd, keep) : 0;
}

enum lg_status lg_journal_file_append(void *self, const char *line, size_t len,
				      struct lg_error *err)
{
	struct lg_journal_file *file = self;

	if (drop_cut_off_line(file->fd) != 0 ||
	    lg_write_all(file->fd, line, len) != 0 || fsync(file->fd) != 0)
		return lg_errno_set(file->path, "cannot be written", err);
	return LG_OK;
}

/* Opens a file of its own beside it, held as it is itself. */
static int open_next(const char *path)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd;

	if (unlink(path) != 0 && errno != ENOENT)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0 && (give_to_owner_of_folder(path, fd) != 0 ||
			fcntl(fd, F_OFD_SETLK, &whole) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

enum lg_status lg_journal_file_replace(void *self, const char *text, size_t len,
				       struct lg_error *err)
{
	struct lg_journal_file *file = self;
	struct lg_buffer next = {0};
	enum lg_status status;
	int fd = -1;

	lg_buffer_format(&next, "%s.next", file->path);
	status = lg_buffer_status(&next, err);
	if (status == LG_OK) {
		fd = open_next(next.data);
		if (fd < 0 || lg_write_all(fd, text, len) != 0 ||
		    fsync(fd) != 0 || rename(next.data, file->path) != 0 ||
		    lg_flush_folder_of(file->path) != 0)
			status = lg_errno_set(file->path, "cannot be written",
					      err);
	}
	if (status == LG_OK) {
		close(file->fd);
		file->fd = fd;
	} else if (fd >= 0) {
		close(fd);
		unlink(next.data);
	}
	lg_buffer_release(&next);
	return status;
}
