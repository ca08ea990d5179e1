/* SPDX-License-Identifier: ISC */
/*
 * doveadm_kick.c - one command a user and address, many commands a request
 *
 * First those go that can be told apart, see kick_connections.h and
 * kick_processes.h. Dovecot's sessions of the order are sorted by user and
 * address; each run of equal ones is a group, ended by one command.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/system/steady.h"
#include "adapters/dovecot/doveadm.h"
#include "adapters/dovecot/doveadm_kick.h"
#include "adapters/dovecot/doveadm_mask.h"
#include "adapters/dovecot/doveadm_who.h"
#include "adapters/dovecot/kick_batch.h"
#include "adapters/dovecot/kick_connections.h"
#include "adapters/dovecot/kick_note.h"
#include "adapters/dovecot/kick_processes.h"

enum {
	/* What is given up may be done later, to somebody who came back after
	 * the lock: as long as Dovecot is only slow it is waited for. */
	BATCH_LIMIT_MS = LG_DOVEADM_TIMEOUT_MS
};

struct item {
	const struct lg_session *session;
	size_t index;
};

struct group {
	size_t first; /* item */
	size_t end;
};

struct kick {
	const struct lg_doveadm_kicker *kicker;
	struct lg_cut_order *order;
	struct item *item;
	size_t count;
	struct group group[LG_KICK_BATCH_MAX];
	size_t group_count;
	struct lg_buffer request;
	struct lg_buffer mask;
	unsigned int hangs;
	enum lg_status status; /* the first failure */
	int is_broken;         /* Dovecot did not answer at all */
	struct lg_error *err;
};

static const char *address_of(const struct lg_session *session)
{
	return session->address ? session->address : "";
}

static int compare(const void *a, const void *b)
{
	const struct lg_session *left = ((const struct item *)a)->session;
	const struct lg_session *right = ((const struct item *)b)->session;
	int order = strcmp(left->user, right->user);

	if (lg_doveadm_is_passed_on(left) != lg_doveadm_is_passed_on(right))
		return lg_doveadm_is_passed_on(left) -
		       lg_doveadm_is_passed_on(right);
	/* A proxy ends all of a user. */
	if (lg_doveadm_is_passed_on(left))
		return order;

	return order ? order : strcmp(address_of(left), address_of(right));
}

static enum lg_status collect(struct kick *kick)
{
	struct lg_cut_order *order = kick->order;

	kick->item = calloc(order->count + 1, sizeof(*kick->item));
	if (!kick->item)
		return lg_no_memory(kick->err);
	for (size_t i = 0; i < order->count; i++) {
		const struct lg_session *session = &order->session[i];

		if (session->door && !strcmp(session->door, "dovecot") &&
		    session->user && *session->user)
			kick->item[kick->count++] = (struct item){session, i};
	}
	qsort(kick->item, kick->count, sizeof(*kick->item), compare);
	return LG_OK;
}

static void mark(struct kick *kick, const struct group *group, enum lg_cut cut)
{
	for (size_t i = group->first; i < group->end; i++) {
		unsigned char *at = &kick->order->cut[kick->item[i].index];

		if (*at == LG_CUT_NOW)
			*at = (unsigned char)cut;
	}
}

/* How many sessions of the group have this mark. */
static size_t count_of(const struct kick *kick, const struct group *group,
		       enum lg_cut cut)
{
	size_t count = 0;

	for (size_t i = group->first; i < group->end; i++)
		count += kick->order->cut[kick->item[i].index] == cut;
	return count;
}

static void failed(struct kick *kick, enum lg_status status,
		   const struct lg_error *said)
{
	if (kick->status != LG_OK)
		return;
	kick->status = lg_error_set(kick->err, status,
				    *said->place ? said->place : NULL, "%s",
				    said->text);
}

/*
 * A login process of Dovecot 2.3 that passes on one client ends with it, before
 * or after it said so, and `proxy kick` fails over that: whether the session is
 * gone is seen where all are listed again. A kick that breaks off has failed.
 */
static void settle(struct kick *kick, const struct group *group,
		   enum lg_doveadm_done done)
{
	struct lg_error said = {0};

