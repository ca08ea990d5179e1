/* SPDX-License-Identifier: ISC */
/*
 * session_fill.c - what a door's list of sessions does not say
 */
#include <string.h>

#include "base/listed.h"

#include "daemon/sessions/session_book.h"
#include "daemon/sessions/sessions.h"

/* How long after it was admitted a session of Dovecot shows at the latest. */
#define SHOWS_AFTER_MS 1500

static enum lg_status keep(struct lg_session_list *list, const char *text,
			   const char **out_text, struct lg_error *err)
{
	if (!text || *out_text)
		return LG_OK;
	return lg_list_keep_text(&list->arena, text, out_text, err);
}

static int is_at(const struct lg_session *session, const char *door)
{
	return session->door && !strcmp(session->door, door);
}

static enum lg_status key_of(const struct lg_session *session,
			     struct lg_buffer *out_key, struct lg_error *err)
{
	lg_buffer_clear(out_key);
	if (is_at(session, "dovecot"))
		gate_sessions_dovecot_key(session->protocol, session->user,
					  session->address, out_key);
	else
		lg_buffer_format(out_key, "src:%s",
				 session->address ? session->address : "");
	return lg_buffer_status(out_key, err);
}

static struct session_entry *find(struct session_book *book,
				  const struct session_turn *turn,
				  const struct lg_session *session,
				  const struct lg_buffer *key)
{
	return session_table_find(is_at(session, "dovecot") ? &book->dovecot
							    : &book->requested,
				  key->data, key->len, turn->store_s);
}

static enum lg_status fill(const struct lg_session *known,
			   struct lg_session_list *list,
			   struct lg_session *session, struct lg_error *err)
{
	enum lg_status status;

	if ((status = keep(list, known->user, &session->user, err)) != LG_OK ||
	    (status = keep(list, known->dn, &session->dn, err)) != LG_OK ||
	    (status = keep(list, known->client, &session->client, err)) !=
		    LG_OK ||
	    (status = keep(list, known->process, &session->process, err)) !=
		    LG_OK)
		return status;
	if (!session->since_s)
		session->since_s = known->since_s;
	if (session->version.known == LG_VERSION_UNKNOWN)
		session->version = known->version;
	if (session->protocol == LG_PROTOCOL_UNKNOWN)
		session->protocol = known->protocol;
	return LG_OK;
}

/* Whose password opened this one, where the door does not say. */
static enum lg_status fill_master(struct session_book *book,
				  struct session_entry *entry,
				  const struct session_pass *pass,
				  struct lg_session *session,
				  struct lg_error *err)
{
	if (entry->fill != book->fill)
		entry->fill_row = 0;
	entry->fill = book->fill;
	if (!entry->mastered_at || session->is_opener_known)
		return LG_OK;
	return keep(pass->list,
		    gate_openers_of_row(entry->openers, session,
					entry->fill_row++, pass->policy),
		    &session->master, err);
}

/* Those whose sessions showed at begun_ms, if they were open then. */
static void forget_openers(struct session_book *book, struct session_turn *turn,
			   struct session_entry *entry, uint64_t begun_ms)
{
	if (begun_ms >= SHOWS_AFTER_MS)
		session_book_forget_openers(book, turn, entry,
					    begun_ms - SHOWS_AFTER_MS);
}

void session_book_ended(struct session_book *book, struct session_turn *turn,
			const struct lg_session *session, uint64_t begun_ms)
{
	struct lg_buffer key = {0};
	struct session_entry *entry = NULL;

	if (book->mastered && key_of(session, &key, NULL) == LG_OK)
		entry = find(book, turn, session, &key);
	lg_buffer_release(&key);
	if (entry && entry->mastered_at)
		forget_openers(book, turn, entry, begun_ms);
}

/* All doors were asked at begun_ms: of a key that was not found nobody is left
 * who logged on long enough before to be seen. */
static void forget_gone(struct session_book *book, struct session_turn *turn,
			uint64_t begun_ms)
{
	struct session_entry *entry = book->mastered;

	book->listed_ms = begun_ms;
	while (entry) {
		struct session_entry *next = entry->next_mastered;

		if (entry->fill != book->fill)
			forget_openers(book, turn, entry, begun_ms);
		entry = next;
	}
}

/*
 * Whether a session of HAProxy is one that this gate was asked about since it
 * began: an address and port that are used again, or at another frontend, are
 * somebody else's. Ages are whole seconds, and since_s is the earliest.
 */
static int was_asked(const struct session_turn *turn,
		     const struct session_entry *entry,
		     const struct lg_session *session)
{
	int64_t age_s = turn->now_s - session->since_s;

	return !session->since_s || entry->asked_s + 1 >= turn->store_s - age_s;
}

/*
 * Whether a session of HAProxy that the gate does not know is the gate's all
 * the same: it is of a frontend that the settings name, and it cannot have been
 * admitted by the gate that ran before this one.
 */
static int is_of_mail(const struct session_book *book,
		      const struct session_pass *pass,
		      const struct lg_session *session)
{
	if (!pass->has_frontends)
		return 0;
	return !book->began_locked || session->since_s > book->started_s;
}

/* Fills it in; *out_stays is 0 where it is none of the gate's business. */
static enum lg_status
fill_one(struct session_book *book, const struct session_turn *turn,
	 struct session_pass *pass, struct lg_session *session,
	 struct lg_buffer *key, int *out_stays, struct lg_error *err)
{
	int is_haproxys = is_at(session, "haproxy");
	enum lg_status status = key_of(session, key, err);
	struct session_entry *entry;

	*out_stays = 0;
	if (status != LG_OK)
		return status;
	entry = find(book, turn, session, key);
	if (entry && is_haproxys && !was_asked(turn, entry, session))
		entry = NULL;
	if (!entry && is_haproxys && !is_of_mail(book, pass, session))
		return LG_OK;
	if (entry)
		status = fill(&entry->session, pass->list, session, err);
	if (entry && status == LG_OK)
		status = fill_master(book, entry, pass, session, err);
	pass->at_haproxy += is_haproxys != 0;
	*out_stays = 1;
	return status;
}

static enum lg_status add_mapi(const struct session_book *book,
			       const struct session_pass *pass,
			       struct lg_error *err)
{
	const struct session_entry *entry =
		book->requested.queue[SESSION_KIND_MAPI].newest;
	enum lg_status status = LG_OK;

	for (; status == LG_OK && entry && !atomic_load(pass->stop);
	     entry = entry->older)
		status = lg_session_list_add(pass->list, &entry->session, err);
	return status;
}

enum lg_status session_book_fill(struct session_book *book,
				 struct session_turn *turn,
				 struct session_pass *pass,
				 struct lg_error *err)
{
	struct lg_session_list *list = pass->list;
	struct lg_buffer key = {0};
	enum lg_status status = LG_OK;
	size_t kept = 0;
	size_t at;

	book->fill++;
	for (at = 0; status == LG_OK && at < list->count; at++) {
		struct lg_session session = list->session[at];
		int stays;

		if (atomic_load(pass->stop))
			break;
		status =
			fill_one(book, turn, pass, &session, &key, &stays, err);
		if (stays)
			list->session[kept++] = session;
	}
	lg_buffer_release(&key);
	if (status != LG_OK || at < list->count)
		return status;
	list->count = kept;
	if (pass->begun_ms)
		forget_gone(book, turn, pass->begun_ms);
	if (!pass->is_at_haproxy)
		status = add_mapi(book, pass, err);
	turn->has_masters = book->mastered != NULL;
	turn->listed_ms = book->listed_ms;
	return status;
}
