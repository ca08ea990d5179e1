/* SPDX-License-Identifier: ISC */
/*
 * dovecot/kick_batch.h - how many commands the next request holds
 *
 * Layer: adapter.
 * What is under way goes on when a lift stops the rest, so a request is to
 * take a tenth of a second or two. A request that is slow by itself, on a
 * machine that is busy, is no reason for smaller ones: then many would take
 * as long as one.
 */
#ifndef LG_ADAPTERS_DOVECOT_KICK_BATCH_H
#define LG_ADAPTERS_DOVECOT_KICK_BATCH_H

#include <stddef.h>
#include <stdint.h>

#define LG_KICK_BATCH_FIRST 4u
#define LG_KICK_BATCH_MAX 64u

/* Begins as {LG_KICK_BATCH_FIRST}. */
struct lg_kick_batch {
	size_t size;
	size_t last_size; /* 0: none was sent yet */
	int64_t last_ms;
};

/* A request of batch->size commands took took_ms: the size of the next. */
void lg_kick_batch_took(struct lg_kick_batch *batch, int64_t took_ms);

#endif