	if (done == LG_DOVEADM_DONE)
		mark(kick, group, LG_CUT_TOLD);
	else if (done == LG_DOVEADM_BROKE &&
		 lg_doveadm_is_passed_on(kick->item[group->first].session))
		mark(kick, group, LG_CUT_ASKED);
	else if (done == LG_DOVEADM_BROKE)
		failed(kick,
		       lg_error_set(&said, LG_ERR_IO, NULL,
				    "doveadm broke off (exit code 75)"),
		       &said);
}

/* Sends the commands of groups, which stand in the request. */
static enum lg_status ask_groups(struct kick *kick, const struct group *group,
				 size_t count, uint32_t limit_ms)
{
	unsigned char done[LG_KICK_BATCH_MAX] = {0};
	struct lg_buffer answer = {0};
	struct lg_error said = {0};
	enum lg_status status;

	lg_buffer_char(&kick->request, ']');
	status = kick->kicker->ask(kick->kicker->context, &kick->request,
				   limit_ms, NULL, &answer, &said);
	kick->is_broken = status != LG_OK;
	if (status == LG_OK)
		status = lg_doveadm_kick_parse(answer.data ? answer.data : "",
					       answer.len, count, done, &said);
	if (status != LG_OK)
		failed(kick, status, &said);
	for (size_t i = 0; i < count; i++)
		settle(kick, &group[i], (enum lg_doveadm_done)done[i]);
	lg_buffer_release(&answer);
	lg_buffer_clear(&kick->request);
	return status;
}

static void put_command(struct kick *kick, const struct group *group,
			size_t tag)
{
	const struct lg_session *session = kick->item[group->first].session;

	lg_buffer_clear(&kick->mask);
	lg_doveadm_mask(session->user, &kick->mask);
	lg_buffer_char(&kick->request, tag ? ',' : '[');
	if (lg_doveadm_is_passed_on(session))
		lg_doveadm_proxy_kick_command(session->user, tag,
					      &kick->request);
	else
		lg_doveadm_kick_command(kick->mask.data ? kick->mask.data : "",
					session->address, tag, &kick->request);
}

static void hangs(struct kick *kick, const struct group *group)
{
	kick->hangs++;
	kick->is_broken = kick->hangs >= LG_KICK_HANGS_MAX;
	lg_kick_note_hangs(kick->order, kick->item[group->first].session);
}

/* One of them hangs; those that do not are found by asking one by one. */
static void send_one_by_one(struct kick *kick)
{
	const struct lg_doveadm_kicker *kicker = kick->kicker;

	kick->is_broken = 0;
	for (size_t i = 0; i < kick->group_count && !kick->is_broken &&
			   !kicker->is_stopped(kicker->context);
	     i++) {
		put_command(kick, &kick->group[i], 0);
		if (ask_groups(kick, &kick->group[i], 1,
			       LG_KICK_ONE_LIMIT_MS) == LG_ERR_TIMEOUT)
			hangs(kick, &kick->group[i]);
		else if (!kick->is_broken)
			kick->hangs = 0;
	}
}

/* Sends what was gathered. */
static void send_batch(struct kick *kick)
{
	enum lg_status status;

	if (!kick->group_count)
		return;
	status = ask_groups(kick, kick->group, kick->group_count,
			    BATCH_LIMIT_MS);
	if (status == LG_ERR_TIMEOUT && kick->group_count == 1)
		hangs(kick, kick->group);
	else if (status == LG_ERR_TIMEOUT)
		send_one_by_one(kick);
	kick->group_count = 0;
}

/* Adds the command for a group; one that has no mask of its own is marked. */
static void add_command(struct kick *kick, const struct group *group)
{
	const struct item *item = &kick->item[group->first];
	struct lg_cut_order *order = kick->order;

	lg_buffer_clear(&kick->mask);
	lg_doveadm_mask(item->session->user, &kick->mask);
	if (!kick->mask.data)
		return;
	if (!lg_doveadm_is_passed_on(item->session) &&
	    !lg_doveadm_hits_no_other(order->session, order->cut, order->count,
				      item->index, kick->mask.data)) {
		lg_kick_note(
			kick->order, "Dovecot cannot end ", item->session,
			" without somebody else, whose name looks the same to it");
		mark(kick, group, LG_CUT_CANNOT);
		return;
	}
	if (count_of(kick, group, LG_CUT_SPARE))
		lg_kick_note(kick->order, "Dovecot ends all sessions of ",
			     item->session, "");
	put_command(kick, group, kick->group_count);
	kick->group[kick->group_count++] = *group;
}

