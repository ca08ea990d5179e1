/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads a ticket cache file: a header, whose it is, then one ticket behind
 * another. All numbers are big-endian, all texts counted; a length is believed
 * only as far as there are bytes. Of a ticket only its server and its end
 * matter; what the library keeps there for itself is no ticket.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/instant.h"

#include "winreg/tickets.h"

enum {
	VERSION_4 = 0x0504,
	FILE_MAX = 1 << 20
};

/* Where the library keeps settings of its own in a cache. */
#define CONF_REALM "X-CACHECONF:"

struct reader {
	const uint8_t *at;
	size_t left;
	int failed;
};

static const uint8_t *take(struct reader *reader, size_t len)
{
	const uint8_t *at = reader->at;

	if (reader->failed || len > reader->left) {
		reader->failed = 1;
		return NULL;
	}
	reader->at += len;
	reader->left -= len;
	return at;
}

static uint32_t take_number(struct reader *reader, size_t len)
{
	const uint8_t *bytes = take(reader, len);
	uint32_t number = 0;

	for (size_t i = 0; bytes && i < len; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* NULL where the text ends too soon. */
static const char *take_text(struct reader *reader, size_t *out_len)
{
	*out_len = take_number(reader, 4);
	return (const char *)take(reader, *out_len);
}

/* 1 for one of the library's own. Appends "name/instance@REALM" to out. */
static int take_principal(struct reader *reader, struct lg_buffer *out)
{
	const char *realm;
	const char *part;
	size_t realm_len;
	size_t len;
	uint32_t count;

	take_number(reader, 4); /* kind of name */
	count = take_number(reader, 4);
	realm = take_text(reader, &realm_len);
	for (uint32_t i = 0; i < count && !reader->failed; i++) {
		part = take_text(reader, &len);
		if (out && i)
			lg_buffer_char(out, '/');
		if (out && part)
			lg_buffer_append(out, part, len);
	}
	if (!realm)
		return 0;
	if (out)
		lg_buffer_char(out, '@');
	if (out)
		lg_buffer_append(out, realm, realm_len);
	return realm_len == strlen(CONF_REALM) &&
	       memcmp(realm, CONF_REALM, realm_len) == 0;
}

static void pass_pairs(struct reader *reader)
{
	uint32_t count = take_number(reader, 4);
	size_t len;

	while (count-- && !reader->failed) {
		take_number(reader, 2);
		take_text(reader, &len);
	}
}

/* When the ticket ends; 0 for what is none. */
static int64_t take_ticket(struct reader *reader)
{
	int64_t until;
	size_t len;
	int is_conf;

	take_principal(reader, NULL); /* whose it is */
	is_conf = take_principal(reader, NULL);
	take_number(reader, 2); /* kind of key */
	take_text(reader, &len);
	take(reader, 8); /* since when */
	until = take_number(reader, 4);
	take(reader, 4 + 1 + 4); /* renewable until, two kinds of flags */
	pass_pairs(reader);      /* addresses */
	pass_pairs(reader);      /* authorization data */
	take_text(reader, &len);
	take_text(reader, &len);
	return is_conf ? 0 : until;
}

enum lg_status tickets_parse(const uint8_t *bytes, size_t len,
			     struct lg_buffer *out_owner, int64_t *out_until,
			     struct lg_error *err)
{
	struct reader reader = {bytes, len, 0};
	struct lg_buffer owner = {0};
	int64_t until = 0;
	enum lg_status status;

	if (take_number(&reader, 2) != VERSION_4)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "no ticket cache of version 4");
	take(&reader, take_number(&reader, 2));
	take_principal(&reader, &owner);
	while (!reader.failed && reader.left) {
		int64_t end = take_ticket(&reader);

		if (!reader.failed && end > until)
			until = end;
	}
	status = reader.failed
			 ? lg_error_set(err, LG_ERR_SYNTAX, NULL,
					"a ticket cache that ends too soon")
			 : lg_buffer_status(&owner, err);
	if (status == LG_OK) {
		lg_buffer_append(out_owner, owner.data, owner.len);
		status = lg_buffer_status(out_owner, err);
	}
	if (status == LG_OK)
		*out_until = until;
	lg_buffer_release(&owner);
	return status;
}

static int read_file(const char *path, struct lg_buffer *out)
{
	char chunk[4096];
	struct stat info;
	ssize_t got = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return 0;
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
	    info.st_size <= FILE_MAX)
		while ((got = read(fd, chunk, sizeof(chunk))) > 0 &&
		       out->len <= FILE_MAX)
			lg_buffer_append(out, chunk, (size_t)got);
	close(fd);
	explicit_bzero(chunk, sizeof(chunk));
	return got == 0;
}

/* The file of a name of a cache; "" where it is none. */
static void file_of(const char *name, struct lg_buffer *out)
{
	lg_buffer_text(out, "");
	if (!name || !*name)
		lg_buffer_format(out, "/tmp/krb5cc_%lu",
				 (unsigned long)getuid());
	else if (strncmp(name, "FILE:", 5) == 0)
		lg_buffer_text(out, name + 5);
	else if (!strchr(name, ':'))
		lg_buffer_text(out, name);
}

enum tickets_state tickets_tell(const char *name, int64_t now,
				struct lg_buffer *out_sentence)
{
	enum tickets_state state = TICKETS_UNKNOWN;
	struct lg_buffer path = {0};
	struct lg_buffer bytes = {0};
	struct lg_buffer owner = {0};
	char end[LG_INSTANT_SIZE];
	int64_t until = 0;

	file_of(name, &path);
	if (lg_buffer_status(&path, NULL) != LG_OK || !path.len) {
		lg_buffer_text(out_sentence,
			       "no Kerberos ticket, one that expired (klist "
			       "shows it), or a missing right");
		goto out;
	}
	if (!read_file(path.data, &bytes) ||
	    lg_buffer_status(&bytes, NULL) != LG_OK) {
		state = TICKETS_MISSING;
		lg_buffer_format(out_sentence,
				 "no Kerberos ticket: %s is not there or "
				 "cannot be read; kinit gets one, "
				 "credentials_file does without",
				 path.data);
	} else if (tickets_parse((const uint8_t *)bytes.data, bytes.len, &owner,
				 &until, NULL) != LG_OK) {
		state = TICKETS_MISSING;
		lg_buffer_format(
			out_sentence,
			"no Kerberos ticket: %s is not a ticket cache; kinit "
			"makes it anew",
			path.data);
	} else if (!until) {
		state = TICKETS_MISSING;
		lg_buffer_format(out_sentence,
				 "no Kerberos ticket of %s in %s; kinit gets "
				 "one",
				 owner.data, path.data);
	} else {
		state = until <= now ? TICKETS_EXPIRED : TICKETS_GOOD;
		lg_buffer_format(out_sentence,
				 state == TICKETS_EXPIRED
					 ? "the Kerberos ticket of %s in %s "
					   "expired at "
					 : "the Kerberos ticket of %s in %s is "
					   "good until ",
				 owner.data, path.data);
		lg_instant_format(until, end);
		lg_buffer_format(
			out_sentence, "%s%s", end,
			state == TICKETS_EXPIRED
				? "; kinit gets a new one"
				: "; the account lacks a right there, "
				  "the domain has no such server, or a "
				  "clock is wrong");
	}
out:
	if (bytes.data)
		explicit_bzero(bytes.data, bytes.capacity);
	lg_buffer_release(&bytes);
	lg_buffer_release(&owner);
	lg_buffer_release(&path);
	return state;
}
