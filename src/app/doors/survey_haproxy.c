/* SPDX-License-Identifier: ISC */
/*
 * survey_haproxy.c - what haproxy.cfg says about asking the gate
 *
 * A frontend asks when it has an SPOE filter whose agent is the gate and sends
 * it a group. What happens without an answer is a rule on the filter's error
 * variable, or nothing: then requests go on (facts/enforcement.md 4).
 */
#include <stdlib.h>
#include <string.h>

#include "app/doors/block_text.h"
#include "app/doors/doors.h"
#include "app/doors/doors_match.h"

/* A section: its first line and the lines up to the next section. */
struct section {
	const struct lg_block *head;
	const struct lg_block *end;
};

static int is_section(const struct lg_block *line)
{
	static const char *const names[] = {
		"global",  "defaults",  "frontend",    "backend", "listen",
		"peers",   "resolvers", "userlist",    "cache",   "program",
		"mailers", "ring",      "http-errors", "fcgi-app"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(line->word[0], names[i]) == 0)
			return 1;
	}
	return 0;
}

static const char *word(const struct lg_block *line, size_t n)
{
	return n < line->word_count ? line->word[n] : "";
}

static struct section section_at(const struct lg_block *head)
{
	struct section section = {head, head->next};

	while (section.end && !is_section(section.end))
		section.end = section.end->next;
	return section;
}

/* 1 when some word of the line mentions text. */
static int line_mentions(const struct lg_block *line, const char *text)
{
	size_t i;

	for (i = 0; i < line->word_count; i++) {
		if (strstr(line->word[i], text))
			return 1;
	}
	return 0;
}

/* A process in a chroot sees no socket outside it. */
enum reach {
	REACH_NOT = 0,
	REACH_HIDDEN,
	REACH_GATE
};

static int is_chrooted(const struct lg_block *root)
{
	const struct lg_block *head;
	const struct lg_block *line;
	struct section section;

	for (head = root->child; head; head = head->next) {
		if (strcmp(head->word[0], "global") != 0)
			continue;
		section = section_at(head);
		for (line = head->next; line != section.end; line = line->next)
			if (strcmp(line->word[0], "chroot") == 0)
				return 1;
	}
	return 0;
}

/* Whether a server of the backend called name is the gate's SPOP socket. */
static enum reach backend_reach(const struct lg_block *root, const char *name,
				const struct lg_gate_addresses *gate)
{
	const struct lg_block *head;
	const struct lg_block *line;
	struct section section;

	for (head = root->child; head; head = head->next) {
		if (strcmp(head->word[0], "backend") != 0 ||
		    strcmp(word(head, 1), name) != 0)
			continue;
		section = section_at(head);
		for (line = head->next; line != section.end;
		     line = line->next) {
			if (strcmp(line->word[0], "server") != 0 ||
			    !lg_doors_mentions(word(line, 2), &gate->spop))
				continue;
			return strchr(word(line, 2), '/') && is_chrooted(root)
				       ? REACH_HIDDEN
				       : REACH_GATE;
		}
	}
	return REACH_NOT;
}

/* The SPOE file's use-backend must be the gate's. */
static enum reach filter_reach(const struct lg_block *root,
			       const struct lg_block *filter,
			       const struct lg_gate_addresses *gate,
			       const struct lg_doors_files *files)
{
	struct lg_buffer text = {0};
	struct lg_block_text *tree = NULL;
	const struct lg_block *line;
	struct lg_error ignored;
	const char *path = NULL;
	enum reach reach = REACH_NOT;
	size_t i;

	for (i = 0; i + 1 < filter->word_count; i++) {
		if (strcmp(filter->word[i], "config") == 0)
			path = filter->word[i + 1];
	}
	if (path &&
	    files->read(files->context, path, &text, &ignored) == LG_OK &&
	    lg_block_text_lines(text.data ? text.data : "", text.len, &tree,
				&ignored) == LG_OK) {
		for (line = lg_block_root(tree)->child; line && !reach;
		     line = line->next) {
			if (strcmp(line->word[0], "use-backend") == 0)
				reach = backend_reach(root, word(line, 1),
						      gate);
		}
	}
	lg_block_text_free(&tree);
	lg_buffer_release(&text);
	return reach;
}

struct frontend {
	int http;
	enum reach asks;
	int closes; /* a rule for when there is no answer */
	const char *bind;
};

static void judge_line(const struct lg_block *root, const struct lg_block *line,
		       const struct lg_gate_addresses *gate,
		       const struct lg_doors_files *files, enum reach *filtered,
		       struct frontend *frontend)
{
	enum reach reach = REACH_NOT;

