/* SPDX-License-Identifier: ISC */
/*
 * setup_nginx_text.c - the lines of a site, put into a file of nginx
 *
 * Every location that passes requests on asks; those that only other places
 * lead to (named and internal ones) are asked about before. A location with a
 * proxy_set_header of its own inherits none, so those in force there are
 * written beside the gate's.
 */
#include "app/setup/setup_nginx_text.h"

#include <string.h>

#include "app/doors/block_text.h"
#include "app/setup/setup_parts.h"

#define SERVER_PART "logongate-server.conf"
#define ASK_PART "logongate-ask.conf"
#define MAPI_PART "logongate-mapi.conf"

/* The block behind this one in the order of the text, within top. */
static const struct lg_block *next(const struct lg_block *top,
				   const struct lg_block *at)
{
	if (at->child)
		return at->child;
	while (at != top && !at->next)
		at = at->parent;
	return at == top ? NULL : at->next;
}

/* 1 for a line that hands a request to a server. In stream { } proxy_pass has
 * no scheme. */
static int passes(const struct lg_block *line)
{
	static const char *const names[] = {"fastcgi_pass", "uwsgi_pass",
					    "scgi_pass", "grpc_pass"};

	if (lg_block_is(line, "proxy_pass"))
		return line->word_count > 1 &&
		       (strstr(line->word[1], "://") || *line->word[1] == '$');
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (lg_block_is(line, names[i]))
			return 1;
	}
	return 0;
}

/* 1 where the location itself, or an "if" within it, passes requests on. */
static int location_passes(const struct lg_block *location)
{
	for (const struct lg_block *line = location->child; line;
	     line = line->next) {
		if (passes(line))
			return 1;
		if (!lg_block_is(line, "location") && line->child &&
		    location_passes(line))
			return 1;
	}
	return 0;
}

static int is_inside(const struct lg_block *location)
{
	return *location->word[location->word_count - 1] == '@' ||
	       lg_block_find(location, NULL, "internal") != NULL;
}

static const char *name_of(const struct lg_block *server)
{
	const char *name = lg_block_value(server, "server_name");

	return name && *name ? name : "_";
}

static int leads_on(const struct lg_block *server)
{
	for (const struct lg_block *at = next(server, server); at;
	     at = next(server, at)) {
		if (passes(at))
			return 1;
	}
	return 0;
}

static int includes(const struct lg_block *server, const char *part)
{
	const struct lg_block *line = NULL;

	while ((line = lg_block_find(server, line, "include"))) {
		if (line->word_count > 1 && strstr(line->word[1], part))
			return 1;
	}
	return 0;
}

static int asks(const struct lg_block *server)
{
	return includes(server, SERVER_PART);
}

/* The server block behind this one that is not empty. */
static const struct lg_block *next_server(const struct lg_block *root,
					  const struct lg_block *at)
{
	while ((at = next(root, at)) &&
	       !(lg_block_is(at, "server") && at->child))
		continue;
	return at;
}

enum lg_status lg_setup_nginx_sites(const char *text,
				    struct lg_setup_sites *sites,
				    struct lg_error *err)
{
	struct lg_block_text *tree = NULL;
	enum lg_status status =
		lg_block_text_nginx(text, strlen(text), &tree, err);
	const struct lg_block *root = tree ? lg_block_root(tree) : NULL;
	const struct lg_block *at = root;

	while (status == LG_OK && (at = next_server(root, at))) {
		if (asks(at))
			sites->asking++;
		else if (leads_on(at))
			status = lg_setup_sites_add(sites, name_of(at), err);
	}
	lg_block_text_free(&tree);
	return status;
}

static int passes_mapi(const struct lg_block *server)
{
	const struct lg_block *at = server;

	while ((at = next(server, at))) {
		const char *path;

		if (!lg_block_is(at, "location") || at->word_count < 2 ||
		    is_inside(at) || !location_passes(at))
			continue;
		path = at->word[at->word_count - 1];
		if (strcmp(path, "/") == 0 || strcasestr(path, "mapi"))
			return 1;
	}
	return 0;
}

