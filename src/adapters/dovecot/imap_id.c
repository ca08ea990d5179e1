/* SPDX-License-Identifier: ISC */
/*
 * imap_id.c - the client's name out of an IMAP ID list (RFC 2971)
 *
 * Pairs of quoted strings, or NIL, with blanks between. What does not read as
 * such a list is kept whole: it is for people to read, not for a verdict.
 */
#include <string.h>
#include <strings.h>

#include "core/policy/message.h"

#include "adapters/dovecot/auth_policy.h"

/* One string at *pos; appended to out and ended with a NUL. 1; 0 at the end;
 * -1 when it is none. */
static int string_next(const char **pos, struct lg_buffer *out)
{
	const char *p = *pos;

	while (*p == ' ' || *p == '(' || *p == ')')
		p++;
	if (!*p)
		return 0;
	if (!strncasecmp(p, "NIL", 3)) {
		p += 3;
	} else {
		if (*p != '"')
			return -1;
		for (p++; *p != '"'; p++) {
			if (*p == '\\' && p[1])
				p++;
			if (!*p)
				return -1;
			lg_buffer_char(out, *p);
		}
		p++;
	}
	lg_buffer_char(out, '\0');
	*pos = p;
	return 1;
}

/* The words that are told, in this order. */
static const char *const told[] = {"name", "version", "os"};
#define TOLD (sizeof(told) / sizeof(told[0]))

static int pairs_read(const char *text, struct lg_buffer *strings,
		      size_t value[TOLD])
{
	for (;;) {
		size_t name = strings->len, at, i;
		int got = string_next(&text, strings);

		if (got <= 0)
			return got == 0;
		at = strings->len;
		if (string_next(&text, strings) != 1)
			return 0;
		if (lg_buffer_status(strings, NULL) != LG_OK)
			return 0;
		for (i = 0; i < TOLD; i++)
			if (!strcasecmp(strings->data + name, told[i]))
				value[i] = at;
	}
}

void lg_imap_id_client(const char *client_id, struct lg_buffer *out_client)
{
	struct lg_buffer strings = {0};
	size_t value[TOLD] = {0}, start = out_client->len, i;

	if (pairs_read(client_id, &strings, value)) {
		for (i = 0; i < TOLD; i++) {
			/* No value stands at 0: its name is before it. */
			const char *text =
				value[i] ? strings.data + value[i] : "";

			if (!*text)
				continue;
			if (out_client->len > start)
				lg_buffer_char(out_client, ' ');
			lg_message_clean(text, strlen(text), out_client);
		}
	}
	if (lg_buffer_status(&strings, NULL) != LG_OK)
		out_client->status = LG_ERR_NO_MEMORY;
	if (out_client->len == start)
		lg_message_clean(client_id, strlen(client_id), out_client);
	lg_buffer_release(&strings);
}
