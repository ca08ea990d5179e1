/* SPDX-License-Identifier: ISC */
/*
 * survey_haproxy.c - what HAProxy's configuration says about asking the gate
 *
 * Each frontend is haproxy; one that does not ask itself does when the backends
 * that it uses do. What happens without an answer is a rule on the filter's
 * variables, or nothing: then requests go on (facts/enforcement.md 4).
 */
#include <string.h>

#include "app/doors/haproxy_asks.h"
#include "app/doors/running.h"
#include "app/doors/survey_inside.h"

struct haproxy {
	const struct lg_block *root;
	const struct lg_gate_addresses *gate;
	const struct lg_doors_files *files;
	struct lg_ways *ways;
	struct lg_error *err;
};

static int leads_on(const struct lg_block *line)
{
	return lg_haproxy_is(line, 0, "default_backend") ||
	       lg_haproxy_is(line, 0, "use_backend");
}

static enum lg_status note_servers(const struct haproxy *haproxy,
				   const struct lg_haproxy_section *section)
{
	struct lg_strlist *behind = &haproxy->ways->behind;
	enum lg_status status = LG_OK;

	for (const struct lg_block *line = section->head->next;
	     status == LG_OK && line != section->end; line = line->next) {
		if (lg_haproxy_is(line, 0, "server"))
			status = lg_strlist_add(
				behind, lg_haproxy_word(line, 2),
				strlen(lg_haproxy_word(line, 2)), haproxy->err);
	}
	return status;
}

static enum lg_status note_behind(const struct haproxy *haproxy,
				  const struct lg_haproxy_section *section)
{
	struct lg_haproxy_section backend;
	enum lg_status status = note_servers(haproxy, section);

	for (const struct lg_block *line = section->head->next;
	     status == LG_OK && line != section->end; line = line->next) {
		if (leads_on(line) &&
		    lg_haproxy_find(haproxy->root, "backend",
				    lg_haproxy_word(line, 1), &backend))
			status = note_servers(haproxy, &backend);
	}
	return status;
}

/* What becomes of the backends that a silent frontend uses. */
struct backends {
	int asking;
	int silent;
	struct lg_haproxy_asks asks; /* of the last that asks */
	const char *unread;
};

static enum lg_status judge_backends(const struct haproxy *haproxy,
				     const struct lg_haproxy_section *section,
				     struct backends *backends)
{
	struct lg_haproxy_section from = *section;
	struct lg_haproxy_section backend;
	struct lg_haproxy_asks asks;
	enum lg_status status = LG_OK;
	int leads = 0;

	do {
		for (const struct lg_block *line = from.head->next;
		     status == LG_OK && line != from.end; line = line->next) {
			if (!leads_on(line))
				continue;
			leads++;
			if (!lg_haproxy_find(haproxy->root, "backend",
					     lg_haproxy_word(line, 1),
					     &backend)) {
				backends->unread = "a backend that it uses was "
						   "not found";
				continue;
			}
			status = lg_haproxy_judge(haproxy->root, &backend,
						  haproxy->gate, haproxy->files,
						  &asks, haproxy->err);
			if (status != LG_OK)
				break;
			if (asks.unread)
				backends->unread = asks.unread;
			if (lg_haproxy_is_asking(&asks)) {
				backends->asking++;
				backends->asks = asks;
			} else {
				backends->silent++;
			}
		}
	} while (status == LG_OK && !leads &&
		 lg_haproxy_defaults(haproxy->root, from.head, &from));
	return status;
}

static void say_hidden(const struct lg_haproxy_asks *asks, struct lg_way *way)
{
	way->when_down =
		asks->closes ? LG_WHEN_DOWN_TEMPORARY : LG_WHEN_DOWN_OPEN;
	way->note = "it runs in a chroot and cannot see the gate's socket: to "
		    "it the gate is always down";
	way->add = "HOST:PORT of [listen.spop] in place of the unix socket, as "
		   "in the drop-in haproxy/logongate-backends.cfg";
}

