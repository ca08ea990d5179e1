/* SPDX-License-Identifier: ISC */
/*
 * dict_protocol.c - the line protocol between Dovecot and a dict server
 *
 * One command a line: a letter, then fields between tabs, in which NUL, TAB,
 * CR, LF and 0x01 are written as 0x01 and a letter. Keys hold session ids and
 * names with slashes, so the name is what stands after the tab, and of the
 * key only the fields in front are read.
 */
#include <stdlib.h>
#include <string.h>

#include "core/policy/message.h"

#include "adapters/dovecot/dict_protocol.h"
#include "adapters/dovecot/service.h"

#define COMMAND_HELLO 'H'
#define COMMAND_LOOKUP 'L'
#define ESCAPE '\001'

/* Appends a field and a NUL; 0 when it is not escaped as Dovecot does. A NUL
 * within would end a name early: it becomes a blank and *has_nul 1. */
static int unescape(const char *text, size_t len, struct lg_buffer *out,
		    int *has_nul)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == ESCAPE) {
			if (++i == len)
				return 0;
			switch (text[i]) {
			case '1':
				c = ESCAPE;
				break;
			case 't':
				c = '\t';
				break;
			case 'r':
				c = '\r';
				break;
			case 'n':
				c = '\n';
				break;
			case '0':
				c = '\0';
				break;
			default:
				return 0;
			}
		}
		if (!c) {
			*has_nul = 1;
			c = ' ';
		}
		lg_buffer_char(out, c);
	}
	lg_buffer_char(out, '\0');
	return 1;
}

/* Appends the next field of a key and a NUL; gives what stands behind it. */
static const char *field_copy(const char *key, struct lg_buffer *out)
{
	size_t len = strcspn(key, "/");

	lg_buffer_append(out, key, len);
	lg_buffer_char(out, '\0');
	return key[len] ? key + len + 1 : NULL;
}

/*
 * The master user of "master:NAME:/..." at rest, appended with its NUL; the
 * offset of it, 0 where there is none. A name may hold a slash.
 * Returns: 1; 0: a field that does not end.
 */
static int master_copy(const char *rest, struct lg_buffer *out,
		       size_t *out_offset)
{
	static const char mark[] = "master:";
	const char *name;
	const char *end;

	if (!rest || strncmp(rest, mark, sizeof(mark) - 1))
		return 1;
	name = rest + sizeof(mark) - 1;
	end = strstr(name, ":/");
	if (!end)
		return 0;
	if (end == name)
		return 1;
	*out_offset = out->len;
	lg_buffer_append(out, name, (size_t)(end - name));
	lg_buffer_char(out, '\0');
	return 1;
}

/* What stands behind "/NAME/" in a key whose first fields are left away: it may
 * hold slashes as well as the session id before it. */
static const char *client_id_of(const char *rest, const char *name,
				size_t name_len)
{
	const char *at = rest;

	if (!name_len)
		return NULL;
	while (at && (at = strchr(at, '/'))) {
		at++;
		if (!strncmp(at, name, name_len) && at[name_len] == '/')
			return at[name_len + 1] ? at + name_len + 1 : NULL;
	}
	return NULL;
}

/* The key behind its two first fields. */
static const char *behind_address(const char *key, size_t prefix_len)
{
	const char *at = strchr(key + prefix_len, '/');

	return at ? strchr(at + 1, '/') : NULL;
}

static enum lg_dict_event lookup_read(const char *line, size_t len,
				      struct lg_buffer *scratch,
				      struct lg_dict_request *out_request)
{
	static const char prefix[] = "shared/gate/";
	const char *tab = memchr(line, '\t', len);
	size_t key_len = tab ? (size_t)(tab - line) : len;
	size_t name = 0, name_len = 0, protocol = 0, address = 0, master = 0;
	const char *rest;
	char *key_copy;
	int is_whole = 1;
	int has_nul = 0;

