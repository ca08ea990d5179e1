/* SPDX-License-Identifier: ISC */
/*
 * survey_nginx.c - what `nginx -T` says about asking the gate
 *
 * Each place of a server that passes requests on is judged. Named locations
 * and internal ones cannot be reached from outside: what leads to them is
 * judged in their stead. Anything but 2xx, 401, 403 is a 500 in nginx, so a
 * dead gate closes unless error_page 500 leads on.
 */
#include <string.h>

#include "app/doors/nginx_asks.h"
#include "app/doors/nginx_text.h"
#include "app/doors/survey_inside.h"
#include "app/doors/verified.h"

#define ADD                                                                    \
	"auth_request of the drop-in nginx/logongate.conf (pages and the "     \
	"login form may stay open)"

struct server {
	struct lg_nginx_server of;
	struct lg_strlist *behind;
	size_t asks;
	size_t silent;
	size_t unread;
	int open;
	int temporary;
	const char *silent_path;
	const char *silent_why;
	const char *unread_path;
	const char *asking_path;
	struct lg_error *err;
};

/* The path of the location that the place is or lies in. */
static const char *path_of(const struct lg_block *place)
{
	while (place && !lg_block_is(place, "location"))
		place = place->parent;
	return place && place->word_count > 1
		       ? place->word[place->word_count - 1]
		       : "/";
}

static int is_inside(const struct lg_block *place)
{
	while (place && !lg_block_is(place, "location"))
		place = place->parent;
	return place && (*path_of(place) == '@' ||
			 lg_block_find(place, NULL, "internal"));
}

static void count_silent(struct server *server, const char *path,
			 const char *why)
{
	server->silent++;
	if (!server->silent_why) {
		server->silent_path = path;
		server->silent_why = why;
	}
}

static enum lg_status count_asking(struct server *server,
				   const struct lg_block *place,
				   const char *target)
{
	const char *host = strstr(target, "://");
	enum lg_when_down down = lg_nginx_when_down(&server->of, place);

	server->asks++;
	server->open |= down == LG_WHEN_DOWN_OPEN;
	server->temporary |= down == LG_WHEN_DOWN_TEMPORARY;
	if (!server->asking_path && *path_of(place) == '/')
		server->asking_path = path_of(place);
	host = host ? host + 3 : target;
	return lg_strlist_add(server->behind, host, strcspn(host, "/"),
			      server->err);
}

/* A location that only other places lead to: it asks when all of them do. */
static enum lg_status judge_inside(struct server *server,
				   const struct lg_block *place,
				   const char *target)
{
	const char *path = path_of(place);
	const struct lg_block *from = NULL;
	enum lg_status status = LG_OK;
	enum lg_nginx_way_to leads;
	const char *why;
	size_t found = 0;

	while (status == LG_OK && (from = lg_nginx_next(&server->of, from))) {
		leads = lg_nginx_leads(from, path);
		if (leads == LG_NGINX_NOT)
			continue;
		found++;
		if (leads == LG_NGINX_AFTER &&
		    lg_nginx_asks(&server->of, from, &why)) {
			status = count_asking(server, from, target);
			continue;
		}
		count_silent(server, path,
			     leads == LG_NGINX_BEFORE
				     ? "error_page leads there before the gate "
				       "is asked"
				     : why);
	}
	if (found == 0 && lg_nginx_may_lead(&server->of, path)) {
		server->unread++;
		server->unread_path = path;
	}
	return status;
}

static enum lg_status judge_place(struct server *server,
				  const struct lg_block *place)
{
	const char *target = lg_nginx_passes(&server->of, place);
	const char *why;

	if (!target)
		return LG_OK;
	if (lg_nginx_asks(&server->of, place, &why))
		return count_asking(server, place, target);
	if (is_inside(place))
		return judge_inside(server, place, target);
	count_silent(server, path_of(place), why);
	return LG_OK;
}

static void say(const struct server *server, struct lg_way *way,
		struct lg_buffer *note)
{
	if (server->silent) {
		lg_buffer_format(note, "location %s does not ask%s%s%s",
				 server->silent_path,
				 server->silent > 1 ? ", nor do others" : "",
				 server->silent_why ? ": " : "",
				 server->silent_why ? server->silent_why : "");
		way->add = ADD;
	} else if (server->unread) {
		lg_buffer_format(note,
				 "it was not found out what leads to location "
				 "%s, and whether that asks",
				 server->unread_path);
	} else if (!server->open && !server->temporary) {
		lg_buffer_text(note,
			       "while the gate is down everybody gets a 500");
	}
	if (server->asks)
		lg_names_say_nginx(&server->of, note);
	way->note = note->len ? note->data : NULL;
}

/* Where a logon can be tried: the first listen line, the first path. */
static void add_url(const struct server *server, struct lg_way *way,
		    struct lg_buffer *url, struct lg_buffer *peer)
{
	const struct lg_block *listen =
		lg_block_find(server->of.block, NULL, "listen");
	const char *name = lg_block_value(server->of.block, "server_name");
	const char *address =
		listen && listen->word_count > 1 ? listen->word[1] : "80";
	const char *colon = strrchr(address, ':');
	const char *port = colon ? colon + 1 : address;
	size_t host = colon ? (size_t)(colon - address) : 0;
	int tls = 0;

