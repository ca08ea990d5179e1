/* SPDX-License-Identifier: ISC */
/*
 * json_routes.h - paths of the http listener that ask and answer in JSON
 *
 * Layer: daemon.
 * Source: contract 5 http, 14 "XMPP".
 */
#ifndef LOGONGATE_DAEMON_DOORS_JSON_ROUTES_H
#define LOGONGATE_DAEMON_DOORS_JSON_ROUTES_H

#include "daemon/doors/http_pages.h"

/* POST /v1/dovecot: what Dovecot's auth policy asks and reports. */
void gate_http_dovecot(const struct gate_http_question *request,
		       struct lg_http_answer *answer);
/* POST /v1/decide, /v1/xmpp: a question of a door that has no words of its
 * own. */
void gate_http_decide(const struct gate_http_question *request,
		      struct lg_http_answer *answer);
void gate_http_xmpp(const struct gate_http_question *request,
		    struct lg_http_answer *answer);

#endif
