/* SPDX-License-Identifier: ISC */
/*
 * ring.h - what waits under a token for who brings it back
 *
 * Layer: daemon.
 * Flow: tokens.h keeps refusals in one, mapi_tickets.h requests in another.
 * Shape: a token is the number of a slot and random bits.
 */
#ifndef LOGONGATE_DAEMON_DOORS_RING_H
#define LOGONGATE_DAEMON_DOORS_RING_H

#include "adapters/http/gate_answer.h"

#define GATE_TOKEN_SIZE LG_HTTP_TOKEN_SIZE

struct gate_ring;

/* How much is kept, and for how long. */
struct gate_ring_limits {
	uint32_t slots;
	size_t bytes;
	int64_t good_s;
};

enum lg_status gate_ring_new(const struct gate_ring_limits *limits,
			     struct gate_ring **out_ring, struct lg_error *err);
void gate_ring_free(struct gate_ring **ring);

/* kept, an allocation of size bytes or NULL, becomes the ring's. *out_token is
 * "" where there was none, or no randomness. Where there is no slot or no byte
 * left the oldest go. */
void gate_ring_give(struct gate_ring *ring, int64_t now_s, void *kept,
		    size_t size, char out_token[GATE_TOKEN_SIZE]);

/* What waits under a token; NULL for an unknown or old one. find: it is the
 * ring's, good until the next give. take: it is the caller's to free, and
 * nobody finds it again. */
const void *gate_ring_find(struct gate_ring *ring, int64_t now_s,
			   const char *token);
void *gate_ring_take(struct gate_ring *ring, int64_t now_s, const char *token);

#endif
