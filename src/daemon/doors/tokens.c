/* SPDX-License-Identifier: ISC */
/*
 * tokens.c - refusals that wait to be rendered
 *
 * A storm of more refusals than slots or bytes within a minute makes the oldest
 * tokens unknown, and their clients get the general page: nobody gets in by
 * that.
 */
#include "daemon/doors/tokens.h"

#include <string.h>

#include "base/kept.h"

static const struct gate_ring_limits limits = {
	.slots = 65536,
	.bytes = 24u << 20,
	.good_s = 60,
};

enum lg_status gate_tokens_new(struct gate_ring **out_tokens,
			       struct lg_error *err)
{
	return gate_ring_new(&limits, out_tokens, err);
}

/* What is to be echoed is echoed whole or not at all. */
static const char *echo_of(const char *text)
{
	return text && strnlen(text, LG_KEPT_MAX + 1) <= LG_KEPT_MAX ? text
								     : NULL;
}

/* clang-format off */
#define WHOLE(member)                                                          \
	{                                                                      \
		offsetof(struct lg_http_refusal, member),                      \
			refusal->member ? strlen(refusal->member) : 0          \
	}
/* clang-format on */

static void *copy_of(const struct lg_http_refusal *refusal, size_t *out_size)
{
	const struct lg_kept_text text[] = {
		WHOLE(text),         WHOLE(language),   WHOLE(lock),
		WHOLE(until),        WHOLE(profile),    WHOLE(lock_reason),
		WHOLE(request_type), WHOLE(request_id), WHOLE(client_info),
		WHOLE(realm)};

	return lg_kept_value(refusal, sizeof(*refusal), text,
			     sizeof(text) / sizeof(*text), out_size);
}

void gate_tokens_keep(struct gate_ring *tokens, int64_t now_s,
		      const struct lg_http_refusal *refused,
		      char out_token[GATE_TOKEN_SIZE])
{
	struct lg_http_refusal refusal = *refused;
	size_t size = 0;
	void *kept;

	refusal.request_type = echo_of(refused->request_type);
	refusal.request_id = echo_of(refused->request_id);
	refusal.client_info = echo_of(refused->client_info);
	kept = copy_of(&refusal, &size);
	gate_ring_give(tokens, now_s, kept, size, out_token);
}
