/* SPDX-License-Identifier: ISC */
/*
 * haproxy_asks.c - whether a section of HAProxy's configuration asks the gate
 *
 * A section asks when it has an SPOE filter whose agent is the gate, when a
 * rule sends it a group or an event a message, and when a rule then does
 * something with the variables of the answer. Conditions are those of the
 * drop-in (names that begin with "logongate") or make it a part.
 */
#include "app/doors/haproxy_asks.h"

#include <string.h>

#include "app/doors/doors_match.h"

#define NOT_READ                                                               \
	"the file that its SPOE filter names cannot be read (as root, it may " \
	"be)"

/* One SPOE filter of the section. */
struct filter {
	const char *engine;
	struct lg_buffer prefix; /* "txn.lg." */
	enum lg_haproxy_reach reach;
};

struct reader {
	const struct lg_block *root;
	struct lg_haproxy_section section;
	const struct lg_gate_addresses *gate;
	const struct lg_doors_files *files;
	struct filter filter;
	struct lg_haproxy_asks *asks;
	int early_backend; /* use_backend before the gate's answer counts */
	struct lg_error *err;
};

int lg_haproxy_is_asking(const struct lg_haproxy_asks *asks)
{
	return asks->reach == LG_HAPROXY_GATE && asks->sends && asks->listens;
}

/* A process in a chroot sees no socket outside it. */
static int is_chrooted(const struct lg_block *root)
{
	struct lg_haproxy_section section = {NULL, NULL};

	while (lg_haproxy_next(root, section.head, &section)) {
		if (!lg_haproxy_is(section.head, 0, "global"))
			continue;
		for (const struct lg_block *line = section.head->next;
		     line != section.end; line = line->next) {
			if (lg_haproxy_is(line, 0, "chroot"))
				return 1;
		}
	}
	return 0;
}

/* Whether a server of the backend called name is the gate's SPOP socket. */
static enum lg_haproxy_reach backend_reach(const struct reader *reader,
					   const char *name)
{
	struct lg_haproxy_section section;

	if (!lg_haproxy_find(reader->root, "backend", name, &section))
		return LG_HAPROXY_ELSEWHERE;
	for (const struct lg_block *line = section.head->next;
	     line != section.end; line = line->next) {
		if (!lg_haproxy_is(line, 0, "server") ||
		    !lg_doors_mentions(lg_haproxy_word(line, 2),
				       &reader->gate->spop))
			continue;
		return strchr(lg_haproxy_word(line, 2), '/') &&
				       is_chrooted(reader->root)
			       ? LG_HAPROXY_HIDDEN
			       : LG_HAPROXY_GATE;
	}
	return LG_HAPROXY_ELSEWHERE;
}

/* 1 when the agent sends the message by itself. */
static int is_sent(const struct lg_block *scope, const struct lg_block *end,
		   const char *message)
{
	for (const struct lg_block *line = scope; line != end;
	     line = line->next) {
		if (!lg_haproxy_is(line, 0, "messages"))
			continue;
		for (size_t i = 1; i < line->word_count; i++) {
			if (strcmp(line->word[i], message) == 0)
				return 1;
		}
	}
	return 0;
}

/* A message of the agent with an event of requests is sent by itself. */
static void read_event(struct reader *reader, const struct lg_block *scope,
		       const struct lg_block *end, const struct lg_block *line,
		       const char *message)
{
	if (!message || !is_sent(scope, end, message) ||
	    (!strstr(lg_haproxy_word(line, 1), "http-request") &&
	     !strstr(lg_haproxy_word(line, 1), "tcp-request")))
		return;
	if (reader->filter.reach > reader->asks->reach)
		reader->asks->reach = reader->filter.reach;
	reader->asks->sends = 1;
	if (lg_haproxy_is(line, 2, "if") || lg_haproxy_is(line, 2, "unless"))
		reader->asks->partly = "its event has a condition: not every "
				       "request is asked about";
}

