/* SPDX-License-Identifier: ISC */
/*
 * http_inside.h - what the http listener keeps
 *
 * Layer: daemon, private to http.c and http_keys.c.
 */
#ifndef LOGONGATE_DAEMON_NET_HTTP_INSIDE_H
#define LOGONGATE_DAEMON_NET_HTTP_INSIDE_H

#include "adapters/http/answer_bytes.h"
#include "daemon/net/http.h"
#include "daemon/net/stream.h"

struct gate_http {
	struct lg_buffer key;
	struct lg_buffer status_key; /* of [listen.status] */
	struct lg_buffer page_text;  /* the site's own */
	struct lg_refusal_page page;
	char host[256];
	/* What every answer of this second of the loop is made of. */
	uint64_t second;
	char date[LG_HTTP_DATE_SIZE];
	struct lg_buffer admitted;
};

int gate_http_may_ask(const struct gate_conn *conn,
		      const struct lg_http_request *request);

#endif