	lg_buffer_clear(scratch);
	if (!unescape(line, key_len, scratch, &has_nul))
		return LG_DICT_BAD;
	if (tab) {
		const char *end = line + len;
		const char *stop =
			memchr(tab + 1, '\t', (size_t)(end - tab - 1));

		name = scratch->len;
		if (!unescape(tab + 1, (size_t)((stop ? stop : end) - tab - 1),
			      scratch, &has_nul))
			return LG_DICT_BAD;
		name_len = scratch->len - name - 1;
	}
	if (lg_buffer_status(scratch, NULL) != LG_OK)
		return LG_DICT_MORE;
	if (!strncmp(scratch->data, prefix, sizeof(prefix) - 1)) {
		/* The buffer may move while its own fields are appended. */
		key_copy = strdup(scratch->data + sizeof(prefix) - 1);
		if (!key_copy) {
			scratch->status = LG_ERR_NO_MEMORY;
			return LG_DICT_MORE;
		}
		protocol = scratch->len;
		rest = field_copy(key_copy, scratch);
		if (rest) {
			address = scratch->len;
			rest = field_copy(rest, scratch);
			is_whole = master_copy(rest, scratch, &master);
		}
		free(key_copy);
		if (lg_buffer_status(scratch, NULL) != LG_OK)
			return LG_DICT_MORE;
		if (!is_whole)
			return LG_DICT_BAD;
	}
	memset(out_request, 0, sizeof(*out_request));
	out_request->key = scratch->data;
	if (tab) {
		out_request->mailbox = scratch->data + name;
		out_request->name = out_request->mailbox;
		out_request->name_len = name_len;
	}
	if (master) {
		out_request->master = scratch->data + master;
		out_request->name = out_request->master;
		out_request->name_len = strlen(out_request->name);
	}
	if (protocol) {
		out_request->protocol_text = scratch->data + protocol;
		out_request->client_id = client_id_of(
			behind_address(scratch->data, sizeof(prefix) - 1),
			scratch->data + name, name_len);
	}
	if (address)
		out_request->address = scratch->data + address;
	out_request->protocol = lg_dovecot_protocol(out_request->protocol_text);
	out_request->has_nul = has_nul;
	out_request->is_decided =
		has_nul || lg_dovecot_is_decided(out_request->protocol_text,
						 out_request->master);
	out_request->is_about_life =
		out_request->protocol_text &&
		strcmp(out_request->protocol_text, "alive") == 0;
	return LG_DICT_LOOKUP;
}

enum lg_dict_event lg_dict_request_next(const char *in, size_t len,
					int *is_greeted,
					struct lg_buffer *scratch,
					struct lg_dict_request *out_request,
					size_t *out_consumed)
{
	const char *end = len ? memchr(in, '\n', len) : NULL;
	enum lg_dict_event event = LG_DICT_OTHER;
	size_t line_len;

	if (!end)
		return len > LG_DICT_LINE_MAX ? LG_DICT_BAD : LG_DICT_MORE;
	line_len = (size_t)(end - in);
	if (!line_len || line_len > LG_DICT_LINE_MAX)
		return LG_DICT_BAD;
	if (!*is_greeted) {
		if (*in != COMMAND_HELLO)
			return LG_DICT_BAD;
		*is_greeted = 1;
		*out_consumed = line_len + 1;
		return LG_DICT_HELLO;
	}
	if (*in == COMMAND_LOOKUP)
		event = lookup_read(in + 1, line_len - 1, scratch, out_request);
	if (event == LG_DICT_LOOKUP || event == LG_DICT_OTHER)
		*out_consumed = line_len + 1;
	return event;
}

void lg_dict_answer_admit(struct lg_buffer *answer)
{
	lg_buffer_text(answer, "O{\"nopassword\":\"y\"}\n");
}

void lg_dict_answer_none(struct lg_buffer *answer)
{
	lg_buffer_text(answer, "N\n");
}

void lg_dict_answer_refuse(enum lg_protocol protocol, const char *text,
			   struct lg_buffer *answer)
{
	lg_buffer_text(answer, "O{\"nopassword\":\"y\",\"nologin\":\"y\","
			       "\"reason\":");
	lg_dovecot_json_text(protocol == LG_PROTOCOL_POP3
				     ? lg_dovecot_response_code(protocol)
				     : "",
			     text, answer);
	lg_buffer_text(answer, "}\n");
}

void lg_dict_answer_fail(const char *text, struct lg_buffer *answer)
{
	lg_buffer_char(answer, 'F');
	lg_message_clean(text, strlen(text), answer);
	lg_buffer_char(answer, '\n');
}
