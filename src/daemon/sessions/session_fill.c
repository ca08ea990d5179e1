/* SPDX-License-Identifier: ISC */
/*
 * session_fill.c - what a door's list of sessions does not say
 */
#include <string.h>

#include "daemon/sessions/sessions_inside.h"

/* How long after it was admitted a session of Dovecot shows at the latest. */
#define SHOWS_AFTER_MS 1500
#define LIST_AGAIN_MS 60000

static enum lg_status keep(struct lg_session_list *list, const char *text,
			   const char **out_text, struct lg_error *err)
{
	enum lg_status status;

	if (!text || *out_text)
		return LG_OK;
	status = lg_strlist_add(&list->arena, text, strlen(text), err);
	if (!status)
		*out_text = list->arena.item[list->arena.count - 1];
	return status;
}

static enum lg_status key_of(const struct lg_session *session,
			     struct lg_buffer *out_key, struct lg_error *err)
{
	if (session->door && !strcmp(session->door, "dovecot"))
		gate_sessions_dovecot_key(session->protocol, session->user,
					  session->address, out_key);
	else
		lg_buffer_format(out_key, "src:%s",
				 session->address ? session->address : "");
	return lg_buffer_status(out_key, err);
}

static enum lg_status fill(const struct lg_session *known,
			   struct lg_session_list *list,
			   struct lg_session *session, struct lg_error *err)
{
	enum lg_status status;

	if ((status = keep(list, known->user, &session->user, err)) ||
	    (status = keep(list, known->dn, &session->dn, err)) ||
	    (status = keep(list, known->client, &session->client, err)) ||
	    (status = keep(list, known->process, &session->process, err)))
		return status;
	if (!session->since_s)
		session->since_s = known->since_s;
	if (session->version.known == LG_VERSION_UNKNOWN)
		session->version = known->version;
	if (session->protocol == LG_PROTOCOL_UNKNOWN)
		session->protocol = known->protocol;
	return LG_OK;
}

/* Whose password opened this one. */
static enum lg_status fill_master(struct gate *gate,
				  struct session_entry *entry,
				  struct lg_session_list *list,
				  struct lg_session *session,
				  struct lg_error *err)
{
	if (entry->fill != gate->sessions->fill)
		entry->fill_row = 0;
	entry->fill = gate->sessions->fill;
	if (!entry->is_mastered)
		return LG_OK;
	return keep(list,
		    gate_openers_of_row(entry->openers, session,
					entry->fill_row++, gate_policy(gate)),
		    &session->master, err);
}

/* Those whose sessions showed at begun_ms, if they were open then. */
static void forget_openers(struct gate_sessions *sessions,
			   struct session_entry *entry, uint64_t begun_ms)
{
	if (begun_ms < SHOWS_AFTER_MS)
		return;
	gate_openers_forget(&entry->openers, begun_ms - SHOWS_AFTER_MS);
	session_entry_settle(sessions, entry);
}

void gate_sessions_ended(struct gate *gate, const struct lg_session *session,
			 uint64_t begun_ms)
{
	struct lg_buffer key = {0};
	struct session_entry *entry = NULL;

	if (gate->sessions->mastered && !key_of(session, &key, NULL))
		entry = session_entry_find(gate, key.data, key.len);
	lg_buffer_release(&key);
	if (entry && entry->is_mastered)
		forget_openers(gate->sessions, entry, begun_ms);
}

/* All doors were asked at begun_ms: of a key that was not found nobody is left
 * who logged on long enough before to be seen. */
static void forget_gone(struct gate_sessions *sessions, uint64_t begun_ms)
{
	struct session_entry *entry = sessions->mastered;

	sessions->listed_ms = begun_ms;
	while (entry) {
		struct session_entry *next = entry->next_mastered;

		if (entry->fill != sessions->fill)
			forget_openers(sessions, entry, begun_ms);
		entry = next;
	}
}

int gate_sessions_want_list(const struct gate *gate)
{
	return gate->sessions->mastered &&
	       uv_now(&gate->loop) - gate->sessions->listed_ms >= LIST_AGAIN_MS;
}

static int is_haproxys(const struct lg_session *session)
{
	return session->door && !strcmp(session->door, "haproxy");
}

/*
 * Whether a session of HAProxy is one that this gate was asked about since it
 * began: an address and port that are used again, or at another frontend, are
 * somebody else's. Ages are whole seconds, and since_s is the earliest.
 */
