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
/* Its server waits for it with each try, and for a hundred at most. */
#define HANGS_PAUSE_MS (60 * 60 * 1000)

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

	if (key_of(session, &key) != LG_OK) {
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

	for (unsigned int i = 0; i < try->count && pause_ms < PAUSE_MAX_MS; i++)
		pause_ms *= 2;
	if (pause_ms > PAUSE_MAX_MS)
		pause_ms = PAUSE_MAX_MS;
	try->count++;
	try->next_ms = now_ms + pause_ms;
}

void sweep_tries_hangs(struct sweep_try *try, uint64_t now_ms)
{
	if (try->count < SWEEP_TRIES_STUCK)
		try->count = SWEEP_TRIES_STUCK;
	try->next_ms = now_ms + HANGS_PAUSE_MS;
}

static size_t settle_bucket(struct sweep_try **at, uint64_t round)
{
	size_t gone = 0;

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
	return gone;
}

size_t sweep_tries_settle(struct sweep_tries *tries, uint64_t round)
{
	size_t gone = 0;

	for (size_t i = 0; i < SWEEP_TRIES_BUCKETS; i++)
		gone += settle_bucket(&tries->bucket[i], round);
	return gone;
}

struct sweep_tries *sweep_tries_new(void)
{
	struct sweep_tries *tries = calloc(1, sizeof(*tries));

	if (tries)
		tries->holders = 1;
	return tries;
}

struct sweep_tries *sweep_tries_share(struct sweep_tries *tries)
{
	tries->holders++;
	return tries;
}

static void free_tries(void *context)
{
	struct sweep_tries *tries = context;

	/* No round is the number that none has. */
	sweep_tries_settle(tries, UINT64_MAX);
	free(tries);
}

void sweep_tries_drop(struct gate *gate, struct sweep_tries *tries)
{
	if (!tries || --tries->holders)
		return;
	tries->job = (struct gate_job){free_tries, NULL, tries, NULL};
	gate_work_add(gate, GATE_LANE_TEXTS, &tries->job);
}
