/* SPDX-License-Identifier: ISC */
/*
 * sweep_tries.c - tries by door and id, in chains
 */
#include "daemon/sessions/sweep_tries.h"

#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>

#define PAUSE_MS 100
#define PAUSE_MAX_MS 30000

static enum lg_status key_of(const struct lg_session *session,
			     struct lg_buffer *out_key)
{
	lg_buffer_format(out_key, "%s\t%s", session->door ? session->door : "",
			 session->id ? session->id : "");
	return lg_buffer_status(out_key, NULL);
}

static struct sweep_try *find(struct sweep_tries *tries, const char *key,
			      size_t len, uint64_t hash)
{
	struct sweep_try *at = tries->bucket[hash % SWEEP_TRIES_BUCKETS];

	while (at && (at->hash != hash || at->len != len ||
		      memcmp(at->key, key, len)))
		at = at->chain;
	return at;
}

static void link_in(struct sweep_tries *tries, struct sweep_try *try)
{
	struct sweep_try **bucket =
		&tries->bucket[try->hash % SWEEP_TRIES_BUCKETS];

	try->chain = *bucket;
	*bucket = try;
}

struct sweep_try *sweep_tries_of(struct sweep_tries *tries,
				 const struct lg_session *session)
{
	struct lg_buffer key = {0};
	struct sweep_try *try = NULL;
	uint64_t hash;

	if (key_of(session, &key)) {
		lg_buffer_release(&key);
		return NULL;
	}
	hash = lg_dn_hash(key.data, key.len);
	try = find(tries, key.data, key.len, hash);
	if (!try)
		try = calloc(1, sizeof(*try) + key.len);
	if (try && !try->len) {
		try->hash = hash;
		try->len = key.len;
		memcpy(try->key, key.data, key.len);
		link_in(tries, try);
	}
	lg_buffer_release(&key);
	return try;
}

void sweep_tries_count(struct sweep_try *try, uint64_t now_ms)
{
	uint64_t pause_ms = PAUSE_MS;
	unsigned int i;

	for (i = 0; i < try->count && pause_ms < PAUSE_MAX_MS; i++)
		pause_ms *= 2;
	if (pause_ms > PAUSE_MAX_MS)
		pause_ms = PAUSE_MAX_MS;
	try->count++;
	try->next_ms = now_ms + pause_ms;
}

size_t sweep_tries_settle(struct sweep_tries *tries, uint64_t round,
			  size_t first, size_t count)
{
	size_t gone = 0;
	size_t i;

	for (i = first; i < first + count && i < SWEEP_TRIES_BUCKETS; i++) {
		struct sweep_try **at = &tries->bucket[i];

		while (*at) {
			struct sweep_try *try = *at;

			if (try->round == round) {
				at = &try->chain;
				continue;
			}
			gone += try->is_told != 0;
			*at = try->chain;
			free(try);
		}
	}
	return gone;
}

void sweep_tries_move(struct sweep_tries *from, struct sweep_tries *to)
{
	*to = *from;
	memset(from, 0, sizeof(*from));
}

void sweep_tries_release(struct sweep_tries *tries)
{
	size_t i;

	for (i = 0; i < SWEEP_TRIES_BUCKETS; i++) {
		while (tries->bucket[i]) {
			struct sweep_try *try = tries->bucket[i];

			tries->bucket[i] = try->chain;
			free(try);
		}
	}
}
