/* SPDX-License-Identifier: ISC */
/*
 * The file is no secret, but whoever may change it decides who may lock.
 */
#include "adapters/ed25519/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* LG_FLEET_KEYS_MAX lines are far shorter. */
#define FILE_MAX ((size_t)256 << 10)

static enum lg_status read_all(int fd, const char *path,
			       struct lg_buffer *out_text, struct lg_error *err)
{
	char part[4096];
	ssize_t got;

	while ((got = read(fd, part, sizeof(part))) > 0) {
		lg_buffer_append(out_text, part, (size_t)got);
		if (out_text->len > FILE_MAX)
			return lg_error_set(err, LG_ERR_LIMIT, path,
					    "is longer than a list of keys");
	}
	if (got < 0)
		return lg_error_set(err, LG_ERR_IO, path, "%s",
				    strerror(errno));
	return lg_buffer_status(out_text, err);
}

enum lg_status lg_fleet_keys_file(const char *path, struct lg_fleet_keys *keys,
				  struct lg_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct lg_buffer text = {0};
	enum lg_status status = LG_OK;
	struct stat is;

	if (fd < 0 || fstat(fd, &is)) {
		status = lg_error_set(err, LG_ERR_IO, path, "%s",
				      strerror(errno));
	} else if (is.st_mode & (S_IWGRP | S_IWOTH)) {
		status = lg_error_set(err, LG_ERR_IO, path,
				      "others than its owner may write this "
				      "file, which says who may lock; chmod "
				      "go-w %s",
				      path);
	} else {
		status = read_all(fd, path, &text, err);
	}
	if (status == LG_OK)
		status = lg_fleet_keys_parse(keys, text.len ? text.data : "",
					     text.len, path, err);
	if (status == LG_OK && !lg_fleet_keys_valid(keys))
		status = lg_error_set(err, LG_ERR_SYNTAX, path,
				      "names no key that counts");
	if (fd >= 0)
		close(fd);
	lg_buffer_release(&text);
	return status;
}
