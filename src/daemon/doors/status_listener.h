/* SPDX-License-Identifier: ISC */
/*
 * status_listener.h - [listen.status]: pages for people, nothing to ask
 *
 * Layer: daemon.
 * Flow: http.c hands whole requests here; help_page.c answers later, for it
 * reads the record of refusals on a lane of its own.
 * Source: contract 11 Pages.
 */
#ifndef LOGONGATE_DAEMON_DOORS_STATUS_LISTENER_H
#define LOGONGATE_DAEMON_DOORS_STATUS_LISTENER_H

#include "core/policy/message.h"

#include "adapters/http/overview.h"
#include "daemon/net/http.h"
#include "daemon/net/stream.h"

/* What pages are made of; texts are borrowed from here and the view. */
struct gate_overview {
	struct lg_overview page;
	struct lg_overview_lock lock[LG_LOCKS_MAX];
	struct lg_buffer words[LG_LOCKS_MAX];
	struct lg_message_choice choice[LG_LOCKS_MAX];
	struct lg_buffer concerns[LG_LOCKS_MAX];
	struct lg_overview_door door[GATE_DOOR_COUNT];
	struct lg_strlist attention;
	char host[256];
	char now[32];
};

/* As it is now, for somebody who accepts those languages (may be NULL).
 * Owns: gate_overview_free. NULL: no memory. */
struct gate_overview *gate_overview_new(struct gate *gate, const char *accept);
void gate_overview_free(struct gate_overview **overview);

/* A page of HTML: what a browser may do with it stands in its headers. */
void gate_status_answer_html(struct lg_http_answer *answer);

/* Fills the answer, or holds the connection and answers later (1). */
int gate_status_route(struct gate_conn *conn,
		      const struct lg_http_request *request,
		      struct lg_http_answer *out_answer);

/* GET /help: 1, it answers later. (help_page.c) */
int gate_help_begin(struct gate_conn *conn,
		    const struct lg_http_request *request,
		    struct lg_http_answer *out_answer);

#endif
