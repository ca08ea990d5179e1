/* SPDX-License-Identifier: ISC */
/*
 * The keys of a profile that name accounts: of [logon_only_as], and of
 * [applies_to], whose keys all count together (contract 9 "Whom it concerns",
 * 12 "Who is concerned").
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <logongate/dn.h>

#include "base/listed.h"
#include "base/utf8.h"

#include "adapters/system/durable.h"

#include "adapters/ini/profile_values.h"

static enum lg_status check_dn(const struct lg_profile_reader *reader)
{
	struct lg_error told = {0};

	return lg_ini_told(
		reader->item,
		lg_dn_check(reader->value, strlen(reader->value), NULL, &told),
		&told, reader->err);
}

/* "0" is the value that ends a lock (L11), not a DN. */
static enum lg_status check_dn_or_0(const struct lg_profile_reader *reader)
{
	return strcmp(reader->value, "0") ? check_dn(reader) : LG_OK;
}

enum lg_status lg_profile_take_dn(struct lg_profile_reader *reader, void *field)
{
	enum lg_status status = check_dn(reader);

	return status == LG_OK ? lg_list_text(field, reader->value, reader->err)
			       : status;
}

enum lg_status lg_profile_take_dn_or_0(struct lg_profile_reader *reader,
				       void *field)
{
	enum lg_status status = check_dn_or_0(reader);

	return status == LG_OK ? lg_list_text(field, reader->value, reader->err)
			       : status;
}

enum lg_status lg_profile_take_single(struct lg_profile_reader *reader,
				      void *field)
{
	enum lg_status status = check_dn_or_0(reader);

	return status == LG_OK ? lg_profile_take_text(reader, field) : status;
}

enum lg_status lg_profile_take_user(struct lg_profile_reader *reader,
				    void *field)
{
	size_t i;

	for (i = 0; reader->value[i]; i++)
		if ((unsigned char)reader->value[i] < 0x20 ||
		    reader->value[i] == 0x7f)
			break;
	if (!i || reader->value[i] || reader->value[0] == ' ' ||
	    reader->value[i - 1] == ' ')
		return lg_ini_wrong(reader->item, LG_ERR_SYNTAX, reader->err,
				    "\"%s\" is not a logon name; write "
				    "\"name\" or \"name@example.org\"",
				    reader->value);
	return lg_list_text(field, reader->value, reader->err);
}

enum lg_status lg_profile_take_filter(struct lg_profile_reader *reader,
				      void *field)
{
	if (reader->value[0] != '(')
		return lg_ini_wrong(reader->item, LG_ERR_SYNTAX, reader->err,
				    "\"%s\" is not an LDAP filter; write "
				    "\"(attribute=value)\"",
				    reader->value);
	return lg_profile_take_text(reader, field);
}

/* "example.org", not an address and not a pattern: domains are whole. */
static enum lg_status take_domain(const struct lg_profile_reader *reader,
				  const char *domain, struct lg_strlist *list)
{
	const char *hint = domain[0] == '@' ? domain + 1 : "example.org";

	if (!lg_mail_domain_valid(domain))
		return lg_ini_wrong(
			reader->item, LG_ERR_SYNTAX, reader->err,
			"\"%s\" is not a mail domain; write \"%s\" (whole "
			"domains, without those below them)",
			domain, hint);
	return lg_list_text(list, domain, reader->err);
}

enum lg_status lg_profile_take_domains(struct lg_profile_reader *reader,
				       void *field)
{
	struct lg_strlist domains = {0};
	enum lg_status status = lg_ini_split(reader->item, reader->value,
					     &domains, reader->err);

	if (status == LG_OK && !domains.count)
		status = lg_error_set_at(reader->err, LG_ERR_SYNTAX,
					 reader->item->file, reader->item->line,
					 "domains names no domain; write "
					 "domains = \"example.org\" or leave "
					 "it out");
	for (size_t i = 0; i < domains.count && status == LG_OK; i++)
		status = take_domain(reader, domains.item[i], field);
	lg_strlist_release(&domains);
	return status;
}

enum {
	CHUNK = 64 * 1024,
	/* 256 characters of UTF-8 with room for a comment's length. */
	LINE_LIMIT = 8 * 1024
};

/* A list of DNs and logon names, of any length. It is streamed through one
 * chunk: only the line at the edge of a chunk is put together in a buffer, so a
 * million DNs cost what the list costs. */
struct list_file {
	const char *path;
	struct lg_strlist *list;
	struct lg_strlist *users;
	size_t line;
	struct lg_buffer rest; /* of a line that the chunk cut */
	struct lg_error *err;
};

static enum lg_status bad_text(const struct list_file *file, const char *what)
{
	return lg_error_set_at(file->err, LG_ERR_SYNTAX, file->path, file->line,
			       "%s; save the file as UTF-8, one DN or logon "
			       "name a line",
			       what);
}