int lg_setup_nginx_mapi(const char *text, const struct lg_setup_sites *sites)
{
	struct lg_block_text *tree = NULL;
	struct lg_error ignored;
	const struct lg_block *root;
	const struct lg_block *at;
	int found = 0;

	if (lg_block_text_nginx(text, strlen(text), &tree, &ignored) != LG_OK)
		return 0;
	root = at = lg_block_root(tree);
	while (!found && (at = next_server(root, at)))
		found = !includes(at, MAPI_PART) && passes_mapi(at) &&
			lg_setup_sites_has(sites, name_of(at));
	lg_block_text_free(&tree);
	return found;
}

/* A word as nginx reads it back. */
static void put_word(const char *word, struct lg_buffer *out)
{
	lg_buffer_text(out, " \"");
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			lg_buffer_char(out, '\\');
		lg_buffer_char(out, *word);
	}
	lg_buffer_char(out, '"');
}

/* The headers that the location inherits and would not with one of its own. */
static void put_headers(const struct lg_block *location, struct lg_buffer *out)
{
	const struct lg_block *level = location;
	const struct lg_block *line = NULL;

	while (level && !lg_block_find(level, NULL, "proxy_set_header"))
		level = level->parent;
	if (!level || level == location)
		return;
	while ((line = lg_block_find(level, line, "proxy_set_header"))) {
		lg_buffer_text(out, "\t\tproxy_set_header");
		for (size_t i = 1; i < line->word_count; i++)
			put_word(line->word[i], out);
		lg_buffer_text(out, ";\n");
	}
}

static enum lg_status put_location(const struct lg_block *location,
				   struct lg_setup_insert *insert,
				   struct lg_error *err)
{
	const char *path = location->word[location->word_count - 1];
	const char *satisfy = lg_block_value(location, "satisfy");
	struct lg_buffer lines = {0};
	enum lg_status status;

	if (lg_block_find(location, NULL, "auth_request") ||
	    (satisfy && strcmp(satisfy, "any") == 0))
		return lg_error_set(err, LG_ERR_CONFLICT, path,
				    "asks somebody else already (auth_request, "
				    "or satisfy any): put the drop-ins of "
				    "nginx into this site by hand");
	put_headers(location, &lines);
	lg_buffer_text(&lines, "\t\tinclude " ASK_PART ";\n");
	status = lg_buffer_status(&lines, err);
	if (status == LG_OK)
		lg_setup_insert_at(insert, location->body, lines.data);
	lg_buffer_release(&lines);
	return status;
}

static enum lg_status put_server(const struct lg_block *server,
				 const char *identity,
				 struct lg_setup_insert *insert,
				 struct lg_error *err)
{
	struct lg_buffer lines = {0};
	enum lg_status status;

	lg_buffer_text(&lines, "\tinclude " SERVER_PART ";\n");
	if (strcmp(identity, "nobody") != 0)
		lg_buffer_format(&lines, "\tset $logongate_identity %s;\n",
				 identity);
	status = lg_buffer_status(&lines, err);
	if (status == LG_OK)
		lg_setup_insert_at(insert, server->body, lines.data);
	lg_buffer_release(&lines);
	for (const struct lg_block *at = server;
	     status == LG_OK && (at = next(server, at));) {
		if (lg_block_is(at, "location") && at->word_count > 1 &&
		    !is_inside(at) && location_passes(at))
			status = put_location(at, insert, err);
	}
	return status;
}

enum lg_status lg_setup_nginx_put(const char *text,
				  const struct lg_setup_sites *sites,
				  const char *identity,
				  struct lg_buffer *out_text,
				  struct lg_error *err)
{
	struct lg_setup_insert insert = {.text = text};
	struct lg_block_text *tree = NULL;
	enum lg_status status =
		lg_block_text_nginx(text, strlen(text), &tree, err);
	const struct lg_block *root = tree ? lg_block_root(tree) : NULL;
	const struct lg_block *at = root;

	while (status == LG_OK && (at = next_server(root, at))) {
		if (!asks(at) && leads_on(at) &&
		    lg_setup_sites_has(sites, name_of(at)))
			status = put_server(at, identity, &insert, err);
	}
	if (status == LG_OK)
		status = lg_setup_insert_end(&insert, err);
	if (status == LG_OK)
		lg_buffer_append(out_text, insert.out.data, insert.out.len);
	lg_buffer_release(&insert.out);
	lg_block_text_free(&tree);
	return status == LG_OK ? lg_buffer_status(out_text, err) : status;
}
