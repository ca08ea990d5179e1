/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads a credentials file. The rule about who may read it is checked on the
 * open file, so that nobody can exchange the file in between.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "winreg/credentials.h"

enum {
	FILE_MAX = 65536
};

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts the blanks at both ends. */
static void trim(const char **text, size_t *len)
{
	while (*len && is_blank((*text)[0])) {
		++*text;
		--*len;
	}
	while (*len && is_blank((*text)[*len - 1]))
		--*len;
}

static char *field_of(struct credentials *credentials, const char *name,
		      size_t len)
{
	if (len == 8 && strncasecmp(name, "username", len) == 0)
		return credentials->username;
	if (len == 8 && strncasecmp(name, "password", len) == 0)
		return credentials->password;
	if (len == 6 && strncasecmp(name, "domain", len) == 0)
		return credentials->domain;
	return NULL;
}

static enum lg_status take_line(const char *line, size_t len, const char *place,
				size_t number, struct credentials *credentials,
				struct lg_error *err)
{
	const char *equals = memchr(line, '=', len);
	const char *name = line;
	const char *value = equals ? equals + 1 : line;
	size_t name_len = equals ? (size_t)(equals - line) : len;
	size_t value_len = equals ? len - name_len - 1 : 0;
	char *field;

	trim(&name, &name_len);
	trim(&value, &value_len);
	if (!name_len && !equals)
		return LG_OK;
	if (name_len && (*name == '#' || *name == ';'))
		return LG_OK;
	field = field_of(credentials, name, name_len);
	/* Never show the line: it may be the password. */
	if (!equals || !field)
		return lg_error_set_at(
			err, LG_ERR_SYNTAX, place, number,
			"the line is not username = ..., password = ... or "
			"domain = ...");
	if (value_len > CREDENTIAL_MAX)
		return lg_error_set_at(err, LG_ERR_LIMIT, place, number,
				       "the value has more than %d bytes",
				       CREDENTIAL_MAX);
	if (memchr(value, '\0', value_len))
		return lg_error_set_at(err, LG_ERR_SYNTAX, place, number,
				       "a NUL stands in the line");
	if (*field)
		return lg_error_set_at(err, LG_ERR_SYNTAX, place, number,
				       "the name is given twice");
	memcpy(field, value, value_len);
	field[value_len] = '\0';
	return LG_OK;
}

enum lg_status credentials_parse(const char *text, size_t len,
				 const char *place,
				 struct credentials *out_credentials,
				 struct lg_error *err)
{
	struct credentials credentials = {{0}, {0}, {0}};
	enum lg_status status = LG_OK;
	size_t number = 0;

	while (status == LG_OK && len) {
		const char *end = memchr(text, '\n', len);
		size_t line = end ? (size_t)(end - text) : len;

		status = take_line(text, line, place, ++number, &credentials,
				   err);
		line += end != NULL;
		text += line;
		len -= line;
	}
	if (status == LG_OK &&
	    (!credentials.username[0] || !credentials.password[0]))
		status = lg_error_set(err, LG_ERR_SYNTAX, place,
				      "username = ... and password = ... are "
				      "needed");
	if (status == LG_OK)
		*out_credentials = credentials;
	explicit_bzero(&credentials, sizeof(credentials));
	return status;
}

static enum lg_status check_file(int fd, const char *path, struct lg_error *err)
{
	struct stat info;

	if (fstat(fd, &info) != 0)
		return lg_error_set(err, LG_ERR_IO, path, "%s",
				    strerror(errno));
	if (!S_ISREG(info.st_mode))
		return lg_error_set(err, LG_ERR_IO, path,
				    "is not a regular file");
	if (info.st_mode & (S_IRWXG | S_IRWXO))
		return lg_error_set(err, LG_ERR_IO, path,
				    "is a secret that others can read (mode "
				    "%04o); make it chmod 0600, and let it "
				    "belong to the gate's user",
				    (unsigned int)info.st_mode & 07777);
	/* Root uses the gate's, which ends a lock on servers. */
	if (info.st_uid != geteuid() && info.st_uid != 0 && geteuid() != 0)
		return lg_error_set(err, LG_ERR_IO, path,
				    "belongs to another user");
	if (info.st_size > FILE_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, path,
				    "has more than %d bytes", FILE_MAX);
	return LG_OK;
}

enum lg_status credentials_read(const char *path,
				struct credentials *out_credentials,
				struct lg_error *err)
{
	struct lg_buffer text = {0};
	char part[4096];
	enum lg_status status;
	ssize_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return lg_error_set(err, LG_ERR_IO, path, "%s",
				    strerror(errno));
	status = check_file(fd, path, err);
	while (status == LG_OK && (got = read(fd, part, sizeof(part))) > 0 &&
	       text.len <= FILE_MAX)
		lg_buffer_append(&text, part, (size_t)got);
	if (status == LG_OK && got < 0)
		status = lg_error_set(err, LG_ERR_IO, path, "%s",
				      strerror(errno));
	close(fd);
	if (status == LG_OK)
		status = lg_buffer_status(&text, err);
	if (status == LG_OK)
		status = credentials_parse(text.data ? text.data : "", text.len,
					   path, out_credentials, err);
	explicit_bzero(part, sizeof(part));
	if (text.data)
		explicit_bzero(text.data, text.capacity);
	lg_buffer_release(&text);
	return status;
}
