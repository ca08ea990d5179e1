/* SPDX-License-Identifier: ISC */
/*
 * system/durable.h - what every file that must not be lost needs
 *
 * Layer: adapter.
 */
#ifndef LG_ADAPTERS_SYSTEM_DURABLE_H
#define LG_ADAPTERS_SYSTEM_DURABLE_H

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <logongate/buffer.h>

/* LG_ERR_DENIED, LG_ERR_NO_MEMORY or LG_ERR_IO. */
enum lg_status lg_errno_status(int number);

/* Sets "WHAT: " and the words for errno, with the status that fits. */
enum lg_status lg_errno_set(const char *path, const char *what,
			    struct lg_error *err);

/* LG_ERR_IO: "cannot be read: " and the words for errno. */
static inline enum lg_status lg_errno_unread(const char *path,
					     struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_IO, path, "cannot be read: %s",
			    strerror(errno));
}

/*
 * Opens a file that is read whole; who made it a FIFO is not waited for.
 * needed: what should stand there, after "is a directory; ".
 * Returns: LG_OK, *out_fd is the caller's; LG_ERR_IO.
 */
enum lg_status lg_open_regular(const char *path, const char *needed,
			       int *out_fd, struct stat *out_is,
			       struct lg_error *err);

/* All of it, or -1 with errno set. */
int lg_write_all(int fd, const void *bytes, size_t len);

/* Appends all that is left to read: 0, or -1 with errno set. */
int lg_read_all(int fd, struct lg_buffer *out_bytes);

/* The folder that path is in: freed by the caller; NULL: no memory. */
char *lg_folder_of(const char *path);

/* That folder, open: a descriptor, or -1 with errno set. */
int lg_open_folder_of(const char *path);

/* Makes the folders that path is in, with the mode that they may have at most.
 * 0, or -1 with errno set. */
int lg_make_folders_of(const char *path, mode_t mode);

/* A new name lasts only when its folder is flushed: flushes the one that path
 * is in. 0, or -1 with errno set. */
int lg_flush_folder_of(const char *path);

#endif
