/* SPDX-License-Identifier: ISC */
/*
 * verified.c - who verifies the names that a front gives the gate
 *
 * The drop-ins name nobody until the site says who checks. Rules that are
 * older, or not the drop-in's, may pass on what a client wrote.
 */
#include "app/doors/verified.h"

#include <string.h>

#define VARIABLE "$logongate_identity"

static int is_word(const struct lg_block *line, size_t n, const char *text)
{
	return n < line->word_count && strcmp(line->word[n], text) == 0;
}

enum lg_names lg_names_in(const struct lg_block *line)
{
	enum lg_names names = LG_NAMES_UNKNOWN;

	for (size_t i = 1; i < line->word_count; i++) {
		if (strcmp(line->word[i], "user=http_auth_user") == 0 ||
		    strcmp(line->word[i], "$remote_user") == 0)
			return LG_NAMES_CLAIMED;
		if (strcmp(line->word[i], "user=var(txn.logongate_user)") ==
			    0 ||
		    strcmp(line->word[i], "$logongate_user") == 0)
			names = LG_NAMES_VERIFIED;
	}
	return names;
}

static void say(enum lg_names names, const char *identity, size_t len,
		struct lg_buffer *note)
{
	const char *between = note->len ? "; " : "";

	switch (names) {
	case LG_NAMES_UNKNOWN:
		break;
	case LG_NAMES_CLAIMED:
		lg_buffer_format(note,
				 "%sbelieves any name that a client writes "
				 "beside somebody's session cookie: take the "
				 "drop-in of this version",
				 between);
		break;
	case LG_NAMES_VERIFIED:
		if (len)
			lg_buffer_format(note, "%sverifies names: %.*s",
					 between, (int)len, identity);
		else
			lg_buffer_format(note,
					 "%snobody is named: "
					 "logongate_identity is not set, see "
					 "logongate-doors(7)",
					 between);
		break;
	}
}

static enum lg_names names_of(const struct lg_nginx_server *server)
{
	const struct lg_block *place = NULL;
	enum lg_names names = LG_NAMES_UNKNOWN;

	while ((place = lg_nginx_next(server, place))) {
		const struct lg_block *line = NULL;

		while ((line = lg_block_find(place, line,
					     "proxy_set_header"))) {
			enum lg_names here = lg_names_in(line);

			if (is_word(line, 1, "X-Gate-User") && here > names)
				names = here;
		}
	}
	return names;
}

/* What "set" says, or the default of the last map; NULL: neither. */
static const char *identity_of(const struct lg_nginx_server *server)
{
	const struct lg_block *place = NULL;
	const struct lg_block *line = NULL;
	const char *word = NULL;

	while ((place = lg_nginx_next(server, place))) {
		line = NULL;
		while ((line = lg_block_find(place, line, "set"))) {
			if (is_word(line, 1, VARIABLE) && line->word_count > 2)
				return line->word[2];
		}
	}
	line = NULL;
	while ((line = lg_block_find(server->http, line, "map"))) {
		if (is_word(line, 2, VARIABLE))
			word = line->child && line->child->next
				       ? "by a map"
				       : lg_block_value(line, "default");
	}
	return word;
}

void lg_names_say_nginx(const struct lg_nginx_server *server,
			struct lg_buffer *note)
{
	const char *identity = identity_of(server);

	say(names_of(server), identity, identity ? strlen(identity) : 0, note);
}

void lg_names_say_haproxy(const struct lg_haproxy_section *section,
			  enum lg_names names, struct lg_buffer *note)
{
	const char *identity = "";
	size_t len = 0;

	for (const struct lg_block *line = section->head->next;
	     line != section->end; line = line->next) {
		const char *word = lg_haproxy_word(line, 2);

		if (strcmp(lg_haproxy_word(line, 1),
			   "set-var(txn.logongate_identity)") != 0 ||
		    strncmp(word, "str(", 4) != 0)
			continue;
		identity = word + 4;
		len = strcspn(identity, ")");
	}
	say(names, identity, len, note);
}
