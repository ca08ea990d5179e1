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

#include "adapters/http/gate_answer.h"
#include "daemon/gate.h"

#define GATE_TOKEN_SIZE LG_HTTP_TOKEN_SIZE

struct gate_tokens;

/* A token's text: the number of a slot and what only its owner knows. read
 * gives 0 for what is none; which slots there are is the caller's. */
void gate_token_write(uint32_t slot, uint64_t random,
		      char out_token[GATE_TOKEN_SIZE]);
int gate_token_read(const char *token, uint64_t *out_slot,
		    uint64_t *out_random);

enum lg_status gate_tokens_new(struct gate_tokens **out_tokens,
			       struct lg_error *err);
void gate_tokens_free(struct gate_tokens **tokens);

/* Keeps a copy of the refusal; *out_token is "" where there was no memory or
 * no randomness, and render then shows the page of an unknown token. */
void gate_tokens_keep(struct gate_tokens *tokens, int64_t now_s,
		      const struct lg_http_refusal *refusal,
		      char out_token[GATE_TOKEN_SIZE]);

/* NULL for an unknown or old one. Borrowed until the next keep. */
const struct lg_http_refusal *
gate_tokens_find(struct gate_tokens *tokens, int64_t now_s, const char *token);

#endif
