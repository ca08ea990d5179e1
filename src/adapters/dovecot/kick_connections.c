/* SPDX-License-Identifier: ISC */
/*
 * kick_connections.c - one kick after the other
 *
 * What was listed for the order is some moments old; anvil says which process
 * serves whom now. One that does not answer its kick in time is left, and will
 * end when it no longer hangs: told again it would only be one more that anvil
 * waits for, which stops at a hundred.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/dovecot/anvil_client.h"
#include "adapters/dovecot/kick_connections.h"
#include "adapters/dovecot/kick_note.h"
#include "adapters/dovecot/kick_processes.h"

enum {
	LIST_LIMIT_MS = 2000
};

struct round {
	const struct lg_doveadm_kicker *kicker;
	struct lg_cut_order *order;
	struct lg_anvil_client client;
	struct lg_anvil_list list;
	/* Of the list's: whether it goes, and what became of it. */
	unsigned char *goes;
	unsigned char *cut;
	size_t *ends; /* of the order's */
	unsigned int hangs;
};

/* What was sent is answered some time, and not to be taken for the next. */
static enum lg_status begin_anew(struct round *round, struct lg_error *err)
{
	struct lg_anvil_list again = {0};
	enum lg_status status;

	lg_anvil_client_close(&round->client);
	status = lg_anvil_client_open(round->kicker->anvil, LIST_LIMIT_MS,
				      &round->client, &again, err);
	lg_anvil_list_release(&again);
	return status;
}

static enum lg_status hangs(struct round *round, size_t at,
			    struct lg_error *err)
{
	round->cut[at] = LG_CUT_HANGS;
	lg_kick_note_hangs(round->order, &round->list.now.session[at]);
	if (++round->hangs < LG_KICK_HANGS_MAX)
		return begin_anew(round, err);
	return lg_error_set(err, LG_ERR_TIMEOUT, round->kicker->anvil,
			    "%d sessions in a row hang while Dovecot ends "
			    "them; a disk or file server may not answer",
			    LG_KICK_HANGS_MAX);
}

static enum lg_status end_one(struct round *round, size_t at,
			      struct lg_error *err)
{
	struct lg_error said = {0};
	enum lg_status status =
		lg_anvil_client_kick(&round->client, round->list.named.item[at],
				     LG_KICK_ONE_LIMIT_MS, &said);

	if (status == LG_ERR_TIMEOUT)
		return hangs(round, at, err);
	round->cut[at] = status == LG_OK ? LG_CUT_TOLD : LG_CUT_ASKED;
	round->hangs = 0;
	if (status == LG_OK || status == LG_ERR_NO_MEMORY)
		return status;
	round->order->is_blind = 1;
	return lg_error_set(err, status, said.place,
			    "%s; Dovecot forgot who was logged on; they may "
			    "still be, unseen: restart Dovecot",
			    said.text);
}

static enum lg_status end_all(struct round *round, struct lg_error *err)
{
	const struct lg_doveadm_kicker *kicker = round->kicker;
	enum lg_status status = LG_OK;

	for (size_t at = 0; at < round->list.now.count && status == LG_OK &&
			    !kicker->is_stopped(kicker->context);
	     at++)
		if (round->goes[at])
			status = end_one(round, at, err);
	return status;
}

static void mark(struct round *round)
{
	struct lg_cut_order *order = round->order;

	for (size_t i = 0; i < order->count; i++) {
		size_t at = round->ends[i];

		if (at == LG_KICK_IS_GONE)
			order->cut[i] = LG_CUT_TOLD;
		else if (at && round->cut[at - 1])
			order->cut[i] = round->cut[at - 1];
	}
}

static enum lg_status choose(struct round *round, struct lg_error *err)
{
	const struct lg_session_list *now = &round->list.now;

	round->goes = calloc(now->count + 1, 1);
	round->cut = calloc(now->count + 1, 1);
	round->ends = calloc(round->order->count + 1, sizeof(*round->ends));
	if (!round->goes || !round->cut || !round->ends)
		return lg_no_memory(err);
	return lg_kick_processes_choose(round->order, now, round->goes,
					round->ends, err);
}

/* There is none, or it is not to be had: names are left. */
static enum lg_status not_there(const struct lg_cut_order *order,
				enum lg_status status,
				const struct lg_error *said)
{
	struct lg_buffer text = {0};

	if (status == LG_ERR_UNKNOWN_KEY || !order->notes)
		return LG_OK;
	lg_buffer_format(&text, "%s: %s", said->place, said->text);
	if (text.data)
		lg_strlist_add(order->notes, text.data, text.len, NULL);
	lg_buffer_release(&text);
	return LG_OK;
}

enum lg_status lg_kick_connections(const struct lg_doveadm_kicker *kicker,
				   struct lg_cut_order *order,
				   struct lg_error *err)
{
	struct round round = {.kicker = kicker, .order = order};
	struct lg_error said = {0};
	enum lg_status status =
		lg_anvil_client_open(kicker->anvil, LIST_LIMIT_MS,
				     &round.client, &round.list, &said);

	if (status != LG_OK)
		return not_there(order, status, &said);
	status = choose(&round, err);
	if (status == LG_OK) {
		status = end_all(&round, err);
		mark(&round);
	}
	lg_anvil_client_close(&round.client);
	lg_anvil_list_release(&round.list);
	free(round.goes);
	free(round.cut);
	free(round.ends);
	return status;
}
