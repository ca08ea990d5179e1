/* SPDX-License-Identifier: ISC */
/*
 * Streams the file through one chunk: only the line at the edge of a chunk is
 * put together in a buffer, so a million DNs cost what the list costs.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <logongate/buffer.h>
#include <logongate/dn.h>

#include "base/utf8.h"
#include "adapters/system/durable.h"

#include "adapters/ini/allow_file.h"

enum {
	CHUNK = 64 * 1024,
	/* 256 characters of UTF-8 with room for a comment's length. */
	LINE_LIMIT = 8 * 1024
};

struct reader {
	const char *path;
	struct lg_strlist *list;
	struct lg_strlist *users;
	size_t line;
	struct lg_buffer rest; /* of a line that the chunk cut */
	struct lg_error *err;
};

static enum lg_status bad_text(const struct reader *reader, const char *what)
{
	return lg_error_set_at(reader->err, LG_ERR_SYNTAX, reader->path,
			       reader->line,
			       "%s; save the file as UTF-8, one DN or logon "
			       "name a line",
			       what);
}

static enum lg_status take_name(struct reader *reader, const char *text,
				size_t len)
{
	size_t printed;
	size_t i;

	/* Two on a line, or a DN without its first character, is none. */
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f ||
		    strchr(",;=", text[i]))
			break;
	/* As far as it can be shown. */
	for (printed = 0; printed < len && printed < 80; printed++)
		if ((unsigned char)text[printed] < 0x20 ||
		    text[printed] == 0x7f)
			break;
	if (i < len || text[0] == ' ' || text[len - 1] == ' ')
		return lg_error_set_at(reader->err, LG_ERR_SYNTAX, reader->path,
				       reader->line,
				       "\"%.*s\" is neither a logon name nor a "
				       "DN; write name@example.org or "
				       "/o=Org/ou=Site/cn=Recipients/cn=name, "
				       "one a line and without blanks around "
				       "it",
				       (int)printed, text);
	return lg_strlist_add(reader->users, text, len, reader->err);
}

static enum lg_status take_line(struct reader *reader, const char *text,
				size_t len)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct lg_error dn_error = {0};
	enum lg_status status;
	size_t blank;

	reader->line++;
	if (reader->line == 1 && len >= 3 && !memcmp(text, mark, 3)) {
		text += 3;
		len -= 3;
	}
	if (reader->line == 1 && len >= 2 &&
	    (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2)))
		return bad_text(reader, "this is UTF-16");
	if (len && text[len - 1] == '\r')
		len--;
	if (len && text[0] == '#')
		return LG_OK;
	for (blank = 0; blank < len; blank++)
		if (text[blank] != ' ' && text[blank] != '\t')
			break;
	if (blank == len)
		return LG_OK;
	if (memchr(text, '\0', len))
		return bad_text(reader, "a NUL byte");
	if (lg_utf8_valid(text, len) != len)
		return bad_text(reader, "bytes that are not UTF-8");
	if (text[0] != '/')
		return take_name(reader, text, len);
	status = lg_dn_check(text, len, NULL, &dn_error);
	if (status == LG_ERR_NO_MEMORY)
		return lg_error_set(reader->err, status, NULL, "out of memory");
	if (status != LG_OK)
		return lg_error_set_at(reader->err, status, reader->path,
				       reader->line, "%s", dn_error.text);
	return lg_strlist_add(reader->list, text, len, reader->err);
}

/* All whole lines of the chunk; what is left goes into rest. */
static enum lg_status take_chunk(struct reader *reader, const char *chunk,
				 size_t len)
{
	enum lg_status status = LG_OK;
	size_t at = 0;

	while (status == LG_OK && at < len) {
		const char *end = memchr(chunk + at, '\n', len - at);
		size_t length = end ? (size_t)(end - chunk) - at : len - at;

		if (reader->rest.len + length > LINE_LIMIT)
			return lg_error_set_at(reader->err, LG_ERR_LIMIT,
					       reader->path, reader->line + 1,
					       "the line is longer than %d "
					       "bytes; write one DN or logon "
					       "name a line",
					       LINE_LIMIT);
		if (end && !reader->rest.len) {
			status = take_line(reader, chunk + at, length);
		} else {
			lg_buffer_append(&reader->rest, chunk + at, length);
			status = lg_buffer_status(&reader->rest, reader->err);
			if (status == LG_OK && end) {
				status = take_line(reader, reader->rest.data,
						   reader->rest.len);
				lg_buffer_clear(&reader->rest);
			}
		}
		at += length + 1;
	}
	return status;
}

static enum lg_status read_all(struct reader *reader, int fd)
{
	char chunk[CHUNK];
	enum lg_status status = LG_OK;
	ssize_t got;

	while (status == LG_OK && (got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return lg_errno_unread(reader->path, reader->err);
		status = take_chunk(reader, chunk, (size_t)got);
	}
	if (status == LG_OK && reader->rest.len)
		status = take_line(reader, reader->rest.data, reader->rest.len);
	return status;
}

enum lg_status lg_allow_file_read(const char *path, struct lg_strlist *list,
				  struct lg_strlist *users,
				  struct lg_error *err)
{
	struct reader reader = {
		.path = path, .list = list, .users = users, .err = err};
	struct stat is;
	enum lg_status status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return lg_errno_unread(path, err);
	if (fstat(fd, &is) < 0)
		status = lg_errno_unread(path, err);
	else if (!S_ISREG(is.st_mode))
		status = lg_error_set(
			err, LG_ERR_IO, path,
			"is not a regular file; a list with one DN or logon "
			"name a line is needed");
	else
		status = read_all(&reader, fd);
	close(fd);
	lg_buffer_release(&reader.rest);
	return status;
}