	if (!*address || strncmp(address, "unix:", 5) == 0 || !server->asks)
		return;
	if (address[strlen(address) - 1] == ']' || *port < '0' || *port > '9') {
		port = "80";
		host = strlen(address);
	}
	for (size_t i = 2; listen && i < listen->word_count; i++)
		tls |= strcmp(listen->word[i], "ssl") == 0;
	if (!name || strchr("_~*.$", *name))
		name = "localhost";
	lg_buffer_format(url, "%s://%s:%s%s", tls ? "https" : "http", name,
			 port, server->asking_path ? server->asking_path : "/");
	if (host == 0 || *address == '*' ||
	    strncmp(address, "0.0.0.0", 7) == 0 ||
	    strncmp(address, "[::]", 4) == 0)
		lg_buffer_text(peer, "127.0.0.1");
	else
		lg_buffer_append(peer, address, host);
	way->url = url->data;
	way->peer = peer->data;
}

static enum lg_status add_server(struct server *server, struct lg_ways *ways)
{
	struct lg_way way = {.door = "nginx"};
	const char *listen = lg_block_value(server->of.block, "listen");
	const char *name = lg_block_value(server->of.block, "server_name");
	struct lg_buffer words = {0};
	struct lg_buffer note = {0};
	struct lg_buffer url = {0};
	struct lg_buffer peer = {0};
	enum lg_status status;

	if (server->asks + server->silent + server->unread == 0)
		return LG_OK;
	lg_buffer_format(&words, "server %s listen %s", name ? name : "_",
			 listen ? listen : "80");
	way.way = words.data;
	way.asks = server->silent   ? server->asks ? LG_ASKS_PARTLY : LG_ASKS_NO
		   : server->unread ? LG_ASKS_UNKNOWN
				    : LG_ASKS_YES;
	if (server->asks)
		way.when_down = server->open        ? LG_WHEN_DOWN_OPEN
				: server->temporary ? LG_WHEN_DOWN_TEMPORARY
						    : LG_WHEN_DOWN_CLOSED;
	say(server, &way, &note);
	add_url(server, &way, &url, &peer);
	status = lg_buffer_status(&words, server->err);
	if (status == LG_OK)
		status = lg_buffer_status(&note, server->err);
	if (status == LG_OK)
		status = lg_buffer_status(&url, server->err);
	if (status == LG_OK)
		status = lg_buffer_status(&peer, server->err);
	if (status == LG_OK)
		status = lg_ways_add(ways, &way, server->err);
	lg_buffer_release(&words);
	lg_buffer_release(&note);
	lg_buffer_release(&url);
	lg_buffer_release(&peer);
	return status;
}

static enum lg_status judge_server(struct server *server, struct lg_ways *ways)
{
	const struct lg_block *place = NULL;
	enum lg_status status = LG_OK;

	while (status == LG_OK && (place = lg_nginx_next(&server->of, place)))
		status = judge_place(server, place);
	return status == LG_OK ? add_server(server, ways) : status;
}

/* mail { } and stream { } pass bytes on to who must ask. */
static enum lg_status add_passing(const struct lg_block *block,
				  struct lg_ways *ways, struct lg_error *err)
{
	const struct lg_block *server = NULL;
	struct lg_buffer words = {0};
	enum lg_status status = LG_OK;
	const char *protocol;
	const struct lg_way way = {
		.door = "nginx",
		.asks = LG_ASKS_NOT_NEEDED,
		.note = lg_block_is(block, "mail")
				? "passes logons on; the mail server behind it "
				  "must ask"
				: "passes bytes on; the server behind it must "
				  "ask"};

	while (status == LG_OK &&
	       (server = lg_block_find(block, server, "server"))) {
		protocol = lg_block_value(server, lg_block_is(block, "mail")
							  ? "protocol"
							  : "listen");
		lg_buffer_format(&words, "%s %s", block->word[0],
				 protocol ? protocol : "server");
		status = lg_ways_add_named(ways, &way, &words, err);
	}
	return status;
}

enum lg_status lg_doors_nginx(const char *text, size_t len,
			      const struct lg_gate_addresses *gate,
			      struct lg_ways *ways, struct lg_error *err)
{
	struct lg_block_text *tree = NULL;
	struct lg_buffer whole = {0};
	const struct lg_block *block;
	struct server server;
	enum lg_status status;

	status = lg_nginx_text(text, len, &whole, err);
	if (status == LG_OK)
		status = lg_block_text_nginx(whole.data ? whole.data : "",
					     whole.len, &tree, err);
	lg_buffer_release(&whole);
	if (status != LG_OK)
		return status;
	for (const struct lg_block *top = lg_block_root(tree)->child;
	     status == LG_OK && top; top = top->next) {
		if (lg_block_is(top, "mail") || lg_block_is(top, "stream"))
			status = add_passing(top, ways, err);
		if (!lg_block_is(top, "http"))
			continue;
		block = NULL;
		while (status == LG_OK &&
		       (block = lg_block_find(top, block, "server"))) {
			server = (struct server){.of = {.http = top,
							.block = block,
							.gate = gate},
						 .behind = &ways->behind,
						 .err = err};
			status = judge_server(&server, ways);
		}
	}
	lg_block_text_free(&tree);
	return status;
}

static enum lg_status read_nginx(struct survey *survey, const char *conf)
{
	const char *argv[] = {"nginx", "-T", "-q", *conf ? "-c" : NULL,
			      conf,    NULL};
	struct lg_buffer text = {0};
	enum lg_status status;

	status = survey->machine->prints(survey->machine->self, argv, &text,
					 survey->err);
	if (status == LG_OK)
		status =
			lg_doors_nginx(text.data ? text.data : "", text.len,
				       survey->gate, survey->ways, survey->err);
	lg_buffer_release(&text);
	return lg_survey_settle(survey, "nginx", status);
}

enum lg_status lg_survey_nginx(struct survey *survey, const char *place)
{
	return lg_survey_each(survey, "nginx", place, read_nginx);
}
