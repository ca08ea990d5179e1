/* SPDX-License-Identifier: ISC */
/*
 * http_pages.h - paths of the http listener that judge nobody
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_DOORS_HTTP_PAGES_H
#define LOGONGATE_DAEMON_DOORS_HTTP_PAGES_H

#include "daemon/net/http.h"

/* One request, whole, and who answers it. */
struct gate_http_question {
	struct gate *gate;
	const struct lg_http_request *http;
};

/* GET / */
void gate_http_status_page(const struct gate_http_question *request,
			   struct lg_http_answer *answer);
/* GET /healthz: 503 without a policy. */
void gate_http_healthz(const struct gate_http_question *request,
		       struct lg_http_answer *answer);
/* GET /metrics */
void gate_http_metrics(const struct gate_http_question *request,
		       struct lg_http_answer *answer);

#endif