/* The sessions of one user and address from group->end on; 0: no more. */
static int next_group(const struct kick *kick, struct group *group)
{
	group->first = group->end;
	if (group->first >= kick->count)
		return 0;
	group->end++;
	while (group->end < kick->count &&
	       !compare(&kick->item[group->first], &kick->item[group->end]))
		group->end++;
	return 1;
}

static int is_many(const struct kick *kick)
{
	const struct group all = {0, kick->count};

	return count_of(kick, &all, LG_CUT_NOW) >= LG_KICK_PROCESSES_MIN;
}

/*
 * Which of several sessions of one user, protocol and address a master opened
 * is not always known: where not all of them go, the choice among them is no
 * word on who is in which process, and they are named.
 */
static void leave_doubtful(const struct kick *kick, const struct group *group,
			   unsigned char *cut)
{
	size_t stay[LG_PROTOCOL_COUNT] = {0};
	size_t unknown[LG_PROTOCOL_COUNT] = {0};

	for (size_t i = group->first; i < group->end; i++) {
		const struct lg_session *session = kick->item[i].session;

		stay[session->protocol] +=
			cut[kick->item[i].index] == LG_CUT_SPARE;
		unknown[session->protocol] += !session->is_opener_known;
	}
	for (size_t i = group->first; i < group->end; i++) {
		enum lg_protocol protocol = kick->item[i].session->protocol;

		if (stay[protocol] && unknown[protocol])
			cut[kick->item[i].index] = LG_CUT_SPARE;
	}
}

/* Has those ended by end() of whom it is known which they are. */
static enum lg_status end_known(
	struct kick *kick,
	enum lg_status (*end)(const struct lg_doveadm_kicker *kicker,
			      struct lg_cut_order *order, struct lg_error *err),
	struct lg_error *err)
{
	struct lg_cut_order *order = kick->order;
	struct lg_cut_order known = *order;
	struct group group = {0, 0};
	enum lg_status status;

	known.cut = malloc(order->count);
	if (!known.cut)
		return lg_no_memory(err);
	memcpy(known.cut, order->cut, order->count);
	while (next_group(kick, &group))
		leave_doubtful(kick, &group, known.cut);
	status = end(kick->kicker, &known, err);
	order->is_blind = known.is_blind;
	for (size_t i = 0; i < order->count; i++)
		if (order->cut[i] == LG_CUT_NOW && known.cut[i] != LG_CUT_SPARE)
			order->cut[i] = known.cut[i];
	free(known.cut);
	return status;
}

/* Those that are ended without a name; where anvil breaks off nobody else is
 * told of the others. */
static void end_exactly(struct kick *kick)
{
	const struct lg_doveadm_kicker *kicker = kick->kicker;
	struct lg_error said = {0};
	enum lg_status status = LG_OK;

	if (kicker->anvil)
		status = end_known(kick, lg_kick_connections, &said);
	if (status == LG_OK && kicker->folder && is_many(kick))
		status = end_known(kick, lg_kick_processes, &said);
	kick->is_broken = status != LG_OK;
	if (status != LG_OK)
		failed(kick, status, &said);
}

static void send_all(struct kick *kick)
{
	const struct lg_doveadm_kicker *kicker = kick->kicker;
	struct lg_kick_batch batch = {.size = LG_KICK_BATCH_FIRST};
	struct group group = {0, 0};

	while (!kick->is_broken && !kicker->is_stopped(kicker->context) &&
	       next_group(kick, &group)) {
		if (count_of(kick, &group, LG_CUT_NOW))
			add_command(kick, &group);
		if (kick->group_count == batch.size) {
			int64_t begun_ms = lg_steady_ms();

			send_batch(kick);
			lg_kick_batch_took(&batch, lg_steady_ms() - begun_ms);
		}
	}
	if (!kicker->is_stopped(kicker->context) && !kick->is_broken)
		send_batch(kick);
}

enum lg_status lg_doveadm_kick(const struct lg_doveadm_kicker *kicker,
			       struct lg_cut_order *order, struct lg_error *err)
{
	struct kick kick = {.kicker = kicker, .order = order, .err = err};
	enum lg_status status = collect(&kick);

	if (status == LG_OK) {
		end_exactly(&kick);
		send_all(&kick);
		status = kick.status;
	}
	free(kick.item);
	lg_buffer_release(&kick.request);
	lg_buffer_release(&kick.mask);
	return status;
}
