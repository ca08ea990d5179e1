/* SPDX-License-Identifier: ISC */
/*
 * http.h - the http listener's connections
 *
 * Layer: daemon.
 * Flow: stream.c hands bytes to gate_protocol_http (http.c), which asks for
 * the key and hands whole requests to http_routes.c.
 */
#ifndef LOGONGATE_DAEMON_NET_HTTP_H
#define LOGONGATE_DAEMON_NET_HTTP_H

#include "adapters/http/gate_answer.h"
#include "adapters/http/request_reader.h"
#include "daemon/gate.h"

/* Beyond it a request is answered with 413. Connect bodies are far below. */
#define GATE_HTTP_BODY_MAX (1u << 20)

/* Reads the keys, and the site's page. */
enum lg_status gate_http_open(struct gate *gate, struct lg_error *err);

/* What has to be shown: by whoever asks [listen.http] over TCP, and for the
 * help desk's page of [listen.status]. */
struct gate_http_keys {
	struct lg_buffer http;
	struct lg_buffer status;
};

/*
 * Reads the keys that settings, not yet in force, name; empty where they name
 * none. Owns: gate_http_keys_release, also after gate_http_take_keys and where
 * it fails.
 */
enum lg_status gate_http_read_keys(const struct lg_settings *settings,
				   struct gate_http_keys *out_keys,
				   struct lg_error *err);
void gate_http_keys_release(struct gate_http_keys *keys);
/* The keys count from now on. An empty one changes nothing: the listeners are
 * open until a restart. */
void gate_http_take_keys(struct gate *gate, struct gate_http_keys *keys);
/* The same for the site's page, which is checked; empty where settings name
 * none, and then it counts, too. */
enum lg_status gate_http_read_page(const struct lg_settings *settings,
				   struct lg_buffer *out_page,
				   struct lg_error *err);
void gate_http_take_page(struct gate *gate, struct lg_buffer *page);
/* Good until the next take. */
const struct lg_refusal_page *gate_http_page(const struct gate *gate);
void gate_http_close(struct gate *gate);

/* 1 for the value of an Authorization that is "Bearer" and the key: it is the
 * asker's, never a credential of the client. */
int gate_http_is_key_bearer(const struct gate *gate, const char *authorization);

/* 1 where the request carries the key of [listen.status]: as X-Logongate-Key,
 * a bearer's token or the password of Basic, whatever the name. */
int gate_http_has_status_key(const struct gate *gate,
			     const struct lg_http_request *request);

/* Sends an answer of a connection that was made busy, and lets it go on. */
struct gate_conn;
void gate_http_answer_later(struct gate_conn *conn,
			    const struct lg_http_answer *answer);

#endif
