/* SPDX-License-Identifier: ISC */
/*
 * survey_nginx.c - what `nginx -T` says about asking the gate
 *
 * A location that passes requests on asks when the auth_request in force for
 * it (its own, its server's or http's) leads to a location that proxies to
 * the gate, or when its njs does. Anything but 2xx, 401, 403 is a 500 in
 * nginx, so a dead gate closes, unless error_page 500 leads on; where it leads
 * to a location that only returns 503, it is a temporary error.
 */
#include <string.h>

#include "app/doors/block_text.h"
#include "app/doors/doors.h"
#include "app/doors/doors_match.h"
#include "app/doors/nginx_text.h"

struct server {
	const struct lg_block *http;
	const struct lg_block *block;
	const struct lg_gate_addresses *gate;
	struct lg_strlist *behind;
	size_t asks;
	size_t silent;
	int open;
	int temporary;
	const char *silent_path;
	struct lg_error *err;
};

static int is_named(const struct lg_block *block, const char *name)
{
	return block->word_count > 0 && strcmp(block->word[0], name) == 0;
}

/* 1 when the words of proxy_pass lead to the gate, upstreams included. */
static int leads_to_gate(const struct server *server, const char *target)
{
	const struct lg_block *upstream = NULL;
	const struct lg_block *member;
	const char *host = strstr(target, "://");
	size_t len;

	if (lg_doors_mentions(target, &server->gate->http))
		return 1;
	host = host ? host + 3 : target;
	len = strcspn(host, "/:$");
	while ((upstream = lg_block_find(server->http, upstream, "upstream"))) {
		if (upstream->word_count < 2 ||
		    strlen(upstream->word[1]) != len ||
		    strncmp(upstream->word[1], host, len) != 0)
			continue;
		member = NULL;
		while ((member = lg_block_find(upstream, member, "server"))) {
			if (member->word_count > 1 &&
			    lg_doors_mentions(member->word[1],
					      &server->gate->http))
				return 1;
		}
	}
	return 0;
}

static const struct lg_block *location(const struct lg_block *inside,
				       const char *path)
{
	const struct lg_block *block = NULL;

	while ((block = lg_block_find(inside, block, "location"))) {
		if (block->word_count > 1 &&
		    strcmp(block->word[block->word_count - 1], path) == 0)
			return block;
	}
	return NULL;
}

/* The value in force of a directive that blocks inherit. */
static const char *inherited(const struct lg_block *block, const char *name)
{
	const char *value = NULL;

	for (; block && !value; block = block->parent)
		value = lg_block_value(block, name);
	return value;
}

static int asks_gate(const struct server *server, const struct lg_block *here)
{
	const char *path = inherited(here, "auth_request");
	const struct lg_block *check;
	const char *target;

	if (!path || strcmp(path, "off") == 0)
		return 0;
	check = location(server->block, path);
	target = check ? lg_block_value(check, "proxy_pass") : NULL;
	return target && leads_to_gate(server, target);
}

static const char *const passes[] = {"proxy_pass", "fastcgi_pass",
				     "uwsgi_pass", "scgi_pass",
				     "grpc_pass",  "js_content"};
#define PASSES (sizeof(passes) / sizeof(*passes))

/* What the location does with a request: where it passes it on. */
static const char *passes_to(const struct lg_block *here)
{
	const char *target = NULL;
	size_t i;

	for (i = 0; i < PASSES && !target; i++)
		target = lg_block_value(here, passes[i]);
	return target;
}

/* The last word of the error_page for 500 that is in force, or NULL. */
static const char *error_500(const struct lg_block *here)
{
	const struct lg_block *page;
	size_t i;

	for (; here; here = here->parent) {
		page = NULL;
		while ((page = lg_block_find(here, page, "error_page"))) {
			for (i = 1; i + 1 < page->word_count; i++) {
				if (strcmp(page->word[i], "500") == 0)
					return page->word[page->word_count - 1];
			}
		}
	}
	return NULL;
}

/* error_page 500 = @somewhere lets requests on while the gate is down, unless
 * nobody is served there. */
static void judge_error(struct server *server, const struct lg_block *here)
{
	const char *target = error_500(here);
	const struct lg_block *page;
	const char *code;

	if (!target)
		return;
	page = location(server->block, target);
	code = page ? lg_block_value(page, "return") : NULL;
	if (page && !passes_to(page) && code && strcmp(code, "503") == 0)
		server->temporary = 1;
	else
		server->open = 1;
}

static enum lg_status note_behind(const struct server *server,
				  const char *target)
{
	const char *host = strstr(target, "://");

	host = host ? host + 3 : target;
	return lg_strlist_add(server->behind, host, strcspn(host, "/"),
			      server->err);
}

