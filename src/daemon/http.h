/* SPDX-License-Identifier: ISC */
/*
 * http.h - libmicrohttpd on the gate's loop
 *
 * Layer: daemon.
 * Flow: sockets.c accepts and hands connections over; http_routes.c answers.
 */
#ifndef LOGONGATE_DAEMON_HTTP_H
#define LOGONGATE_DAEMON_HTTP_H

#include "adapters/http/gate_answer.h"
#include "daemon/sockets.h"

struct MHD_Connection;

/* Beyond it a request is answered with 413. Connect bodies are far below. */
#define GATE_HTTP_BODY_MAX (1u << 20)

enum lg_status gate_http_open(struct gate *gate, struct lg_error *err);
void gate_http_close(struct gate *gate);

/* Takes over a connection: 1, or 0 and the fd is still the caller's. */
int gate_http_add(struct gate *gate, int fd, const struct gate_peer *peer);

/* One request, whole. */
struct gate_http_request {
	struct gate *gate;
	struct MHD_Connection *connection;
	const char *method;
	const char *path;
	const char *body; /* NUL-terminated */
	size_t body_len;
};

/* Fills the answer; what fails becomes a 500. (http_routes.c) */
void gate_http_route(const struct gate_http_request *request,
		     struct lg_http_answer *out_answer);

/* 1 for a path that never reads a body it was sent. */
int gate_http_ignores_body(const char *path);

#endif