static int was_asked(struct gate *gate, const struct session_entry *entry,
		     const struct lg_session *session)
{
	int64_t age_s = gate_now_s(gate) - session->since_s;

	return !session->since_s ||
	       entry->asked_s + 1 >= gate_store_s(gate) - age_s;
}

/*
 * Whether a session of HAProxy that the gate does not know is the gate's all
 * the same: it is of a frontend that the settings name, and it cannot have been
 * admitted by the gate that ran before this one.
 */
static int is_of_mail(struct gate *gate, const struct lg_session *session)
{
	if (!gate->settings->haproxy_frontends.count)
		return 0;
	return !gate->sessions->began_locked ||
	       session->since_s > gate->started_s;
}

/* In a turn of the loop: a millisecond or less. */
#define PIECE 256u
#define PIECE_BUCKETS (SESSION_BUCKETS / 64)

static enum lg_status fill_one(struct gate *gate, struct gate_filling *filling,
			       struct lg_buffer *key, struct lg_error *err)
{
	struct lg_session_list *list = filling->list;
	struct lg_session session = list->session[filling->at++];
	enum lg_status status = key_of(&session, key, err);
	struct session_entry *entry;

	if (status)
		return status;
	entry = session_entry_find(gate, key->data, key->len);
	if (entry && is_haproxys(&session) && !was_asked(gate, entry, &session))
		entry = NULL;
	if (!entry && is_haproxys(&session) && !is_of_mail(gate, &session))
		return LG_OK;
	if (entry)
		status = fill(&entry->session, list, &session, err);
	if (entry && !status)
		status = fill_master(gate, entry, list, &session, err);
	list->session[filling->kept++] = session;
	filling->at_haproxy += is_haproxys(&session) != 0;
	return status;
}

static enum lg_status fill_some(struct gate *gate, struct gate_filling *filling,
				struct lg_error *err)
{
	struct lg_session_list *list = filling->list;
	struct lg_buffer key = {0};
	enum lg_status status = LG_OK;
	size_t piece;

	for (piece = 0; !status && piece < PIECE && filling->at < list->count;
	     piece++) {
		lg_buffer_clear(&key);
		status = fill_one(gate, filling, &key, err);
	}
	lg_buffer_release(&key);
	if (status || filling->at < list->count)
		return status;
	list->count = filling->kept;
	filling->is_filled = 1;
	if (filling->begun_ms)
		forget_gone(gate->sessions, filling->begun_ms);
	return LG_OK;
}

/* By buckets: what comes and goes between two pieces moves nothing else. */
static enum lg_status add_mapi(struct gate *gate, struct gate_filling *filling,
			       struct lg_error *err)
{
	struct gate_sessions *sessions = gate->sessions;
	size_t end = filling->bucket + PIECE_BUCKETS;
	const struct session_entry *entry;
	enum lg_status status = LG_OK;

	if (!sessions->open_mapi || filling->is_at_haproxy)
		end = filling->bucket = SESSION_BUCKETS;
	for (; !status && filling->bucket < end; filling->bucket++)
		for (entry = sessions->bucket[filling->bucket];
		     !status && entry; entry = entry->chain)
			if (session_entry_is_open_mapi(entry))
				status = lg_session_list_add(
					filling->list, &entry->session, err);
	return status;
}

void gate_sessions_fill_end(struct gate *gate,
			    const struct gate_filling *filling)
{
	if (gate->sessions->filling == filling)
		gate->sessions->filling = NULL;
}

enum lg_status gate_sessions_fill(struct gate *gate,
				  struct gate_filling *filling, int *out_done,
				  struct lg_error *err)
{
	struct gate_sessions *sessions = gate->sessions;
	enum lg_status status;

	*out_done = 0;
	if (sessions->filling && sessions->filling != filling)
		return LG_OK;
	if (!sessions->filling) {
		sessions->filling = filling;
		sessions->fill++;
	}
	status = filling->is_filled ? add_mapi(gate, filling, err)
				    : fill_some(gate, filling, err);
	*out_done = !status && filling->is_filled &&
		    (filling->bucket >= SESSION_BUCKETS ||
		     !sessions->open_mapi || filling->is_at_haproxy);
	if (status || *out_done)
		gate_sessions_fill_end(gate, filling);
	return status;
}
