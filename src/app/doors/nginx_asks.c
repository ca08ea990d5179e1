/* SPDX-License-Identifier: ISC */
/*
 * nginx_asks.c - whether requests in a place of nginx' configuration ask
 *
 * A place asks when the auth_request in force for it (its own, or of what it
 * lies in) leads to a location that proxies to the gate's /v1/check, and when
 * nothing makes the answer void: "satisfy any" beside another way to be let
 * in, or an error_page that leads who was refused on to the server behind.
 */
#include "app/doors/nginx_asks.h"

#include <string.h>

#include "app/doors/doors_match.h"

static int is_place(const struct lg_block *block)
{
	return lg_block_is(block, "location") || lg_block_is(block, "if") ||
	       lg_block_is(block, "limit_except");
}

static const char *last_word(const struct lg_block *block)
{
	return block->word_count > 1 ? block->word[block->word_count - 1] : "";
}

const struct lg_block *lg_nginx_next(const struct lg_nginx_server *server,
				     const struct lg_block *after)
{
	const struct lg_block *at = after;

	if (!at)
		return server->block;
	if (at->child)
		at = at->child;
	else {
		while (at != server->block && !at->next)
			at = at->parent;
		at = at == server->block ? NULL : at->next;
	}
	/* settings have no braces to go into */
	while (at && !is_place(at)) {
		while (at != server->block && !at->next)
			at = at->parent;
		at = at == server->block ? NULL : at->next;
	}
	return at;
}

/* The location of the server with exactly this path or name, or NULL. */
static const struct lg_block *location_for(const struct lg_nginx_server *server,
					   const char *path)
{
	const struct lg_block *place = NULL;

	while ((place = lg_nginx_next(server, place))) {
		if (lg_block_is(place, "location") &&
		    strcmp(last_word(place), path) == 0)
			return place;
	}
	return NULL;
}

/* 1 when the words of proxy_pass lead to the gate, upstreams included. */
static int leads_to_gate(const struct lg_nginx_server *server,
			 const char *target)
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

const char *lg_nginx_passes(const struct lg_nginx_server *server,
			    const struct lg_block *place)
{
	static const char *const passes[] = {
		"proxy_pass",          "fastcgi_pass",
		"uwsgi_pass",          "scgi_pass",
		"grpc_pass",           "memcached_pass",
		"js_content",          "perl",
		"content_by_lua",      "content_by_lua_block",
		"content_by_lua_file", "passenger_enabled"};
	const struct lg_block *found;
	const char *target;

	for (size_t i = 0; i < sizeof(passes) / sizeof(*passes); i++) {
		found = lg_block_find(place, NULL, passes[i]);
		target = found ? last_word(found) : NULL;
		if (target && strcmp(target, "off") != 0 &&
		    strncmp(target, "logongate.", 10) != 0 &&
		    !leads_to_gate(server, target))
			return target;
	}
	return NULL;
}

/* The value in force of a directive that blocks inherit. */
static const char *inherited(const struct lg_block *block, const char *name)
{
	const struct lg_block *found = NULL;

	for (; block && !found; block = block->parent)
		found = lg_block_find(block, NULL, name);
	return found ? last_word(found) : NULL;
}

static int is_on(const char *value)
{
	return value && strcmp(value, "off") != 0;
}

/* "satisfy any": an address or a password lets in without the gate. */
static int satisfied_otherwise(const struct lg_block *place)
{
	const char *satisfy = inherited(place, "satisfy");

	return satisfy && strcmp(satisfy, "any") == 0 &&
	       (inherited(place, "allow") || inherited(place, "deny") ||
		is_on(inherited(place, "auth_basic")) ||
		is_on(inherited(place, "auth_jwt")) ||
		is_on(inherited(place, "auth_oidc")));
}

/* Some requests get their answer here: what lies open in the drop-in. */
static int admits(const struct lg_block *check)
{
	const struct lg_block *inner = NULL;
	const char *code;

	while ((inner = lg_block_find(check, inner, "if"))) {
		code = lg_block_value(inner, "return");
		if (code && *code == '2')
			return 1;
	}
	return 0;
}

/* The location asks the gate what auth_request wants to know. */
static int is_check(const struct lg_nginx_server *server,
		    const struct lg_block *check)
{
	const char *target = lg_block_value(check, "proxy_pass");
	const struct lg_block *rewrite = lg_block_find(check, NULL, "rewrite");

	if (!target || !leads_to_gate(server, target) || admits(check))
		return 0;
	return strstr(target, "/v1/check") != NULL ||
	       (rewrite && rewrite->word_count > 2 &&
		strcmp(rewrite->word[2], "/v1/check") == 0);
}

/* The block whose error_page lines are in force: those of the innermost that
 * has any. */
static const struct lg_block *error_pages(const struct lg_block *place)
{
	while (place && !lg_block_find(place, NULL, "error_page"))
		place = place->parent;
	return place;
}

static int has_code(const struct lg_block *page, const char *code)
{
	for (size_t i = 1; i + 1 < page->word_count; i++) {
		if (strcmp(page->word[i], code) == 0)
			return 1;
	}
	return 0;
}