static enum lg_status judge_location(struct server *server,
				     const struct lg_block *here)
{
	const char *target = passes_to(here);
	enum lg_status status = LG_OK;
	const struct lg_block *inner = NULL;

	if (target && !leads_to_gate(server, target) &&
	    !lg_block_find(here, NULL, "internal")) {
		if (asks_gate(server, here) ||
		    (lg_block_value(here, "js_content") &&
		     location(server->block, "/_gate_mapi"))) {
			server->asks++;
			judge_error(server, here);
			status = note_behind(server, target);
		} else {
			server->silent++;
			server->silent_path =
				here->word_count > 1
					? here->word[here->word_count - 1]
					: "/";
		}
	}
	while (status == LG_OK &&
	       (inner = lg_block_find(here, inner, "location")))
		status = judge_location(server, inner);
	return status;
}

static enum lg_status add_server(struct server *server, struct lg_ways *ways)
{
	struct lg_way way = {.door = "nginx"};
	const char *listen = lg_block_value(server->block, "listen");
	const char *name = lg_block_value(server->block, "server_name");
	struct lg_buffer words = {0};
	struct lg_buffer note = {0};
	enum lg_status status;

	if (server->asks + server->silent == 0)
		return LG_OK;
	lg_buffer_format(&words, "server %s listen %s", name ? name : "_",
			 listen ? listen : "80");
	way.asks = server->silent == 0 ? LG_ASKS_YES
		   : server->asks      ? LG_ASKS_PARTLY
				       : LG_ASKS_NO;
	if (server->asks)
		way.when_down = server->open        ? LG_WHEN_DOWN_OPEN
				: server->temporary ? LG_WHEN_DOWN_TEMPORARY
						    : LG_WHEN_DOWN_CLOSED;
	if (server->silent) {
		lg_buffer_format(&note, "location %s does not ask%s",
				 server->silent_path,
				 server->silent > 1 ? ", nor do others" : "");
		way.note = note.data;
		way.add = "auth_request of the drop-in nginx/logongate.conf "
			  "(pages and the login form may stay open)";
	} else if (!server->open && !server->temporary) {
		way.note = "while the gate is down everybody gets a 500";
	}
	way.way = words.data;
	status = lg_buffer_status(&words, server->err);
	if (status == LG_OK)
		status = lg_buffer_status(&note, server->err);
	if (status == LG_OK)
		status = lg_ways_add(ways, &way, server->err);
	lg_buffer_release(&words);
	lg_buffer_release(&note);
	return status;
}

static enum lg_status judge_server(struct server *server, struct lg_ways *ways)
{
	const struct lg_block *here = NULL;
	enum lg_status status = LG_OK;

	while (status == LG_OK &&
	       (here = lg_block_find(server->block, here, "location")))
		status = judge_location(server, here);
	return status == LG_OK ? add_server(server, ways) : status;
}

/* mail { } asks an auth_http service, which the gate is not. */
static enum lg_status add_mail(const struct lg_block *mail,
			       struct lg_ways *ways, struct lg_error *err)
{
	const struct lg_block *server = NULL;
	struct lg_buffer words = {0};
	enum lg_status status = LG_OK;
	const char *protocol;
	struct lg_way way;

	while (status == LG_OK &&
	       (server = lg_block_find(mail, server, "server"))) {
		protocol = lg_block_value(server, "protocol");
		lg_buffer_clear(&words);
		lg_buffer_format(&words, "mail %s",
				 protocol ? protocol : "server");
		status = lg_buffer_status(&words, err);
		way = (struct lg_way){
			.door = "nginx",
			.way = words.data,
			.asks = LG_ASKS_NOT_NEEDED,
			.note = "passes logons on; the mail server behind it "
				"must ask"};
		if (status == LG_OK)
			status = lg_ways_add(ways, &way, err);
	}
	lg_buffer_release(&words);
	return status;
}

enum lg_status lg_doors_nginx(const char *text, size_t len,
			      const struct lg_gate_addresses *gate,
			      struct lg_ways *ways, struct lg_error *err)
{
	struct lg_block_text *tree = NULL;
	struct lg_buffer whole = {0};
	const struct lg_block *top;
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
	for (top = lg_block_root(tree)->child; status == LG_OK && top;
	     top = top->next) {
		if (is_named(top, "mail"))
			status = add_mail(top, ways, err);
		if (!is_named(top, "http"))
			continue;
		block = NULL;
		while (status == LG_OK &&
		       (block = lg_block_find(top, block, "server"))) {
			server = (struct server){.http = top,
						 .block = block,
						 .gate = gate,
						 .behind = &ways->behind,
						 .err = err};
			status = judge_server(&server, ways);
		}
	}
	lg_block_text_free(&tree);
	return status;
}
