/* SPDX-License-Identifier: ISC */
/*
 * http_routes.h - which answer a request over HTTP gets
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_DOORS_HTTP_ROUTES_H
#define LOGONGATE_DAEMON_DOORS_HTTP_ROUTES_H

#include "daemon/net/http.h"

/* Fills the answer; what fails becomes a 500. */
void gate_http_route(struct gate *gate, const struct lg_http_request *request,
		     struct lg_http_answer *out_answer);

/* 1 for a path that never reads a body it was sent. */
int gate_http_ignores_body(const char *path);

#endif
