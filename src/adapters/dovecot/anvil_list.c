/* SPDX-License-Identifier: ISC */
/*
 * anvil_list.c - lines and fields; a name is kept as it came, too
 */
#include "adapters/dovecot/anvil_list.h"

#include <string.h>

#include "base/hex.h"

enum {
	FIELDS = 6,
	GUID_LEN = 32,
	DIGITS_MAX = 9
};

enum field {
	PID,
	USER,
	SERVICE,
	ADDRESS,
	GUID
};

struct part {
	const char *text;
	size_t len;
};

static enum lg_status unreadable(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_IO, NULL,
			    "anvil's answer cannot be read");
}

/* Gives the next line, and moves on behind it; 0: none is whole. */
static int next_line(const char **at, const char *end, struct part *out_line)
{
	const char *stop = memchr(*at, '\n', (size_t)(end - *at));

	if (!stop)
		return 0;
	*out_line = (struct part){*at, (size_t)(stop - *at)};
	*at = stop + 1;
	return 1;
}

static int split(const struct part *line, struct part *out_field)
{
	const char *at = line->text;
	const char *end = line->text + line->len;

	for (int i = 0; i < FIELDS; i++) {
		const char *stop = memchr(at, '\t', (size_t)(end - at));

		if (!stop && i + 1 < FIELDS)
			return 0;
		out_field[i] =
			(struct part){at, (size_t)((stop ? stop : end) - at)};
		at = stop ? stop + 1 : end;
	}
	return 1;
}

static int is_number(const struct part *part)
{
	if (!part->len || part->len > DIGITS_MAX)
		return 0;
	for (size_t i = 0; i < part->len; i++)
		if (part->text[i] < '0' || part->text[i] > '9')
			return 0;
	return 1;
}

static int is_guid(const struct part *part)
{
	if (part->len != GUID_LEN)
		return 0;
	for (size_t i = 0; i < part->len; i++)
		if (lg_hex_value(part->text[i]) < 0)
			return 0;
	return 1;
}

/* What Dovecot escapes comes behind a byte 1. What is no name, or no escape of
 * Dovecot's, is left as it is: nobody is called so. */
static void append_name(const struct part *part, struct lg_buffer *out_name)
{
	static const char written[] = "1trn";
	static const char meant[] = "\001\t\r\n";

	for (size_t i = 0; i < part->len; i++) {
		const char *found = NULL;

		if (part->text[i] == '\001' && i + 1 < part->len)
			found = memchr(written, part->text[i + 1],
				       sizeof(written) - 1);
		lg_buffer_char(out_name,
			       found ? meant[found - written] : part->text[i]);
		i += found != NULL;
	}
	lg_buffer_char(out_name, '\0');
}

static void append_part(const struct part *part, struct lg_buffer *out)
{
	lg_buffer_append(out, part->text, part->len);
}

static enum lg_status add_row(const struct part *field,
			      struct lg_anvil_list *list, struct lg_error *err)
{
	struct lg_buffer id = {0}, user = {0}, address = {0}, named = {0};
	struct lg_session session = {.door = "dovecot"};
	enum lg_status status;

	append_part(&field[SERVICE], &id);
	lg_buffer_char(&id, '-');
	append_part(&field[PID], &id);
	append_name(&field[USER], &user);
	append_part(&field[ADDRESS], &address);
	append_part(&field[USER], &named);
	lg_buffer_char(&named, '\t');
	append_part(&field[GUID], &named);
	if ((status = lg_buffer_status(&id, err)) == LG_OK &&
	    (status = lg_buffer_status(&user, err)) == LG_OK &&
	    (status = lg_buffer_status(&address, err)) == LG_OK &&
	    (status = lg_buffer_status(&named, err)) == LG_OK) {
		session.id = id.data;
		session.user = user.data;
		session.address = address.len ? address.data : NULL;
		status = lg_session_list_add(&list->now, &session, err);
	}
	if (status == LG_OK)
		status = lg_strlist_add(&list->named, named.data, named.len,
					err);
	lg_buffer_release(&id);
	lg_buffer_release(&user);
	lg_buffer_release(&address);
	lg_buffer_release(&named);
	return status;
}

static enum lg_status parse(const char *at, const char *end,
			    struct lg_anvil_list *list, struct lg_error *err)
{
	static const char version[] = "VERSION\tanvil-server\t2\t";
	struct part line, field[FIELDS];
	enum lg_status status = LG_OK;

	if (!next_line(&at, end, &line) || line.len < sizeof(version) - 1 ||
	    memcmp(line.text, version, sizeof(version) - 1) != 0 ||
	    !next_line(&at, end, &line))
		return unreadable(err);
	while (status == LG_OK) {
		if (!next_line(&at, end, &line))
			return unreadable(err);
		if (!line.len)
			return at == end ? LG_OK : unreadable(err);
		if (!split(&line, field) || !is_number(&field[PID]) ||
		    !is_guid(&field[GUID]))
			return unreadable(err);
		status = add_row(field, list, err);
	}
	return status;
}

enum lg_status lg_anvil_list_parse(const char *text, size_t len,
				   struct lg_anvil_list *out_list,
				   struct lg_error *err)
{
	struct lg_anvil_list list = {0};
	enum lg_status status;

	/* It would end texts. */
	if (!len || memchr(text, '\0', len))
		return unreadable(err);
	status = parse(text, text + len, &list, err);
	if (status == LG_OK)
		*out_list = list;
	else
		lg_anvil_list_release(&list);
	return status;
}

void lg_anvil_list_release(struct lg_anvil_list *list)
{
	lg_session_list_release(&list->now);
	lg_strlist_release(&list->named);
}

int lg_anvil_list_ends(const char *text, size_t len)
{
	const char *end = text + len;
	const char *second;

	if (len < 3 || end[-1] != '\n' || end[-2] != '\n')
		return 0;
	/* The line that names no columns is empty, too. */
	second = memchr(text, '\n', len);
	return second &&
	       memchr(second + 1, '\n', (size_t)(end - second - 1)) != end - 1;
}

int lg_anvil_is_count(const char *line, size_t len)
{
	return is_number(&(struct part){line, len});
}