static void say(const struct lg_haproxy_asks *asks, struct lg_way *way)
{
	way->add = "the filter and rules of the drop-in haproxy/logongate.cfg";
	if (asks->sends && asks->reach == LG_HAPROXY_HIDDEN) {
		say_hidden(asks, way);
	} else if (lg_haproxy_is_asking(asks)) {
		way->asks = asks->partly ? LG_ASKS_PARTLY : LG_ASKS_YES;
		way->note = asks->partly;
		if (!asks->partly)
			way->add = NULL;
		way->when_down = asks->closes ? LG_WHEN_DOWN_TEMPORARY
					      : LG_WHEN_DOWN_OPEN;
	} else if (asks->sends && asks->reach == LG_HAPROXY_GATE) {
		way->note = "it asks the gate and no rule does anything with "
			    "the answer";
	}
}

/* What is known when the frontend itself and its backends were read. */
static void conclude(const struct lg_haproxy_asks *asks,
		     const struct backends *backends, struct lg_way *way)
{
	const char *unread = asks->unread ? asks->unread : backends->unread;

	say(asks, way);
	if (way->asks == LG_ASKS_NO && backends->asking) {
		say(&backends->asks, way);
		if (backends->silent) {
			way->asks = LG_ASKS_PARTLY;
			way->note = "some of the backends that it uses do not "
				    "ask";
		}
	}
	if (unread) {
		way->asks = LG_ASKS_UNKNOWN;
		way->when_down = LG_WHEN_DOWN_UNKNOWN;
		way->note = unread;
		way->add = NULL;
	}
}

static const struct lg_block *
first_bind(const struct lg_haproxy_section *section)
{
	for (const struct lg_block *line = section->head->next;
	     line != section->end; line = line->next) {
		if (lg_haproxy_is(line, 0, "bind"))
			return line;
	}
	return NULL;
}

/* "bind ADDRESS:PORT ssl", "bind :443", "bind *:80". */
static void add_url(const struct lg_block *bind, struct lg_way *way,
		    struct lg_buffer *url, struct lg_buffer *peer)
{
	const char *address = bind ? lg_haproxy_word(bind, 1) : "";
	const char *colon = strrchr(address, ':');
	int tls = 0;

	if (!colon || strchr(address, '/') || colon[1] < '0' || colon[1] > '9')
		return;
	for (size_t i = 2; i < bind->word_count; i++)
		tls |= strcmp(bind->word[i], "ssl") == 0;
	lg_buffer_format(url, "%s://localhost:%s/", tls ? "https" : "http",
			 colon + 1);
	if (colon == address || *address == '*' ||
	    strncmp(address, "0.0.0.0", 7) == 0 ||
	    strncmp(address, ":::", 3) == 0)
		lg_buffer_text(peer, "127.0.0.1");
	else
		lg_buffer_append(peer, address, (size_t)(colon - address));
	way->url = url->data;
	way->peer = peer->data;
}

static enum lg_status judge_frontend(const struct haproxy *haproxy,
				     const struct lg_haproxy_section *section,
				     struct lg_way *way, struct lg_buffer *note)
{
	struct lg_haproxy_asks asks;
	struct backends backends = {0};
	enum lg_status status;

	if (!lg_haproxy_is_http(haproxy->root, section)) {
		way->asks = LG_ASKS_NOT_NEEDED;
		way->note = "passes bytes on; the server behind it must ask";
		return LG_OK;
	}
	status = lg_haproxy_judge(haproxy->root, section, haproxy->gate,
				  haproxy->files, &asks, haproxy->err);
	if (status == LG_OK && !asks.sends)
		status = judge_backends(haproxy, section, &backends);
	if (status != LG_OK)
		return status;
	conclude(&asks, &backends, way);
	if (way->asks == LG_ASKS_YES || way->asks == LG_ASKS_PARTLY) {
		lg_buffer_text(note, way->note ? way->note : "");
		lg_names_say_haproxy(section, asks.names, note);
		way->note = note->len ? note->data : NULL;
	}
	return way->asks == LG_ASKS_YES ? note_behind(haproxy, section) : LG_OK;
}