	if (strcmp(line->word[0], "bind") == 0)
		frontend->bind = word(line, 1);
	else if (strcmp(line->word[0], "mode") == 0)
		frontend->http = strcmp(word(line, 1), "http") == 0;
	else if (strcmp(line->word[0], "filter") == 0 &&
		 strcmp(word(line, 1), "spoe") == 0)
		reach = filter_reach(root, line, gate, files);
	else if (strcmp(line->word[0], "http-request") == 0 &&
		 strcmp(word(line, 1), "send-spoe-group") == 0)
		frontend->asks = *filtered;
	else if (strcmp(line->word[0], "http-request") == 0 &&
		 (strcmp(word(line, 1), "return") == 0 ||
		  strcmp(word(line, 1), "deny") == 0) &&
		 (line_mentions(line, ".error)") ||
		  (line_mentions(line, ".action)") &&
		   (line_mentions(line, "found") ||
		    line_mentions(line, "!{")))))
		frontend->closes = 1;
	if (reach > *filtered)
		*filtered = reach;
}

static enum lg_status note_behind(const struct lg_block *root,
				  const struct section *section,
				  struct lg_ways *ways, struct lg_error *err)
{
	const struct lg_block *line;
	const struct lg_block *head;
	struct section backend;
	enum lg_status status = LG_OK;

	for (line = section->head; status == LG_OK && line != section->end;
	     line = line->next) {
		if (strcmp(line->word[0], "server") == 0)
			status = lg_strlist_add(&ways->behind, word(line, 2),
						strlen(word(line, 2)), err);
		if (strcmp(line->word[0], "default_backend") != 0 &&
		    strcmp(line->word[0], "use_backend") != 0)
			continue;
		for (head = root->child; status == LG_OK && head;
		     head = head->next) {
			if (strcmp(head->word[0], "backend") != 0 ||
			    strcmp(word(head, 1), word(line, 1)) != 0)
				continue;
			backend = section_at(head);
			backend.head = head->next;
			status = note_behind(root, &backend, ways, err);
		}
	}
	return status;
}

static enum lg_status add_frontend(const struct lg_block *root,
				   const struct section *section,
				   const struct frontend *frontend,
				   struct lg_ways *ways, struct lg_error *err)
{
	struct lg_way way = {.door = "haproxy"};
	struct lg_buffer words = {0};
	enum lg_status status;

	lg_buffer_format(&words, "%s %s bind %s", section->head->word[0],
			 word(section->head, 1),
			 frontend->bind ? frontend->bind : "?");
	status = lg_buffer_status(&words, err);
	way.way = words.data;
	if (!frontend->http) {
		way.asks = LG_ASKS_NOT_NEEDED;
		way.note = "passes bytes on; the server behind it must ask";
	} else if (frontend->asks == REACH_HIDDEN) {
		way.asks = LG_ASKS_NO;
		way.when_down = frontend->closes ? LG_WHEN_DOWN_TEMPORARY
						 : LG_WHEN_DOWN_OPEN;
		way.note = "it runs in a chroot and cannot see the gate's "
			   "socket: to it the gate is always down";
		way.add = "HOST:PORT of [listen.spop] in place of the unix "
			  "socket, as in the drop-in "
			  "haproxy/logongate-backends.cfg";
	} else if (frontend->asks == REACH_NOT) {
		way.asks = LG_ASKS_NO;
		way.add = "the filter and rules of the drop-in "
			  "haproxy/logongate.cfg";
	} else {
		way.asks = LG_ASKS_YES;
		way.when_down = frontend->closes ? LG_WHEN_DOWN_TEMPORARY
						 : LG_WHEN_DOWN_OPEN;
		if (status == LG_OK)
			status = note_behind(root, section, ways, err);
	}
	if (status == LG_OK)
		status = lg_ways_add(ways, &way, err);
	lg_buffer_release(&words);
	return status;
}

enum lg_status lg_doors_haproxy(const char *text, size_t len,
				const struct lg_gate_addresses *gate,
				const struct lg_doors_files *files,
				struct lg_ways *ways, struct lg_error *err)
{
	struct lg_block_text *tree = NULL;
	const struct lg_block *root;
	const struct lg_block *head;
	const struct lg_block *line;
	struct frontend defaults = {0};
	struct frontend frontend;
	struct section section;
	enum lg_status status;
	enum reach filtered;

	status = lg_block_text_lines(text, len, &tree, err);
	if (status != LG_OK)
		return status;
	root = lg_block_root(tree);
	for (head = root->child; status == LG_OK && head; head = head->next) {
		if (!is_section(head))
			continue;
		section = section_at(head);
		if (strcmp(head->word[0], "defaults") == 0)
			defaults = (struct frontend){0};
		filtered = REACH_NOT;
		frontend = defaults;
		for (line = head->next; line != section.end; line = line->next)
			judge_line(root, line, gate, files, &filtered,
				   &frontend);
		if (strcmp(head->word[0], "defaults") == 0)
			defaults.http = frontend.http;
		if (strcmp(head->word[0], "frontend") == 0 ||
		    strcmp(head->word[0], "listen") == 0)
			status = add_frontend(root, &section, &frontend, ways,
					      err);
	}
	lg_block_text_free(&tree);
	return status;
}