/* The lines of the SPOE file from the engine's scope to the next one. */
static void read_scope(struct reader *reader, const struct lg_block *scope)
{
	const struct lg_block *end = scope;
	const char *message = NULL;
	const char *prefix = reader->filter.engine;

	while (end && *lg_haproxy_word(end, 0) != '[')
		end = end->next;
	for (const struct lg_block *line = scope; line != end;
	     line = line->next) {
		if (lg_haproxy_is(line, 0, "use-backend"))
			reader->filter.reach =
				backend_reach(reader, lg_haproxy_word(line, 1));
		else if (lg_haproxy_is(line, 0, "option") &&
			 lg_haproxy_is(line, 1, "var-prefix"))
			prefix = lg_haproxy_word(line, 2);
	}
	lg_buffer_clear(&reader->filter.prefix);
	lg_buffer_format(&reader->filter.prefix, ".%s.", prefix);
	for (const struct lg_block *line = scope; line != end;
	     line = line->next) {
		if (lg_haproxy_is(line, 0, "spoe-message"))
			message = lg_haproxy_word(line, 1);
		else if (lg_haproxy_is(line, 0, "args") &&
			 lg_names_in(line) > reader->asks->names)
			reader->asks->names = lg_names_in(line);
		else if (lg_haproxy_is(line, 0, "event"))
			read_event(reader, scope, end, line, message);
	}
}

static enum lg_status read_filter(struct reader *reader,
				  const struct lg_block *filter)
{
	struct lg_buffer text = {0};
	struct lg_block_text *tree = NULL;
	const struct lg_block *line;
	struct lg_error why;
	const char *path = "";
	enum lg_status status;

	reader->filter.engine = "";
	reader->filter.reach = LG_HAPROXY_ELSEWHERE;
	for (size_t i = 1; i + 1 < filter->word_count; i++) {
		if (strcmp(filter->word[i], "config") == 0)
			path = filter->word[i + 1];
		else if (strcmp(filter->word[i], "engine") == 0)
			reader->filter.engine = filter->word[i + 1];
	}
	status = reader->files->read(reader->files->context, path, &text, &why);
	if (status == LG_OK)
		status = lg_block_text_lines(text.data ? text.data : "",
					     text.len, &tree, &why);
	if (status == LG_ERR_NO_MEMORY) {
		*reader->err = why;
	} else if (status != LG_OK) {
		reader->asks->unread = NOT_READ;
		status = LG_OK;
	} else {
		line = lg_block_root(tree)->child;
		/* without a name of its own it reads up to the first scope */
		if (*reader->filter.engine) {
			lg_buffer_clear(&text);
			lg_buffer_format(&text, "[%s]", reader->filter.engine);
			status = lg_buffer_status(&text, reader->err);
			while (line &&
			       !lg_haproxy_is(line, 0,
					      text.data ? text.data : ""))
				line = line->next;
			line = line ? line->next : NULL;
		}
		read_scope(reader, line);
	}
	lg_block_text_free(&tree);
	lg_buffer_release(&text);
	return status;
}

/* The words behind "if" or "unless" that are not the drop-in's own. */
static int has_foreign_condition(const struct lg_block *line)
{
	size_t i = 1;

	while (i < line->word_count && strcmp(line->word[i], "if") != 0 &&
	       strcmp(line->word[i], "unless") != 0)
		i++;
	for (i++; i < line->word_count; i++) {
		const char *name = line->word[i] + (line->word[i][0] == '!');

		if (strncmp(name, "logongate", 9) != 0 &&
		    strcmp(name, "or") != 0 && strcmp(name, "||") != 0)
			return 1;
	}
	return 0;
}