static enum lg_status add_frontend(const struct haproxy *haproxy,
				   const struct lg_haproxy_section *section)
{
	const struct lg_block *bind = first_bind(section);
	struct lg_way way = {.door = "haproxy"};
	struct lg_buffer words = {0};
	struct lg_buffer note = {0};
	struct lg_buffer url = {0};
	struct lg_buffer peer = {0};
	enum lg_status status;

	lg_buffer_format(&words, "%s %s bind %s", section->head->word[0],
			 lg_haproxy_word(section->head, 1),
			 bind ? lg_haproxy_word(bind, 1) : "?");
	status = lg_buffer_status(&words, haproxy->err);
	way.way = words.data;
	if (status == LG_OK)
		status = judge_frontend(haproxy, section, &way, &note);
	if (status == LG_OK)
		status = lg_buffer_status(&note, haproxy->err);
	if (status == LG_OK && way.asks != LG_ASKS_NOT_NEEDED)
		add_url(bind, &way, &url, &peer);
	if (status == LG_OK)
		status = lg_buffer_status(&url, haproxy->err);
	if (status == LG_OK)
		status = lg_buffer_status(&peer, haproxy->err);
	if (status == LG_OK)
		status = lg_ways_add(haproxy->ways, &way, haproxy->err);
	lg_buffer_release(&words);
	lg_buffer_release(&note);
	lg_buffer_release(&url);
	lg_buffer_release(&peer);
	return status;
}

enum lg_status lg_doors_haproxy(const char *text, size_t len,
				const struct lg_gate_addresses *gate,
				const struct lg_doors_files *files,
				struct lg_ways *ways, struct lg_error *err)
{
	struct haproxy haproxy = {
		.gate = gate, .files = files, .ways = ways, .err = err};
	struct lg_haproxy_section section = {NULL, NULL};
	struct lg_block_text *tree = NULL;
	enum lg_status status;

	status = lg_block_text_lines(text, len, &tree, err);
	if (status != LG_OK)
		return status;
	haproxy.root = lg_block_root(tree);
	while (status == LG_OK &&
	       lg_haproxy_next(haproxy.root, section.head, &section)) {
		if (lg_haproxy_is(section.head, 0, "frontend") ||
		    lg_haproxy_is(section.head, 0, "listen"))
			status = add_frontend(&haproxy, &section);
	}
	lg_block_text_free(&tree);
	return status;
}

/* All that one HAProxy reads, as one text: paths with a newline each. */
static enum lg_status read_haproxy_set(struct survey *survey, const char *paths)
{
	struct lg_buffer text = {0};
	struct lg_buffer path = {0};
	enum lg_status status = LG_OK;
	size_t len;

	for (; status == LG_OK && *paths; paths += len + (paths[len] != '\0')) {
		len = strcspn(paths, "\n");
		lg_buffer_clear(&path);
		lg_buffer_append(&path, paths, len);
		status = lg_buffer_status(&path, survey->err);
		if (status == LG_OK && len)
			status = lg_running_haproxy_text(
				survey->machine, path.data, &text, survey->err);
	}
	if (status == LG_OK)
		status = lg_buffer_status(&text, survey->err);
	if (status == LG_OK)
		status = lg_doors_haproxy(text.data ? text.data : "", text.len,
					  survey->gate, &survey->files,
					  survey->ways, survey->err);
	lg_buffer_release(&text);
	lg_buffer_release(&path);
	return lg_survey_settle(survey, "haproxy", status);
}

enum lg_status lg_survey_haproxy(struct survey *survey, const char *place)
{
	struct lg_strlist sets = {0};
	enum lg_status status;

	if (place)
		return read_haproxy_set(survey, place);
	status = lg_running_haproxy(survey->machine, &sets, survey->err);
	for (size_t i = 0; status == LG_OK && i < sets.count; i++)
		status = read_haproxy_set(survey, sets.item[i]);
	lg_strlist_release(&sets);
	return status;
}
