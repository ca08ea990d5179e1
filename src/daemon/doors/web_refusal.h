/* SPDX-License-Identifier: ISC */
/*
 * web_refusal.h - how people who ask by HTTP are refused
 *
 * Layer: daemon.
 * Flow: /v1/check, /v1/mapi and SPOP give them; tokens.h keeps them until they
 * are shown.
 */
#ifndef LOGONGATE_DAEMON_DOORS_WEB_REFUSAL_H
#define LOGONGATE_DAEMON_DOORS_WEB_REFUSAL_H

#include "adapters/http/gate_answer.h"
#include "daemon/judge.h"

/* 401: whoever it is may say who he is. */
struct lg_http_refusal
gate_challenge_refusal(struct gate *gate, const struct lg_decision *decision,
		       const char *accept);

/* The words of a kept refusal for whoever reads it now; NULL where its lock is
 * over. Good until the next call. */
const char *gate_refusal_again(struct gate *gate,
			       const struct lg_http_refusal *refusal,
			       const char *accept);

/* A refusal for people: what /v1/check and SPOP give for web requests. */
struct lg_http_refusal gate_page_refusal(struct gate *gate,
					 const struct lg_decision *decision,
					 const char *accept, int is_owa);

#endif
