/* SPDX-License-Identifier: ISC */
/*
 * json_routes.h - paths of the http listener that ask and answer in JSON
 *
 * Layer: daemon.
 * Source: contract 5 http, 14 "Doors that ask in JSON".
 */
#ifndef LOGONGATE_DAEMON_DOORS_JSON_ROUTES_H
#define LOGONGATE_DAEMON_DOORS_JSON_ROUTES_H

#include "daemon/doors/http_pages.h"

/* POST /v1/dovecot: what Dovecot's auth policy asks and reports. */
void gate_http_dovecot(const struct gate_http_question *request,
		       struct lg_http_answer *answer);
/* POST to the path of a door's row: it has no words of its own. */
void gate_http_decide(enum gate_door door,
		      const struct gate_http_question *request,
		      struct lg_http_answer *answer);

#endif
