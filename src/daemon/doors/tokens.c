/* SPDX-License-Identifier: ISC */
/*
 * tokens.c - refusals that wait to be rendered
 *
 * A ring of slots: the token is the slot's number and random bits. A storm of
 * more refusals than slots or bytes within a minute makes the oldest tokens
 * unknown, and their clients get the general page: nobody gets in by that.
 */
#include "daemon/doors/tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/kept.h"

#define SLOTS 65536u
#define BYTES_MAX (24u << 20)
#define GOOD_S 60

struct slot {
	uint64_t random;
	int64_t until_s;
	struct lg_http_refusal refusal;
	char *text;
	size_t size;
};

struct gate_tokens {
	uint32_t next;
	uint32_t oldest; /* as next; they are SLOTS apart at most */
	size_t bytes;
	struct slot slot[SLOTS];
};

enum lg_status gate_tokens_new(struct gate_tokens **out_tokens,
			       struct lg_error *err)
{
	struct gate_tokens *tokens = calloc(1, sizeof(*tokens));

	if (!tokens)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
	*out_tokens = tokens;
	return LG_OK;
}

void gate_tokens_free(struct gate_tokens **tokens)
{
	size_t i;

	if (!*tokens)
		return;
	for (i = 0; i < SLOTS; i++)
		free((*tokens)->slot[i].text);
	free(*tokens);
	*tokens = NULL;
}

void gate_token_write(uint32_t slot, uint64_t random,
		      char out_token[GATE_TOKEN_SIZE])
{
	snprintf(out_token, GATE_TOKEN_SIZE, "%08x%016llx", slot,
		 (unsigned long long)random);
}

int gate_token_read(const char *token, uint64_t *out_slot, uint64_t *out_random)
{
	uint64_t number[2] = {0, 0};
	size_t i;

	if (strlen(token) != 24)
		return 0;
	for (i = 0; i < 24; i++) {
		const char *digit = strchr("0123456789abcdef", token[i]);

		if (!digit || !*digit)
			return 0;
		number[i >= 8] = number[i >= 8] << 4 |
				 (uint64_t)(*digit <= '9' ? *digit - '0'
							  : *digit - 'a' + 10);
	}
	*out_slot = number[0];
	*out_random = number[1];
	return 1;
}

/* What is to be echoed is echoed whole or not at all. */
static const char *echo_of(const char *text)
{
	return text && strnlen(text, LG_KEPT_MAX + 1) <= LG_KEPT_MAX ? text
								     : NULL;
}

static void empty(struct gate_tokens *tokens, struct slot *slot)
{
	if (slot->text)
		tokens->bytes -= slot->size;
	free(slot->text);
	slot->text = NULL;
}

static int keep(struct slot *slot, const struct lg_http_refusal *refusal)
{
	const char *const from[] = {refusal->text,
				    refusal->language,
				    refusal->lock,
				    refusal->until,
				    refusal->profile,
				    refusal->lock_reason,
				    echo_of(refusal->request_type),
				    echo_of(refusal->request_id),
				    echo_of(refusal->client_info),
				    refusal->realm};
	const char **const to[] = {
		&slot->refusal.text,         &slot->refusal.language,
		&slot->refusal.lock,         &slot->refusal.until,
		&slot->refusal.profile,      &slot->refusal.lock_reason,
		&slot->refusal.request_type, &slot->refusal.request_id,
		&slot->refusal.client_info,  &slot->refusal.realm};
	const size_t count = sizeof(from) / sizeof(*from);
	size_t size = 1;
	char *at;
	size_t i;

	for (i = 0; i < count; i++)
		size += from[i] ? strlen(from[i]) + 1 : 0;
	at = malloc(size);
	if (!at)
		return 0;
	slot->text = at;
	slot->size = size;
	slot->refusal = *refusal;
	for (i = 0; i < count; i++) {
		*to[i] = NULL;
		if (!from[i])
			continue;
		memcpy(at, from[i], strlen(from[i]) + 1);
		*to[i] = at;
		at += strlen(at) + 1;
	}
	return 1;
}

void gate_tokens_keep(struct gate_tokens *tokens, int64_t now_s,
		      const struct lg_http_refusal *refusal,
		      char out_token[GATE_TOKEN_SIZE])
{
	uint32_t at = tokens->next % SLOTS;
	struct slot *slot = &tokens->slot[at];
	uint64_t random;

	*out_token = '\0';
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		return;
	empty(tokens, slot);
	if (!keep(slot, refusal))
		return;
	tokens->bytes += slot->size;
	tokens->next++;
	if (tokens->next - tokens->oldest > SLOTS)
		tokens->oldest = tokens->next - SLOTS;
	while (tokens->bytes > BYTES_MAX)
		empty(tokens, &tokens->slot[tokens->oldest++ % SLOTS]);
	slot->random = random;
	slot->until_s = now_s + GOOD_S;
	gate_token_write(at, random, out_token);
}

const struct lg_http_refusal *gate_tokens_find(struct gate_tokens *tokens,
					       int64_t now_s, const char *token)
{
	const struct slot *slot;
	uint64_t at, random;

	if (!token || !gate_token_read(token, &at, &random) || at >= SLOTS)
		return NULL;
	slot = &tokens->slot[at];
	if (!slot->text || slot->random != random || now_s > slot->until_s)
		return NULL;
	return &slot->refusal;
}
