/* SPDX-License-Identifier: ISC */
/*
 * verified.h - who verifies the names that a front gives the gate
 *
 * Layer: app, private to the doors.
 * Source: logongate-doors(7) "Webmail"; the drop-ins' logongate_identity.
 */
#ifndef LOGONGATE_APP_DOORS_VERIFIED_H
#define LOGONGATE_APP_DOORS_VERIFIED_H

#include "app/doors/haproxy_text.h"
#include "app/doors/nginx_asks.h"

/* What the rules do with names. */
enum lg_names {
	LG_NAMES_UNKNOWN = 0, /* rules of the site's own */
	LG_NAMES_VERIFIED,    /* by whom logongate_identity says, or nobody */
	LG_NAMES_CLAIMED      /* what a client writes is believed */
};

/* What the words of a question do with names: "$remote_user",
 * "user=http_auth_user" and the like. */
enum lg_names lg_names_in(const struct lg_block *line);

/* Appends what an administrator must know of a server that asks. */
void lg_names_say_nginx(const struct lg_nginx_server *server,
			struct lg_buffer *note);
void lg_names_say_haproxy(const struct lg_haproxy_section *section,
			  enum lg_names names, struct lg_buffer *note);

#endif