static enum lg_status take_name(struct list_file *file, const char *text,
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
		return lg_error_set_at(file->err, LG_ERR_SYNTAX, file->path,
				       file->line,
				       "\"%.*s\" is neither a logon name nor a "
				       "DN; write name@example.org or "
				       "/o=Org/ou=Site/cn=Recipients/cn=name, "
				       "one a line and without blanks around "
				       "it",
				       (int)printed, text);
	return lg_strlist_add(file->users, text, len, file->err);
}

static enum lg_status take_line(struct list_file *file, const char *text,
				size_t len)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct lg_error dn_error = {0};
	enum lg_status status;
	size_t blank;

	file->line++;
	if (file->line == 1 && len >= 3 && !memcmp(text, mark, 3)) {
		text += 3;
		len -= 3;
	}
	if (file->line == 1 && len >= 2 &&
	    (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2)))
		return bad_text(file, "this is UTF-16");
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
		return bad_text(file, "a NUL byte");
	if (lg_utf8_valid(text, len) != len)
		return bad_text(file, "bytes that are not UTF-8");
	if (text[0] != '/')
		return take_name(file, text, len);
	status = lg_dn_check(text, len, NULL, &dn_error);
	if (status == LG_ERR_NO_MEMORY)
		return lg_error_set(file->err, status, NULL, "out of memory");
	if (status != LG_OK)
		return lg_error_set_at(file->err, status, file->path,
				       file->line, "%s", dn_error.text);
	return lg_strlist_add(file->list, text, len, file->err);
}

/* All whole lines of the chunk; what is left goes into rest. */
static enum lg_status take_chunk(struct list_file *file, const char *chunk,
				 size_t len)
{
	enum lg_status status = LG_OK;
	size_t at = 0;

	while (status == LG_OK && at < len) {
		const char *end = memchr(chunk + at, '\n', len - at);
		size_t length = end ? (size_t)(end - chunk) - at : len - at;

		if (file->rest.len + length > LINE_LIMIT)
			return lg_error_set_at(file->err, LG_ERR_LIMIT,
					       file->path, file->line + 1,
					       "the line is longer than %d "
					       "bytes; write one DN or logon "
					       "name a line",
					       LINE_LIMIT);
		if (end && !file->rest.len) {
			status = take_line(file, chunk + at, length);
		} else {
			lg_buffer_append(&file->rest, chunk + at, length);
			status = lg_buffer_status(&file->rest, file->err);
			if (status == LG_OK && end) {
				status = take_line(file, file->rest.data,
						   file->rest.len);
				lg_buffer_clear(&file->rest);
			}
		}
		at += length + 1;
	}
	return status;
}

static enum lg_status read_all(struct list_file *file, int fd)
{
	char chunk[CHUNK];
	enum lg_status status = LG_OK;
	ssize_t got;

	while (status == LG_OK && (got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return lg_errno_unread(file->path, file->err);
		status = take_chunk(file, chunk, (size_t)got);
	}
	if (status == LG_OK && file->rest.len)
		status = take_line(file, file->rest.data, file->rest.len);
	return status;
}

/*
 * Adds the DNs of path to list; a line that does not begin with / is a logon
 * name and is added to users.
 * Shape: UTF-8 (a byte-order mark is let pass), LF or CRLF, one a line; # in
 * column 1 begins a comment; blank lines are skipped.
 * Returns: LG_OK; LG_ERR_IO, path cannot be read; LG_ERR_SYNTAX, LG_ERR_LIMIT
 * with the line. On failure both may hold some.
 */
static enum lg_status read_list(const char *path, struct lg_strlist *list,
				struct lg_strlist *users, struct lg_error *err)
{
	struct list_file file = {
		.path = path, .list = list, .users = users, .err = err};
	struct stat is;
	int fd;
	enum lg_status status = lg_open_regular(
		path, "a list with one DN or logon name a line is needed", &fd,
		&is, err);

	if (status != LG_OK)
		return status;
	status = read_all(&file, fd);
	close(fd);
	lg_buffer_release(&file.rest);
	return status;
}

/* The lines of a file beside the profile. */
static enum lg_status take_file(const struct lg_profile_reader *reader,
				struct lg_strlist *dn, struct lg_strlist *users)
{
	struct lg_buffer path = {0};
	enum lg_status status;

	if (!*reader->value)
		return lg_error_set_at(reader->err, LG_ERR_SYNTAX,
				       reader->item->file, reader->item->line,
				       "%s names no file; write "
				       "%s = \"testers.txt\"",
				       reader->item->key, reader->item->key);
	lg_ini_path(reader->item, reader->value, &path);
	status = lg_buffer_status(&path, reader->err);
	if (status == LG_OK)
		status = read_list(path.data, dn, users, reader->err);
	lg_buffer_release(&path);
	return status;
}

enum lg_status lg_profile_take_allow_file(struct lg_profile_reader *reader,
					  void *field)
{
	return take_file(reader, field, &reader->profile->allow_user);
}

enum lg_status lg_profile_take_applies_file(struct lg_profile_reader *reader,
					    void *field)
{
	return take_file(reader, field, &reader->profile->applies_user);
}
