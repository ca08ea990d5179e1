/* SPDX-License-Identifier: ISC */
/*
 * tokens.h - refusals that wait to be rendered
 *
 * Layer: daemon.
 * Source: contract 8 "HTTP": a token is good for 60 s and any number of
 * /v1/render.
 */
#ifndef LOGONGATE_DAEMON_DOORS_TOKENS_H
#define LOGONGATE_DAEMON_DOORS_TOKENS_H

#include "daemon/doors/ring.h"

enum lg_status gate_tokens_new(struct gate_ring **out_tokens,
			       struct lg_error *err);

/* Keeps a copy of the refusal; *out_token is "" where there was no memory or
 * no randomness, and render then shows the page of an unknown token. What
 * gate_ring_find gives for a token is a struct lg_http_refusal. */
void gate_tokens_keep(struct gate_ring *tokens, int64_t now_s,
		      const struct lg_http_refusal *refused,
		      char out_token[GATE_TOKEN_SIZE]);

#endif
