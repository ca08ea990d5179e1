/* SPDX-License-Identifier: ISC */
/*
 * haproxy_text.c - sections of HAProxy's configuration, and what they inherit
 */
#include "app/doors/haproxy_text.h"

#include <string.h>

#define DEFAULTS_DEPTH 8

static int is_section(const struct lg_block *line)
{
	static const char *const names[] = {
		"global",     "defaults",    "frontend",    "backend",
		"listen",     "peers",       "resolvers",   "userlist",
		"cache",      "program",     "mailers",     "ring",
		"acme",       "http-errors", "fcgi-app",    "crt-store",
		"traces",     "log-forward", "log-profile", "dynamic-update",
		"healthcheck"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(lg_haproxy_word(line, 0), names[i]) == 0)
			return 1;
	}
	return 0;
}

const char *lg_haproxy_word(const struct lg_block *line, size_t n)
{
	return n < line->word_count ? line->word[n] : "";
}

int lg_haproxy_is(const struct lg_block *line, size_t n, const char *text)
{
	return strcmp(lg_haproxy_word(line, n), text) == 0;
}

int lg_haproxy_mentions(const struct lg_block *line, const char *text)
{
	for (size_t i = 0; i < line->word_count; i++) {
		if (strstr(line->word[i], text))
			return 1;
	}
	return 0;
}

int lg_haproxy_next(const struct lg_block *root, const struct lg_block *after,
		    struct lg_haproxy_section *out_section)
{
	const struct lg_block *head = after ? after->next : root->child;
	const struct lg_block *end;

	while (head && !is_section(head))
		head = head->next;
	if (!head)
		return 0;
	for (end = head->next; end && !is_section(end);)
		end = end->next;
	*out_section = (struct lg_haproxy_section){head, end};
	return 1;
}

int lg_haproxy_find(const struct lg_block *root, const char *kind,
		    const char *name, struct lg_haproxy_section *out_section)
{
	struct lg_haproxy_section section = {NULL, NULL};

	while (lg_haproxy_next(root, section.head, &section)) {
		if (strcmp(section.head->word[0], kind) == 0 &&
		    strcmp(lg_haproxy_word(section.head, 1), name) == 0) {
			*out_section = section;
			return 1;
		}
	}
	return 0;
}

/* The name behind "from" in a section's first line, or NULL. */
static const char *from(const struct lg_block *head)
{
	for (size_t i = 1; i + 1 < head->word_count; i++) {
		if (strcmp(head->word[i], "from") == 0)
			return head->word[i + 1];
	}
	return NULL;
}

int lg_haproxy_defaults(const struct lg_block *root,
			const struct lg_block *head,
			struct lg_haproxy_section *out_section)
{
	struct lg_haproxy_section section = {NULL, NULL};
	const char *name = from(head);
	int found = 0;

	if (name)
		return lg_haproxy_find(root, "defaults", name, out_section);
	/* defaults without "from" begin from nothing */
	if (strcmp(head->word[0], "defaults") == 0)
		return 0;
	while (lg_haproxy_next(root, section.head, &section) &&
	       section.head != head) {
		if (strcmp(section.head->word[0], "defaults") == 0) {
			*out_section = section;
			found = 1;
		}
	}
	return found;
}

int lg_haproxy_is_http(const struct lg_block *root,
		       const struct lg_haproxy_section *section)
{
	struct lg_haproxy_section at = *section;
	const char *mode;

	for (int depth = 0; depth < DEFAULTS_DEPTH; depth++) {
		mode = NULL;
		for (const struct lg_block *line = at.head->next;
		     line != at.end; line = line->next) {
			if (strcmp(lg_haproxy_word(line, 0), "mode") == 0)
				mode = lg_haproxy_word(line, 1);
		}
		if (mode)
			return strcmp(mode, "http") == 0;
		if (!lg_haproxy_defaults(root, at.head, &at))
			return 0;
	}
	return 0;
}
