/* SPDX-License-Identifier: ISC */
/*
 * mapi_tickets.c - a ring of requests that were let by
 *
 * The oldest goes where there is no slot or no byte left: its session is then
 * not known, and its client connects once more while a lock is in force. A
 * server may take minutes to answer a Connect.
 */
#include "daemon/doors/mapi_tickets.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/kept.h"

#define SLOTS 16384u
#define BYTES_MAX (12u << 20)
#define GOOD_S (6 * 60)
#define TEXTS 8

struct slot {
	uint64_t random;
	int64_t until_s;
	struct gate_ticket ticket;
	char *text;
	size_t size;
};

struct gate_tickets {
	uint32_t next;
	uint32_t oldest; /* as next; they are SLOTS apart at most */
	size_t bytes;
	struct slot slot[SLOTS];
};

enum lg_status gate_tickets_new(struct gate_tickets **out_tickets,
				struct lg_error *err)
{
	struct gate_tickets *tickets = calloc(1, sizeof(*tickets));

	if (!tickets)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
	*out_tickets = tickets;
	return LG_OK;
}

static void empty(struct gate_tickets *tickets, struct slot *slot)
{
	if (slot->text)
		tickets->bytes -= slot->size;
	free(slot->text);
	slot->text = NULL;
}

void gate_tickets_free(struct gate_tickets **tickets)
{
	size_t i;

	if (!*tickets)
		return;
	for (i = 0; i < SLOTS; i++)
		free((*tickets)->slot[i].text);
	free(*tickets);
	*tickets = NULL;
}

static void texts_of(struct gate_ticket *ticket, const char **out_text[TEXTS])
{
	const char **const text[TEXTS] = {
		&ticket->session.door,   &ticket->session.user,
		&ticket->session.dn,     &ticket->session.process,
		&ticket->session.client, &ticket->session.address,
		&ticket->peer,           &ticket->key};

	memcpy(out_text, text, sizeof(text));
}

/* A key is one that the gate holds already, so it is kept whole. */
static size_t len_of(const struct gate_ticket *ticket, const char *text)
{
	if (!text)
		return 0;
	return text == ticket->key ? strlen(text) : lg_kept_text_len(text);
}

static int fill(struct slot *slot, const struct gate_ticket *ticket)
{
	struct gate_ticket copy = *ticket;
	const char **text[TEXTS];
	size_t size = 1;
	char *at;
	size_t i;

	texts_of(&copy, text);
	for (i = 0; i < TEXTS; i++)
		size += len_of(ticket, *text[i]) + 1;
	at = calloc(1, size);
	if (!at)
		return 0;
	slot->text = at;
	slot->size = size;
	for (i = 0; i < TEXTS; i++) {
		size_t len = len_of(ticket, *text[i]);

		if (!*text[i])
			continue;
		memcpy(at, *text[i], len);
		*text[i] = at;
		at += len + 1;
	}
	slot->ticket = copy;
	return 1;
}

void gate_tickets_give(struct gate_tickets *tickets, int64_t now_s,
		       const struct gate_ticket *ticket,
		       char out_ticket[GATE_TOKEN_SIZE])
{
	struct slot *slot = &tickets->slot[tickets->next % SLOTS];
	uint64_t random;

	*out_ticket = '\0';
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		return;
	empty(tickets, slot);
	if (!fill(slot, ticket))
		return;
	slot->random = random;
	slot->until_s = now_s + GOOD_S;
	tickets->bytes += slot->size;
	gate_token_write(tickets->next % SLOTS, random, out_ticket);
	tickets->next++;
	if (tickets->next - tickets->oldest > SLOTS)
		tickets->oldest = tickets->next - SLOTS;
	while (tickets->bytes > BYTES_MAX)
		empty(tickets, &tickets->slot[tickets->oldest++ % SLOTS]);
}

int gate_tickets_take(struct gate_tickets *tickets, int64_t now_s,
		      const char *text, struct gate_ticket *out_ticket,
		      char **out_text)
{
	struct slot *slot;
	uint64_t at, random;

	if (!gate_token_read(text, &at, &random) || at >= SLOTS)
		return 0;
	slot = &tickets->slot[at];
	if (!slot->text || slot->random != random || now_s > slot->until_s)
		return 0;
	*out_ticket = slot->ticket;
	*out_text = slot->text;
	tickets->bytes -= slot->size;
	slot->text = NULL;
	return 1;
}
