/* SPDX-License-Identifier: ISC */
/*
 * ring.c - what waits under a token for who brings it back
 */
#include "daemon/doors/ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/hex.h"

/* Eight hex digits of the slot, sixteen of what only its owner knows. */
#define TOKEN_LEN 24

struct slot {
	uint64_t random;
	int64_t until_s;
	void *kept; /* NULL: nothing waits here */
	size_t size;
};

struct gate_ring {
	struct gate_ring_limits limits;
	uint32_t next;
	uint32_t oldest; /* as next; they are limits.slots apart at most */
	size_t bytes;
	struct slot slot[];
};

enum lg_status gate_ring_new(const struct gate_ring_limits *limits,
			     struct gate_ring **out_ring, struct lg_error *err)
{
	struct gate_ring *ring =
		calloc(1, sizeof(*ring) + limits->slots * sizeof(struct slot));

	if (!ring)
		return lg_no_memory(err);
	ring->limits = *limits;
	*out_ring = ring;
	return LG_OK;
}

void gate_ring_free(struct gate_ring **ring)
{
	if (!*ring)
		return;
	for (size_t i = 0; i < (*ring)->limits.slots; i++)
		free((*ring)->slot[i].kept);
	free(*ring);
	*ring = NULL;
}

static struct slot *slot_at(struct gate_ring *ring, uint32_t number)
{
	return &ring->slot[number % ring->limits.slots];
}

static void *leave(struct gate_ring *ring, struct slot *slot)
{
	void *kept = slot->kept;

	if (kept)
		ring->bytes -= slot->size;
	slot->kept = NULL;
	return kept;
}

void gate_ring_give(struct gate_ring *ring, int64_t now_s, void *kept,
		    size_t size, char out_token[GATE_TOKEN_SIZE])
{
	struct slot *slot = slot_at(ring, ring->next);
	uint64_t random;

	*out_token = '\0';
	if (!kept || getrandom(&random, sizeof(random), GRND_NONBLOCK) !=
			     sizeof(random)) {
		free(kept);
		return;
	}
	free(leave(ring, slot));
	*slot = (struct slot){random, now_s + ring->limits.good_s, kept, size};
	ring->bytes += size;
	snprintf(out_token, GATE_TOKEN_SIZE, "%08x%016llx",
		 (unsigned int)(slot - ring->slot), (unsigned long long)random);
	ring->next++;
	if (ring->next - ring->oldest > ring->limits.slots)
		ring->oldest = ring->next - ring->limits.slots;
	while (ring->bytes > ring->limits.bytes)
		free(leave(ring, slot_at(ring, ring->oldest++)));
}

static int read_token(const char *token, uint64_t *out_slot,
		      uint64_t *out_random)
{
	uint64_t number[2] = {0, 0};

	if (!token || strlen(token) != TOKEN_LEN)
		return 0;
	for (size_t i = 0; i < TOKEN_LEN; i++) {
		int digit = lg_hex_value(token[i]);

		if (digit < 0)
			return 0;
		number[i >= 8] = number[i >= 8] << 4 | (uint64_t)digit;
	}
	*out_slot = number[0];
	*out_random = number[1];
	return 1;
}

static struct slot *find(struct gate_ring *ring, int64_t now_s,
			 const char *token)
{
	struct slot *slot;
	uint64_t at, random;

	if (!read_token(token, &at, &random) || at >= ring->limits.slots)
		return NULL;
	slot = &ring->slot[at];
	return slot->kept && slot->random == random && now_s <= slot->until_s
		       ? slot
		       : NULL;
}

const void *gate_ring_find(struct gate_ring *ring, int64_t now_s,
			   const char *token)
{
	const struct slot *slot = find(ring, now_s, token);

	return slot ? slot->kept : NULL;
}

void *gate_ring_take(struct gate_ring *ring, int64_t now_s, const char *token)
{
	struct slot *slot = find(ring, now_s, token);

	return slot ? leave(ring, slot) : NULL;
}