/* 1 when the line speaks of text itself, or by the name of an acl that does. */
static int speaks_of(const struct reader *reader, const struct lg_block *line,
		     const char *text, int *is_negated)
{
	*is_negated = lg_haproxy_mentions(line, "!{") ||
		      lg_haproxy_mentions(line, "found");
	if (lg_haproxy_mentions(line, text))
		return 1;
	for (const struct lg_block *acl = reader->section.head->next;
	     acl != reader->section.end; acl = acl->next) {
		if (!lg_haproxy_is(acl, 0, "acl") ||
		    !lg_haproxy_mentions(acl, text))
			continue;
		for (size_t i = 1; i < line->word_count; i++) {
			const char *name = line->word[i];

			*is_negated |= *name == '!';
			name += *name == '!';
			if (strcmp(name, lg_haproxy_word(acl, 1)) == 0)
				return 1;
		}
	}
	return 0;
}

static int refuses(const struct lg_block *line)
{
	static const char *const actions[] = {
		"return",      "deny",   "tarpit",      "redirect",
		"silent-drop", "reject", "use-service", "auth"};

	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		if (lg_haproxy_is(line, 1, actions[i]))
			return 1;
	}
	return 0;
}

/* A rule that does something with the gate's answer. */
static void read_use(struct reader *reader, const struct lg_block *line)
{
	const char *prefix = reader->filter.prefix.data;
	int negated;

	if (!prefix || reader->filter.prefix.status != LG_OK ||
	    !speaks_of(reader, line, prefix, &negated))
		return;
	if (lg_haproxy_mentions(line, ".error)") || negated)
		reader->asks->closes |= !lg_haproxy_is(line, 0, "use_backend");
	if (lg_haproxy_mentions(line, ".error)"))
		return;
	reader->asks->listens = 1;
	if (lg_haproxy_is(line, 0, "use_backend") && reader->early_backend)
		reader->asks->partly =
			"a use_backend before the gate's sends requests on "
			"that were refused";
}

static void read_rule(struct reader *reader, const struct lg_block *line)
{
	int is_use = lg_haproxy_is(line, 0, "use_backend");
	size_t send = lg_haproxy_is(line, 0, "http-request") ? 1
		      : lg_haproxy_is(line, 0, "tcp-request") &&
				      lg_haproxy_is(line, 1, "content")
			      ? 2
			      : 0;

	if (send && lg_haproxy_is(line, send, "send-spoe-group")) {
		if (!lg_haproxy_is(line, send + 1, reader->filter.engine))
			return;
		if (reader->filter.reach > reader->asks->reach)
			reader->asks->reach = reader->filter.reach;
		reader->asks->sends = 1;
		if (has_foreign_condition(line))
			reader->asks->partly =
				"send-spoe-group has a condition: not every "
				"request is asked about";
	} else if (send == 1 && lg_haproxy_is(line, 1, "allow") &&
		   !reader->asks->sends) {
		reader->asks->partly = "\"http-request allow\" stands before "
				       "the question";
	} else if (is_use || (send && refuses(line))) {
		read_use(reader, line);
	}
	reader->early_backend |= is_use && !reader->asks->listens;
}

enum lg_status lg_haproxy_judge(const struct lg_block *root,
				const struct lg_haproxy_section *section,
				const struct lg_gate_addresses *gate,
				const struct lg_doors_files *files,
				struct lg_haproxy_asks *out_asks,
				struct lg_error *err)
{
	struct lg_haproxy_asks asks = {0};
	struct reader reader = {.root = root,
				.section = *section,
				.gate = gate,
				.files = files,
				.filter = {.engine = ""},
				.asks = &asks,
				.err = err};
	enum lg_status status = LG_OK;

	for (const struct lg_block *line = section->head->next;
	     status == LG_OK && line != section->end; line = line->next) {
		if (*lg_haproxy_word(line, 0) == '.')
			asks.unread = "lines in .if and .endif were not "
				      "followed";
		else if (lg_haproxy_is(line, 0, "filter") &&
			 lg_haproxy_is(line, 1, "spoe") &&
			 reader.filter.reach == LG_HAPROXY_ELSEWHERE)
			status = read_filter(&reader, line);
		else
			read_rule(&reader, line);
	}
	lg_buffer_release(&reader.filter.prefix);
	if (status == LG_OK)
		*out_asks = asks;
	return status;
}