/* Where error_page leads a code, or NULL. */
static const char *error_target(const struct lg_block *place, const char *code)
{
	const struct lg_block *pages = error_pages(place);
	const struct lg_block *page = NULL;

	while (pages && (page = lg_block_find(pages, page, "error_page"))) {
		if (has_code(page, code))
			return last_word(page);
	}
	return NULL;
}

/* 1 when the code leads on to a server behind. */
static int leads_behind(const struct lg_nginx_server *server,
			const struct lg_block *place, const char *code)
{
	const char *target = error_target(place, code);
	const struct lg_block *location =
		target ? location_for(server, target) : NULL;

	return location && location != place &&
	       lg_nginx_passes(server, location) != NULL;
}

int lg_nginx_asks(const struct lg_nginx_server *server,
		  const struct lg_block *place, const char **out_why)
{
	const char *path = inherited(place, "auth_request");
	const struct lg_block *check;

	*out_why = NULL;
	if (!is_on(path))
		return 0;
	check = location_for(server, path);
	if (!check || !is_check(server, check))
		return 0;
	if (satisfied_otherwise(place)) {
		*out_why = "\"satisfy any\" lets in whoever has the right "
			   "address or password, whatever the gate says";
		return 0;
	}
	if (leads_behind(server, place, "403") ||
	    leads_behind(server, place, "401")) {
		*out_why = "error_page leads who was refused on to the server "
			   "behind";
		return 0;
	}
	return 1;
}

/* Codes that come from behind auth_request; all others may come before it:
 * return, limits of size and rate. */
static int is_late(const char *code)
{
	return strcmp(code, "404") == 0 || strcmp(code, "502") == 0 ||
	       strcmp(code, "504") == 0;
}

/* Codes of auth_request itself. */
static int is_answer(const char *code)
{
	return strcmp(code, "401") == 0 || strcmp(code, "403") == 0 ||
	       strcmp(code, "500") == 0;
}

static int returns(const struct lg_block *place, const char *code)
{
	const struct lg_block *inner = place->child;
	const char *value = lg_block_value(place, "return");

	if (value && strcmp(value, code) == 0)
		return 1;
	for (; inner; inner = inner->next) {
		if (lg_block_is(inner, "if") && returns(inner, code))
			return 1;
	}
	return 0;
}

enum lg_nginx_way_to lg_nginx_leads(const struct lg_block *place,
				    const char *name)
{
	const struct lg_block *pages = error_pages(place);
	const struct lg_block *page = NULL;
	const struct lg_block *files = lg_block_find(place, NULL, "try_files");
	enum lg_nginx_way_to leads = LG_NGINX_NOT;

	if (files && strcmp(last_word(files), name) == 0)
		leads = LG_NGINX_AFTER;
	while (pages && (page = lg_block_find(pages, page, "error_page"))) {
		if (strcmp(last_word(page), name) != 0)
			continue;
		for (size_t i = 1; i + 1 < page->word_count; i++) {
			const char *code = page->word[i];

			if (*code == '=')
				continue;
			if (returns(place, code))
				return LG_NGINX_BEFORE;
			if (is_answer(code))
				continue;
			if (!is_late(code))
				return LG_NGINX_BEFORE;
			leads = LG_NGINX_AFTER;
		}
	}
	return leads;
}

enum lg_when_down lg_nginx_when_down(const struct lg_nginx_server *server,
				     const struct lg_block *place)
{
	const char *target = error_target(place, "500");
	const struct lg_block *page;
	const char *code;

	if (!target)
		return LG_WHEN_DOWN_CLOSED;
	page = location_for(server, target);
	if (!page)
		return *target == '@' ? LG_WHEN_DOWN_OPEN : LG_WHEN_DOWN_CLOSED;
	if (lg_nginx_passes(server, page))
		return LG_WHEN_DOWN_OPEN;
	code = lg_block_value(page, "return");
	return code && strcmp(code, "503") == 0 ? LG_WHEN_DOWN_TEMPORARY
						: LG_WHEN_DOWN_CLOSED;
}

/* A script may lead anywhere; the gate's own leads on once it has admitted. */
static int is_script(const struct lg_block *setting)
{
	static const char *const scripts[] = {
		"content_by_lua", "rewrite_by_lua", "access_by_lua", "perl"};

	if (lg_block_is(setting, "js_content"))
		return strncmp(last_word(setting), "logongate.", 10) != 0;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
		if (setting->word_count > 0 &&
		    strncmp(setting->word[0], scripts[i], strlen(scripts[i])) ==
			    0)
			return 1;
	}
	return 0;
}

static int is_internal_rewrite(const struct lg_block *setting)
{
	return lg_block_is(setting, "rewrite") && setting->word_count > 2 &&
	       strcmp(last_word(setting), "break") != 0 &&
	       strcmp(last_word(setting), "redirect") != 0 &&
	       strcmp(last_word(setting), "permanent") != 0 &&
	       strncmp(setting->word[2], "http", 4) != 0;
}

int lg_nginx_may_lead(const struct lg_nginx_server *server, const char *name)
{
	const struct lg_block *place = NULL;

	while ((place = lg_nginx_next(server, place))) {
		for (const struct lg_block *setting = place->child; setting;
		     setting = setting->next) {
			if (is_script(setting) ||
			    (*name != '@' && is_internal_rewrite(setting)))
				return 1;
		}
	}
	return 0;
}
