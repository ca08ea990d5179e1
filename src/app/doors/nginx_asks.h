/* SPDX-License-Identifier: ISC */
/*
 * nginx_asks.h - whether requests in a place of nginx' configuration ask
 *
 * Layer: app, private to the doors. A place is a server, a location, or an
 * "if" or "limit_except" within one.
 * Source: nginx' phases: rewrite and limits come before auth_request,
 * try_files and the content after it.
 */
#ifndef LOGONGATE_APP_DOORS_NGINX_ASKS_H
#define LOGONGATE_APP_DOORS_NGINX_ASKS_H

#include "app/doors/block_text.h"
#include "app/doors/doors.h"

struct lg_nginx_server {
	const struct lg_block *http;
	const struct lg_block *block;
	const struct lg_gate_addresses *gate;
};

/* The next place in the server after this one (NULL: the server itself), or
 * NULL. */
const struct lg_block *lg_nginx_next(const struct lg_nginx_server *server,
				     const struct lg_block *after);

/* Where the place itself passes requests on, other than to the gate; or
 * NULL. */
const char *lg_nginx_passes(const struct lg_nginx_server *server,
			    const struct lg_block *place);

/*
 * 1 when who is refused by the gate gets no further in this place. *out_why
 * says why not where it asks in vain, else it is NULL.
 */
int lg_nginx_asks(const struct lg_nginx_server *server,
		  const struct lg_block *place, const char **out_why);

enum lg_nginx_way_to {
	LG_NGINX_NOT = 0,
	LG_NGINX_AFTER, /* behind auth_request: try_files, a failed answer */
	LG_NGINX_BEFORE /* before it */
};

/* How the place leads requests on to the location called name. */
enum lg_nginx_way_to lg_nginx_leads(const struct lg_block *place,
				    const char *name);

/* 1 when something that is not followed, a script or a rewrite, may lead to
 * the location called name. */
int lg_nginx_may_lead(const struct lg_nginx_server *server, const char *name);

/* What becomes of requests in this place while the gate does not answer. */
enum lg_when_down lg_nginx_when_down(const struct lg_nginx_server *server,
				     const struct lg_block *place);

#endif
